"""The one client: everything FedFleet asks of a Kubernetes API goes through it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedfleet.kube import definitions, evidence, execution, kubeconfig, objects
from fedfleet.kube.apply import Application
from fedfleet.kube.connection import Connection
from fedfleet.kube.discovery import Discovery
from fedfleet.kube.members import Terms
from fedfleet.kube.refs import ObjectRef
from fedfleet.kube.removal import remove_set
from fedfleet.kube.selectors import selector_text
from fedfleet.kube.takeover import PEOPLE
from fedfleet.kube.tunnel import Tunnel
from fedfleet.kube.waiting import Waiter

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from fedfleet.kube.changes import ApplyResult
    from fedfleet.kube.refs import ApplySetRef, ExecResult, KubeObject

MANAGER = "fedfleet"
_TOUCHED = "fedfleet.dev/touched"


class Client:
    """A session with one cluster; a context manager, and safe to use from many threads.

    Every method raises a ``KubeError`` of the type that fits: ``UnreachableError``, ``UnauthorizedError``,
    ``ForbiddenError`` and so on. Timeouts are in seconds.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._discovery = Discovery(connection)

    @classmethod
    def connect(cls, kubeconfig_path: Path | str | None = None, context: str | None = None) -> Client:
        """Open a session, and see at once that the API answers and knows us.

        An empty path or context counts as none: the environment's kubeconfig, its current context.

        Raises:
            KubeconfigError: no usable kubeconfig or context.
            UnreachableError, CertificateError, TimedOutError: no conversation with the API.
            UnauthorizedError: the API does not know us.
        """
        path = Path(kubeconfig_path) if kubeconfig_path else None
        return cls._opened(kubeconfig.load(path, context or None))

    @classmethod
    def with_token(cls, server: str, token: str, ca_pem: str | None = None) -> Client:
        """The same with a bearer token that is in no file; without ``ca_pem``, the system's authorities vouch for the API."""
        access = kubeconfig.Access(server.rstrip("/"), "token", "memory", ca=ca_pem.encode() if ca_pem else None, token=token)
        return cls._opened(access)

    @classmethod
    def with_kubeconfig(cls, text: str, source: str) -> Client:
        """The same with a kubeconfig that is in no file; ``source`` says where it is from, for messages."""
        return cls._opened(kubeconfig.parse(text, source))

    @classmethod
    def _opened(cls, access: kubeconfig.Access) -> Client:
        client = cls(Connection(access))
        try:
            client._discovery.all()
        except BaseException:
            client.close()
            raise
        return client

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._connection.close()

    @property
    def server(self) -> str:
        """The API's URL."""
        return self._connection.access.server

    @property
    def namespace(self) -> str:
        """The namespace of the kubeconfig's context."""
        return self._connection.access.namespace

    def version(self) -> str:
        """The API server's version, such as ``v1.34.4``."""
        return str(self._connection.request("GET", "/version").json()["gitVersion"])

    def clock_skew(self) -> float | None:
        """Seconds by which the API server's clock is ahead of this machine's, true to about one; None where it does not tell.

        A proxy that answers in the server's place would tell its own; the API's answers are not kept by any.
        """
        asked = datetime.now(UTC)
        reply = self._connection.request("GET", "/version")
        answered = datetime.now(UTC)
        try:
            told = parsedate_to_datetime(reply.date)
        except ValueError:
            return None
        # Whole seconds are told, cut off: on average half of one is missing.
        return (told.astimezone(UTC) - asked).total_seconds() + 0.5 - (answered - asked).total_seconds() / 2

    def serves(self, kind: str, api_version: str | None = None) -> bool:
        """Whether the cluster has such a kind."""
        return any(kind == resource.kind and api_version in (None, resource.api_version) for resource in self._discovery.all())

    def get(self, kind: str, name: str, namespace: str | None = None, api_version: str | None = None) -> KubeObject | None:
        """The object, or None where there is none."""
        resource = self._discovery.resource(kind, api_version)
        return objects.read(self._connection, resource, self._place(resource.namespaced, namespace), name)

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        labels: Mapping[str, str] | str | None = None,
        api_version: str | None = None,
        fields: str = "",
    ) -> builtins.list[KubeObject]:
        """The objects of a kind, in one namespace or (None) in all; ``labels`` as a mapping or selector text."""
        selector = labels if isinstance(labels, str) else selector_text({"matchLabels": dict(labels or {})})
        resource = self._discovery.resource(kind, api_version)
        return objects.read_all(self._connection, resource, namespace, labels=selector, fields=fields)

    def apply(
        self,
        objects: str | Mapping[str, Any] | Sequence[Any],
        *,
        manager: str = MANAGER,
        force: bool = False,
        take_over_from: Sequence[str] = PEOPLE,
        dry_run: bool = False,
        apply_set: ApplySetRef | None = None,
        namespace: str | None = None,
    ) -> ApplyResult:
        """Apply a whole set (objects, or YAML text) server-side, concurrently and in tiers; prune what left it.

        ``force`` takes over fields of other managers; without it, those of ``take_over_from`` are taken over on objects
        that are in ``apply_set`` already. ``dry_run`` has the server compute everything and change nothing.
        ``namespace`` is for objects that name none.

        Raises:
            DefinitionError: found before anything was touched.
            OwnershipError: fields belong to others. SetError: several objects were refused.
        """
        checked = definitions.checked(definitions.parse(objects), namespace)
        terms = Terms(manager, force, tuple(take_over_from), dry_run, apply_set, namespace)
        return Application(self._connection, self._discovery, terms).run(checked)

    def remove(
        self,
        objects: str | Mapping[str, Any] | Sequence[Any] = (),
        *,
        dry_run: bool = False,
        apply_set: ApplySetRef | None = None,
        namespace: str | None = None,
    ) -> ApplyResult:
        """Delete what an apply set owns, and its parent, then the objects that are named; in reverse tiers.

        Of an apply set, claims, Secrets and namespaces stay. Returns when deletion is asked for; ``wait_gone`` waits.
        """
        checked = definitions.checked(definitions.parse(objects), namespace)
        terms = Terms(manager=MANAGER, dry_run=dry_run, apply_set=apply_set, namespace=namespace)
        return remove_set(self._connection, self._discovery, checked, terms)

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        api_version: str | None = None,
        propagation: str = "Background",
        wait: float | None = None,
        version: str = "",
        grace: int | None = None,
        dry_run: bool = False,
    ) -> bool:
        """Delete an object; False where there was none. With ``wait``, return when it is gone, at most so many seconds.

        ``grace`` are the seconds that a pod gets to end, 0 for none; None leaves it to the pod.

        Raises:
            StaleError: it no longer has the resourceVersion ``version``, if one is given.
        """
        resource = self._discovery.resource(kind, api_version)
        place = self._place(resource.namespaced, namespace)
        there = objects.remove(
            self._connection, resource, place, name, version=version, propagation=propagation, grace=grace, dry_run=dry_run
        )
        if there and wait is not None and not dry_run:
            self.wait_gone([ObjectRef(resource.kind, place, name, resource.api_version)], wait)
        return there

    def evict(self, pod: str, namespace: str) -> bool:
        """Ask for a pod's eviction, as a node's drain does; False where a disruption budget does not allow it now."""
        resource = self._discovery.resource("Pod", "v1")
        return objects.evict(self._connection, resource, self._place(resource.namespaced, namespace), pod)

    def create(self, definition: KubeObject) -> KubeObject:
        """Create an object that must not be there yet, and return it as it is now.

        Raises:
            StaleError: somebody has created it already.
        """
        resource = self._discovery.resource(definition["kind"], definition["apiVersion"])
        place = self._place(resource.namespaced, definition["metadata"].get("namespace"))
        return objects.create(self._connection, resource, definition, place)

    def patch(
        self,
        kind: str,
        name: str,
        namespace: str | None,
        body: Mapping[str, Any],
        *,
        api_version: str | None = None,
        dry_run: bool = False,
    ) -> KubeObject:
        """Apply a JSON merge patch and return the object as it is now."""
        resource = self._discovery.resource(kind, api_version)
        place = self._place(resource.namespaced, namespace)
        return objects.merge_patch(self._connection, resource, place, name, body, manager=MANAGER, dry_run=dry_run)

    def wait(self, refs: Sequence[ObjectRef], timeout: float, progress: Callable[[str], None] | None = None) -> None:
        """Return once every object is ready in the sense of its kind.

        Raises:
            WaitError: time is up or it is hopeless; with status, events and the failing container's last lines.
            UnknownKindError: a kind without a predicate.
        """
        Waiter(self._connection, self._discovery, progress).until_ready(refs, timeout)

    def wait_gone(self, refs: Sequence[ObjectRef], timeout: float, progress: Callable[[str], None] | None = None) -> None:
        """Return once none of the objects is there.

        Raises:
            WaitError: time is up; with what holds the object.
        """
        Waiter(self._connection, self._discovery, progress).until_gone(refs, timeout)

    def exec(
        self,
        pod: str,
        namespace: str,
        command: Sequence[str],
        container: str | None = None,
        stdin: bytes | None = None,
        timeout: float = 60.0,
    ) -> ExecResult:
        """Run a command in a container; its return code is part of the result, whatever it is.

        Raises:
            ExecError: it could not be run. TimedOutError: it did not end in time.
        """
        return execution.run(
            self._connection, self._discovery, pod, namespace, command,
            container=container, stdin=stdin, timeout=timeout,
        )  # fmt: skip

    def logs(self, pod: str, namespace: str, container: str | None = None, tail: int = 50, *, previous: bool = False) -> str:
        """The last ``tail`` lines of a container's log, or of its ``previous`` run's."""
        return evidence.log(self._connection, self._discovery, namespace, pod, container=container, tail=tail, previous=previous)

    def events(self, ref: ObjectRef, limit: int = 20) -> builtins.list[str]:
        """The last events about an object, oldest first, a line each."""
        found = evidence.events_of(self._connection, self._discovery, ref.namespace, ref.kind, ref.name)
        return evidence.as_lines(found, limit)

    def tunnel(self, namespace: str, target: str, port: int | str) -> Tunnel:
        """Lead a local port to ``pod/NAME`` or to a ready pod of ``service/NAME``; use it in a with statement.

        Raises:
            TunnelError: there is no such target, or no ready pod behind it.
        """
        return Tunnel(self._connection, self._discovery, namespace, target, port)

    def touch_pods(self, namespace: str, labels: Mapping[str, str] | str) -> builtins.list[str]:
        """Have the kubelets sync the ConfigMaps and Secrets of the running pods now; returns the pods' names.

        A kubelet looks at mounted objects when its pod changes, else about once a minute. An annotation is a change.
        """
        now = datetime.now(UTC).isoformat()
        names = []
        for pod in self.list("Pod", namespace, labels, api_version="v1", fields="status.phase=Running"):
            name = pod["metadata"]["name"]
            if not pod["metadata"].get("deletionTimestamp"):
                self.patch("Pod", name, namespace, {"metadata": {"annotations": {_TOUCHED: now}}}, api_version="v1")
                names.append(name)
        return names

    def can(self, verb: str, resource: str, namespace: str | None = None, *, group: str | None = None) -> bool:
        """Whether we may do ``verb`` to ``resource`` (``deployments``, ``pods/exec``), here or in the whole cluster."""
        plural, _, subresource = resource.partition("/")
        if group is None:
            group = self._discovery.resource(plural).group
        attributes = {"verb": verb, "resource": plural, "group": group}
        attributes |= {"subresource": subresource} if subresource else {}
        attributes |= {"namespace": namespace} if namespace else {}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        reviews = self._discovery.resource("SelfSubjectAccessReview", "authorization.k8s.io/v1")
        return bool(objects.create(self._connection, reviews, review)["status"].get("allowed"))

    def _place(self, namespaced: bool, namespace: str | None) -> str:
        return (namespace or self.namespace) if namespaced else ""
