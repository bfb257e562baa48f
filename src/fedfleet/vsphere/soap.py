"""A session of vCenter's SOAP API through pyvmomi, with what pyvmomi gets wrong put right.

pyvmomi 9.1.1 (pyVim/connect.py getSslContext) turns verification off for this machine's own addresses unless it is given a context,
pyVim.task.WaitForTask loses its way in running tasks, and unset properties of objects raise where None was meant.
So the context is always given, tasks are waited for here, and properties are fetched by the PropertyCollector alone.
"""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import errors
from fedfleet.vsphere.transport import READ_SECONDS, told, verdict
from fedfleet.vsphere.waiting import State, until

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

_PAGE = 500
_ATTEMPTS = 5
_FIRST_PAUSE = 0.2
# Nobody was there to be told anything.
_UNSENT = (ConnectionRefusedError, socket.gaierror)


class Soap:
    """The SOAP API of one vCenter, as one user; logs in at first use.

    Raises:
        UnreachableError, CertificateError: from any method, when no conversation comes about.
        UnauthenticatedError: vCenter does not let the user in.
    """

    def __init__(self, host: str, port: int, username: str, password: str, context: ssl.SSLContext) -> None:
        self.host, self.port, self.context = host, port, context
        self._who = (username, password)
        self._instance: Any = None
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """The endpoint, for messages."""
        return f"https://{self.host}:{self.port}/sdk"

    @property
    def instance(self) -> Any:
        """The ServiceInstance of pyvmomi, logged in."""
        with self._lock:
            if self._instance is None:
                self._instance = self._login()
            return self._instance

    @property
    def content(self) -> Any:
        """The ServiceContent: roots of the inventory and the services."""
        return self.instance.content

    def close(self) -> None:
        """Log out, if anybody logged in."""
        instance, self._instance = self._instance, None
        if instance is None:
            return
        # Imported only where a session was: it takes most of a second.
        from pyVim.connect import Disconnect
        from pyVmomi import vmodl

        try:
            Disconnect(instance)
        except (OSError, vmodl.MethodFault):
            # vCenter ends the session of one that is gone by itself.
            return

    def _login(self) -> Any:
        from pyVim.connect import SmartConnect

        attempt = 1
        while True:
            try:
                return self._let_in(
                    lambda: SmartConnect(
                        host=self.host,
                        port=self.port,
                        user=self._who[0],
                        pwd=self._who[1],
                        sslContext=self.context,
                        httpConnectionTimeout=READ_SECONDS,
                    )
                )
            except (errors.UnavailableError, errors.UnreachableError) as error:
                if attempt == _ATTEMPTS or isinstance(error, errors.CertificateError):
                    raise
                _pause(attempt)
                attempt += 1

    def _let_in(self, login: Callable[[], Any]) -> Any:
        from pyVmomi import vim, vmodl

        try:
            return login()
        except vim.fault.InvalidLogin as error:
            raise errors.UnauthenticatedError(
                f"vCenter does not let {self._who[0]} in",
                status=401,
                error_type="InvalidLogin",
                found=str(error.msg or "InvalidLogin"),
                where=self.origin,
                next_step="Check user name and password, and that the account is neither locked nor expired",
            ) from None
        except vmodl.MethodFault as fault:
            raise fault_told(fault, "log in", self.origin) from None
        except OSError as error:
            raise told(error, self.origin) from error
        except http.client.HTTPException as error:
            raise gateway_told(error, self.origin) from None
        except Exception as error:
            # Where something answers that speaks no SOAP, pyvmomi raises just that.
            if type(error) is not Exception:
                raise
            raise gateway_told(error, self.origin) from None

    def ask(self, what: str, call: Callable[[], Any], *, repeatable: bool = True, renewed: Callable[[], None] | None = None) -> Any:
        """What ``call`` answers, ``what`` as in "read the inventory".

        A session that vCenter no longer knows is opened anew, once, and ``renewed`` is called. What is ``repeatable`` is asked again while a gateway
        answers in vCenter's place, and where the conversation breaks off; what was not sent at all is sent again in any case. Faults of what is not
        there, and of power that is so already, are the caller's business.

        Raises:
            TaskError: vCenter refuses. UnavailableError: its services are not there. UnreachableError: no conversation comes about.
        """
        from pyVmomi import vim, vmodl

        known = True
        attempt = 1
        while True:
            try:
                return call()
            except (vmodl.fault.ManagedObjectNotFound, vim.fault.InvalidPowerState):
                raise
            except vim.fault.NotAuthenticated as fault:
                if not known:
                    raise fault_told(fault, what, self.origin) from None
                known = False
                # The same stub, so that objects which were found before are of the new session.
                self._let_in(lambda: self.content.sessionManager.Login(*self._who))
                if renewed is not None:
                    renewed()
            except vmodl.MethodFault as fault:
                raise fault_told(fault, what, self.origin) from None
            except http.client.HTTPException as error:
                if attempt == _ATTEMPTS or not repeatable:
                    raise gateway_told(error, self.origin) from None
                _pause(attempt)
                attempt += 1
            except OSError as error:
                unsent = isinstance(error, _UNSENT)
                if attempt == _ATTEMPTS or verdict(error) or not (repeatable or unsent):
                    raise told(error, self.origin, perhaps_done=not (repeatable or unsent)) from error
                _pause(attempt)
                attempt += 1

    def properties(self, objects: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
        """Of each object the named properties that are set, and itself under ``""``; objects that are gone are left out."""
        if not objects:
            return []
        from pyVmomi import vmodl

        query = vmodl.query.PropertyCollector
        by_kind: dict[Any, list[Any]] = {}
        for one in objects:
            by_kind.setdefault(type(one), []).append(one)
        specs = [
            query.FilterSpec(
                objectSet=[query.ObjectSpec(obj=one) for one in some], propSet=[query.PropertySpec(type=kind, pathSet=list(names))]
            )
            for kind, some in by_kind.items()
        ]
        return list(self.ask("read the inventory", lambda: self._retrieve(specs)))

    def every(self, kind: Any, names: Sequence[str]) -> list[dict[str, Any]]:
        """The same of every object of a kind in the inventory."""
        # As a whole, because a view ends with its session.
        return list(self.ask("read the inventory", lambda: self._every(kind, names)))

    def _every(self, kind: Any, names: Sequence[str]) -> list[dict[str, Any]]:
        from pyVmomi import vmodl

        query = vmodl.query.PropertyCollector
        content = self.content
        view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
        try:
            walk = query.TraversalSpec(name="view", path="view", skip=False, type=type(view))
            spec = query.FilterSpec(
                objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[walk])],
                propSet=[query.PropertySpec(type=kind, pathSet=list(names))],
            )
            return self._retrieve([spec])
        finally:
            # What is left of it ends with the session; why reading failed is what counts.
            with suppress(vmodl.MethodFault, http.client.HTTPException, OSError):
                view.Destroy()

    def _retrieve(self, specs: list[Any]) -> list[dict[str, Any]]:
        from pyVmomi import vmodl

        collector = self.content.propertyCollector
        found: list[dict[str, Any]] = []
        try:
            page = collector.RetrievePropertiesEx(specs, vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=_PAGE))
            while page is not None:
                found += [{"": one.obj} | {prop.name: prop.val for prop in one.propSet} for one in page.objects]
                page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
        except vmodl.fault.ManagedObjectNotFound:
            # It went in between; the others are what was found of it.
            return found
        return found

    def finish(self, task: Any, what: str, timeout: float, progress: Callable[[str], None] | None = None) -> Any:
        """Wait for a task, at most ``timeout`` seconds; its result.

        Raises:
            TaskError: it ended in a fault. WaitError: time is up; the task goes on.
        """
        seen: Mapping[str, Any] = {}

        def look() -> State:
            nonlocal seen
            found = self.properties([task], ["info.state", "info.progress", "info.result", "info.error"])
            seen = found[0] if found else {}
            state = str(seen.get("info.state") or "unknown")
            done = seen.get("info.progress")
            return State(done=state in ("success", "error"), text=f"{state}, {done} %" if done is not None else state)

        until(look, f"the task is done: {what}", timeout, progress, where=self.origin)
        if str(seen.get("info.state")) == "error":
            raise fault_told(seen.get("info.error"), what, self.origin)
        return seen.get("info.result")


