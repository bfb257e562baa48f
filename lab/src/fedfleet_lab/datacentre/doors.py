"""The simulator's own doors: what a Supervisor and its vCenter tell each other in ways that nobody outside can see."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fedfleet_lab.vcenter import Simulator

_TIMEOUT = 15.0


@dataclass(frozen=True)
class WantedNamespace:
    """A namespace as somebody asked vCenter for it (vmware-vcenter 9.1.1 `com/vmware/vcenter/namespaces_client.py`, Instances.InfoV2).

    Attributes:
        name: the namespace.
        status: CONFIGURING, RUNNING, REMOVING or ERROR.
        storage: limits in MiB by policy identifier, None for none.
        classes: names of VM classes.
        access: who has which role: role, subject, domain, and whether it is a GROUP or a USER.
        memory_limit: MiB of memory that it may use in all; None for no limit.
        storage_limit: MiB of storage that it may use in all, of whichever policy; None for no limit.
    """

    name: str
    status: str
    storage: Mapping[str, int | None]
    classes: tuple[str, ...]
    access: tuple[tuple[str, str, str, str], ...]
    memory_limit: int | None = None
    storage_limit: int | None = None


@dataclass(frozen=True)
class Wishes:
    """All that the simulated vCenter knows and the Supervisor has to make true.

    Attributes:
        namespaces: by name.
        classes: processors and MiB of memory by VM class.
        policies: names by storage policy identifier.
        items: names of what is in content libraries that the Supervisor or a namespace uses.
    """

    namespaces: Mapping[str, WantedNamespace]
    classes: Mapping[str, tuple[int, int]]
    policies: Mapping[str, str]
    items: frozenset[str] = frozenset()


class Doors:
    """A session with them."""

    def __init__(self, server: str, authority: Path, token: str) -> None:
        tls = ssl.create_default_context(cafile=authority)
        headers = {"x-lab-token": token}
        self._client = httpx.Client(base_url=server, verify=tls, headers=headers, timeout=_TIMEOUT, trust_env=False)

    @classmethod
    def of(cls, simulator: Simulator) -> Doors:
        """Returns the doors of a simulated vCenter."""
        return cls(simulator.url, simulator.authority.pair.certificate, simulator.token())

    def wishes(self) -> Wishes:
        """Returns what is wanted of the Supervisor.

        Raises:
            LabError: the simulator does not answer.
        """
        state = self._ask("GET", "/lab/state")
        namespaces = [_namespace(item) for item in state["namespaces"]]
        return Wishes(
            namespaces={namespace.name: namespace for namespace in namespaces},
            classes={item["id"]: (item["cpu_count"], item["memory_MB"]) for item in state["vm_classes"]},
            policies={item["policy"]: item["name"] for item in state["storage_policies"]},
            items=_items(state),
        )

    def settle(self, namespace: str, status: str, messages: tuple[Mapping[str, Any], ...] = ()) -> None:
        """Says how a namespace is."""
        self._ask("PATCH", f"/lab/namespaces/{namespace}", {"config_status": status, "messages": list(messages)})

    def gone(self, namespace: str) -> None:
        """Says that nothing of a namespace is left."""
        self._ask("DELETE", f"/lab/namespaces/{namespace}")

    def report_host(self, name: str, *, failed: bool) -> None:
        """Has an ESXi host fail, or be well again.

        Raises:
            LabError: there is no such host, or the simulator does not answer.
        """
        self._ask("PUT", f"/lab/hosts/{name}", {"failed": failed})

    def announce(self, endpoint: str) -> None:
        """Says where the Supervisor's API is, and that it is well."""
        self._ask("PUT", "/lab/supervisor", {"api_endpoint": endpoint, "config_status": "RUNNING", "kubernetes_status": "READY"})

    def announce_cluster(self, namespace: str, name: str, server: str, authority: str) -> None:
        """Says where a cluster's API is, and in PEM which authority vouches for it; `/wcp/login` hands both out."""
        self._ask("PUT", f"/lab/guest-clusters/{namespace}/{name}", {"server": server, "ca": authority})

    def forget_cluster(self, namespace: str, name: str) -> None:
        """Takes a cluster's address back."""
        self._ask("DELETE", f"/lab/guest-clusters/{namespace}/{name}")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise LabError("The simulated vCenter does not answer", found=str(error), where=f"{method} {path}") from error
        if answer.is_error:
            raise LabError(f"The simulated vCenter answered {answer.status_code}", found=answer.text, where=f"{method} {path}")
        return answer.json() if answer.content else None


def _items(state: Mapping[str, Any]) -> frozenset[str]:
    used = {state["supervisor"].get("content_library", "")}
    for namespace in state["namespaces"]:
        used |= set((namespace.get("vm_service_spec") or {}).get("content_libraries") or ())
        used |= {spec["content_library"] for spec in namespace.get("content_libraries") or ()}
    return frozenset(item["name"] for item in state["library_items"] if item["library_id"] in used)


def _namespace(item: Mapping[str, Any]) -> WantedNamespace:
    quotas = item.get("resource_spec") or {}
    return WantedNamespace(
        name=item["namespace"],
        status=item["config_status"],
        storage={spec["policy"]: spec.get("limit") for spec in item.get("storage_specs") or []},
        classes=tuple((item.get("vm_service_spec") or {}).get("vm_classes") or ()),
        access=tuple((entry["role"], entry["subject"], entry["domain"], entry["subject_type"]) for entry in item.get("access_list") or []),
        memory_limit=quotas.get("memory_limit"),
        storage_limit=quotas.get("storage_request_limit"),
    )
