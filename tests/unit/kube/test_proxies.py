"""Which proxy leads to an API, by the rules that kubectl follows."""

import pytest

from fedfleet.kube.errors import KubeconfigError
from fedfleet.kube.proxies import proxy_for

PROXY = {"HTTPS_PROXY": "http://outbound:3128"}


def test_the_kubeconfig_wins_over_the_environment() -> None:
    assert proxy_for("https://api.example.org", "http://other:1", PROXY) == "http://other:1"


def test_the_environment_is_asked() -> None:
    assert proxy_for("https://api.example.org:6443", None, PROXY) == "http://outbound:3128"


def test_each_scheme_has_a_proxy_of_its_own() -> None:
    assert proxy_for("http://api.example.org", None, PROXY) is None


def test_a_proxy_without_scheme_is_an_http_proxy() -> None:
    assert proxy_for("https://a.example.org", None, {"https_proxy": "outbound:3128"}) == "http://outbound:3128"


@pytest.mark.parametrize("server", ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"])
def test_this_machine_is_asked_directly(server: str) -> None:
    assert proxy_for(server, None, PROXY) is None


@pytest.mark.parametrize(
    "rules",
    ["api.example.org", ".example.org", "example.org", "*.example.org", "*", "a.b, example.org", "api.example.org:6443", "EXAMPLE.org"],
)
def test_exempt_names_are_asked_directly(rules: str) -> None:
    assert proxy_for("https://api.example.org:6443", None, PROXY | {"NO_PROXY": rules}) is None


@pytest.mark.parametrize("rules", ["ample.org", "api.example.org:443", "other.org", "10.0.0.0/8"])
def test_other_names_are_not_exempt(rules: str) -> None:
    assert proxy_for("https://api.example.org:6443", None, PROXY | {"NO_PROXY": rules}) == "http://outbound:3128"


@pytest.mark.parametrize("rules", ["10.89.0.1", "10.89.0.0/16", "10.0.0.0/8,192.168.0.0/16"])
def test_exempt_networks_are_asked_directly(rules: str) -> None:
    assert proxy_for("https://10.89.0.1:6443", None, PROXY | {"no_proxy": rules}) is None


def test_a_proxy_of_another_kind_is_refused_with_its_place() -> None:
    with pytest.raises(KubeconfigError, match=r"socks5://.*proxy-url of the kubeconfig"):
        proxy_for("https://a.example.org", "socks5://p:1080", {})