def fault_told(fault: Any, what: str, where: str) -> errors.TaskError:
    """A fault of the SOAP API as one of our errors, with vCenter's own name of it and what it says."""
    name = type(fault).__name__.rpartition(".")[2]
    said = str(getattr(fault, "localizedMessage", None) or getattr(fault, "msg", None) or "no message")
    # pyvmomi 9.1.1 vim.fault.NoPermission: the privilege that is missing.
    privilege = str(getattr(fault, "privilegeId", None) or "")
    if privilege:
        said = f"{said}, privilege {privilege} is missing"
        advice = "Ask the vSphere administrator for that privilege"
    else:
        advice = "Look at the task in vCenter, and at the events of what it is about"
    return errors.TaskError(f"vCenter could not do it: {what}", found=f"{name}: {said}", where=where, next_step=advice)


def _pause(attempt: int) -> None:
    # Jitter keeps many modules from coming back together.
    time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311


def gateway_told(error: Exception, where: str) -> errors.UnavailableError:
    """The error for an answer that is none of the SOAP API: pyvmomi 9.1.1 (SoapStubAdapter.InvokeMethod) raises status and reason as text.

    Logging in, it says less (pyVim/connect.py).
    """
    text = str(error)
    status = text.partition(" ")[0]
    return errors.UnavailableError(
        "Something answers in the place of vCenter's SOAP API",
        status=int(status) if status.isdigit() else 503,
        expected="an answer of vCenter's",
        found=text or type(error).__name__,
        where=where,
        next_step="Wait until vCenter's services are up, then run again; check that host and port are vCenter's",
    )
