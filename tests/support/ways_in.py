"""An ingress controller as a browser meets it, without a name server: the host is in TLS and in the request."""

from dataclasses import dataclass
from typing import Any

import httpx

from fedfleet.kube import Client

SECONDS = 10


@dataclass(frozen=True)
class WayIn:
    """Where an ingress controller listens."""

    address: str
    https: int = 443
    http: int = 80

    @classmethod
    def of(cls, client: Client, namespace: str) -> "WayIn":
        """Traefik's address, as its Service has it."""
        found = client.get("Service", "traefik", namespace)
        assert found is not None, f"there is no Service traefik in {namespace}"
        return cls(found["status"]["loadBalancer"]["ingress"][0]["ip"])

    def browser(self) -> httpx.Client:
        """Someone with a cookie jar who accepts whatever certificate is shown and follows nowhere."""
        return httpx.Client(verify=False, trust_env=False, timeout=SECONDS)  # noqa: S501 - the controller's own certificate is what is tested

    def ask(self, browser: httpx.Client, host: str, path: str = "/", method: str = "GET", **more: Any) -> httpx.Response:
        """A request in TLS to a host on the ingress."""
        url = f"https://{self.address}:{self.https}{path}"
        return browser.request(method, url, headers={"Host": host}, extensions={"sni_hostname": host}, **more)

    def answers(self, browser: httpx.Client, host: str) -> int:
        """The status of an answer from a host; 0 while there is none."""
        try:
            return self.ask(browser, host).status_code
        except httpx.HTTPError:
            return 0

    def ask_in_clear_text(self, browser: httpx.Client, host: str) -> httpx.Response:
        """The same without TLS."""
        return browser.get(f"http://{self.address}:{self.http}/", headers={"Host": host})
