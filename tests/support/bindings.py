"""VMware's own bindings of vCenter's REST API, which decode answers strictly: a field of another type or a missing one is an error."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import requests
from vmware.vapi.bindings.converter import RestConverter
from vmware.vapi.bindings.stub import StubConfiguration
from vmware.vapi.lib.connect import get_requests_connector

from support.vcenter import RunningVCenter


@dataclass(frozen=True)
class Bindings:
    """Makes the bindings' clients on one session."""

    connector: Any

    def __call__(self, interface: Any) -> Any:
        """A client of one of VMware's interfaces."""
        client = interface(StubConfiguration(self.connector))
        # Some stubs are of the time of /rest, where answers were wrapped; below /api all have the newer form.
        self.connector.get_api_provider().get_api_provider().set_rest_format(False)
        client._api_interface._rest_converter_mode = RestConverter.SWAGGER_REST
        return client


@contextmanager
def _bindings(url: str, authority: str, session: str) -> Iterator[Bindings]:
    with requests.Session() as http:
        http.verify = authority
        http.trust_env = False
        # The bindings put a session's token where /rest wants it only.
        http.headers["vmware-api-session-id"] = session
        connector = get_requests_connector(http, msg_protocol="rest", url=f"{url}/api")
        yield Bindings(connector)


@contextmanager
def of_simulator(vcenter: RunningVCenter) -> Iterator[Bindings]:
    """Bindings that talk to the simulator."""
    with _bindings(vcenter.simulator.url, str(vcenter.simulator.authority.pair.certificate), vcenter.session()) as found:
        yield found


def real_vcenter() -> str | None:
    """The host of a vCenter that may be read, where one was named: VCENTER_HOST, with _USER, _PASSWORD and _CA (a file)."""
    return os.environ.get("VCENTER_HOST")


@contextmanager
def of_real_vcenter() -> Iterator[Bindings]:
    """Bindings that talk to the vCenter that VCENTER_HOST names; the session is closed after."""
    url, authority = f"https://{os.environ['VCENTER_HOST']}", os.environ["VCENTER_CA"]
    with httpx.Client(base_url=url, verify=authority, trust_env=False) as http:
        answer = http.post("/api/session", auth=(os.environ["VCENTER_USER"], os.environ["VCENTER_PASSWORD"]))
        answer.raise_for_status()
        try:
            with _bindings(url, authority, answer.json()) as found:
                yield found
        finally:
            http.delete("/api/session", headers={"vmware-api-session-id": answer.json()})
