"""Researchers reach their party's notebook on the ingress, with the password that the cluster keeps, and in TLS only."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from fedfleet.kube import Client
from support.federation import Federation
from support.ways_in import WayIn

HOST = "30000.notebook.lab.internal"


@pytest.fixture(scope="module")
def client(federation: Federation) -> Iterator[Client]:
    with Client.connect(federation.lab.kubeconfig) as session:
        yield session


@pytest.fixture(scope="module")
def way_in(client: Client) -> WayIn:
    return WayIn.of(client, "fedfleet-ingress")


@pytest.fixture
def browser(way_in: WayIn) -> Iterator[httpx.Client]:
    with way_in.browser() as opened:
        yield opened


def password_of(client: Client, namespace: str) -> str:
    found = client.get("Secret", "notebook-credentials", namespace)
    assert found is not None
    return base64.b64decode(found["data"]["password"]).decode()


def log_in(way_in: WayIn, browser: httpx.Client, password: str) -> httpx.Response:
    """Fill in the form that Jupyter shows."""
    way_in.ask(browser, HOST, "/login").raise_for_status()
    return way_in.ask(browser, HOST, "/login", "POST", data={"password": password, "_xsrf": browser.cookies["_xsrf"]})


def test_the_right_password_opens_the_notebook(client: Client, way_in: WayIn, browser: httpx.Client) -> None:
    assert log_in(way_in, browser, password_of(client, "fate-30000")).status_code == 302
    assert way_in.ask(browser, HOST, "/api/contents").status_code == 200


@pytest.mark.parametrize("other", ["", "fate-40000"])
def test_a_wrong_password_does_not(client: Client, way_in: WayIn, browser: httpx.Client, other: str) -> None:
    """Not a guess, and not another party's."""
    assert log_in(way_in, browser, password_of(client, other) if other else "guessed").status_code == 401
    assert way_in.ask(browser, HOST, "/api/contents").status_code == 403


def test_a_host_that_nobody_has_is_not_found(way_in: WayIn, browser: httpx.Client) -> None:
    assert way_in.ask(browser, "50000.notebook.lab.internal").status_code == 404


def test_nothing_is_served_in_clear_text(way_in: WayIn, browser: httpx.Client) -> None:
    answer = way_in.ask_in_clear_text(browser, HOST)
    assert (answer.status_code // 100, answer.headers["location"]) == (3, f"https://{HOST}/")
