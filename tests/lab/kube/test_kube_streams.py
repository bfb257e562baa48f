"""Commands in containers, logs, and ports of pods on this machine."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from fedfleet.kube import Client, ExecError, InvalidError, NotFoundError, ObjectRef, TimedOutError, Tunnel, TunnelError
from support.kube import SHELL, container, pod, ref
from support.lab import RunningLab

_ECHO = r"""
use IO::Socket::INET; $SIG{CHLD} = "IGNORE"; $| = 1;
my $server = IO::Socket::INET->new(LocalPort => 7000, Listen => 64, ReuseAddr => 1) or die;
print "listening\n";
while (my $peer = $server->accept) {
    if (!fork) {
        my $text;
        while ((my $length = sysread($peer, $text, 65536)) > 0) { print $peer substr($text, 0, $length); $peer->flush }
        exit;
    }
    close $peer;
}
"""


def echo(name: str, namespace: str) -> dict[str, Any]:
    serving = container(
        SHELL,
        command=["perl", "-e", _ECHO],
        ports=[{"name": "echo", "containerPort": 7000}],
        readinessProbe={"tcpSocket": {"port": 7000}, "periodSeconds": 1},
    )
    return pod(name, namespace, serving)


@pytest.fixture(scope="module")
def place(client: Client, images: RunningLab) -> Iterator[str]:
    """A namespace with the pod ``echo`` behind the Service ``echo``."""
    del images
    name = f"kube-{secrets.token_hex(4)}"
    ports = [{"name": "plain", "port": 80, "targetPort": "echo"}]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "echo", "namespace": name},
        "spec": {"selector": {"app": "echo"}, "ports": ports},
    }
    client.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, echo("echo", name), service])
    client.wait([ObjectRef("Pod", name, "echo")], 120)
    yield name
    client.delete("Namespace", name)


def said_back(tunnel: Tunnel, content: bytes) -> bytes:
    """Send ``content`` while reading as much back; less where the connection is ended before."""
    with socket.create_connection((tunnel.host, tunnel.port), timeout=30) as connection:
        sender = threading.Thread(target=_send, args=(connection, content))
        sender.start()
        received = bytearray()
        with suppress(ConnectionResetError):
            while len(received) < len(content) and (part := connection.recv(65536)):
                received += part
        sender.join()
        return bytes(received)


def _send(connection: socket.socket, content: bytes) -> None:
    with suppress(OSError):
        connection.sendall(content)


def test_a_command_leaves_its_code_and_both_streams(client: Client, place: str) -> None:
    result = client.exec("echo", place, ["sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (result.returncode, result.stdout, result.stderr) == (7, b"out\n", b"err\n")


def test_bytes_go_in_and_come_out_as_they_are(client: Client, place: str) -> None:
    content = os.urandom(3_000_000)
    assert client.exec("echo", place, ["cat"], stdin=content).stdout == content


def test_empty_input_ends_at_once(client: Client, place: str) -> None:
    assert client.exec("echo", place, ["wc", "-c"], stdin=b"").stdout == b"0\n"


def test_a_program_that_is_not_there_is_an_error(client: Client, place: str) -> None:
    with pytest.raises(ExecError, match="nothing-like-it could not be run"):
        client.exec("echo", place, ["nothing-like-it"])


def test_a_command_that_takes_too_long_is_told_with_what_it_said(client: Client, place: str) -> None:
    with pytest.raises(TimedOutError, match=r"has not ended after 5 s.*at work"):
        client.exec("echo", place, ["sh", "-c", "echo at work; sleep 60"], timeout=5)


def test_a_missing_pod_or_container_is_named(client: Client, place: str) -> None:
    with pytest.raises(NotFoundError, match="absent"):
        client.exec("absent", place, ["true"])
    with pytest.raises(InvalidError, match="sidecar"):
        client.exec("echo", place, ["true"], container="sidecar")


def test_the_log_is_read(client: Client, place: str) -> None:
    assert client.logs("echo", place) == "listening\n"


def test_events_are_told_in_order(client: Client, place: str) -> None:
    events = client.events(ObjectRef("Pod", place, "echo"))
    assert "Scheduled" in events[0]
    times = [event.split()[0] for event in events]
    assert times == sorted(times)


@pytest.mark.parametrize(("target", "port"), [("pod/echo", 7000), ("pod/echo", "echo"), ("service/echo", 80), ("service/echo", "plain")])
def test_a_tunnel_leads_to_a_port(client: Client, place: str, target: str, port: int | str) -> None:
    with client.tunnel(place, target, port) as tunnel:
        assert tunnel.host == "127.0.0.1"
        assert said_back(tunnel, b"hello") == b"hello"


def test_many_connections_share_a_tunnel(client: Client, place: str) -> None:
    contents = [os.urandom(100_000) for _ in range(20)]
    with client.tunnel(place, "pod/echo", 7000) as tunnel, ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda content: said_back(tunnel, content), contents)) == contents


def test_a_tunnel_carries_much_both_ways_at_once(client: Client, place: str) -> None:
    content = os.urandom(8_000_000)
    with client.tunnel(place, "service/echo", 80) as tunnel:
        assert said_back(tunnel, content) == content


def test_a_port_nobody_listens_on_closes_the_connection_and_says_why(client: Client, place: str) -> None:
    with client.tunnel(place, "pod/echo", 7999) as tunnel:
        assert said_back(tunnel, b"hello") == b""
        assert "7999" in tunnel.failure


def test_closing_a_tunnel_ends_its_connections_at_once(client: Client, place: str) -> None:
    tunnel = client.tunnel(place, "pod/echo", 7000)
    with socket.create_connection((tunnel.host, tunnel.port), timeout=10) as connection:
        connection.sendall(b"a")
        assert connection.recv(1) == b"a"
        tunnel.close()
        assert connection.recv(1) == b""
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tunnel")]


def test_a_tunnel_to_a_service_goes_on_with_its_next_pod(client: Client, namespace: str, place: str) -> None:
    del place
    first, second = echo("first", namespace), echo("second", namespace)
    for each in (first, second):
        each["metadata"]["labels"] = {"app": "both"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "both", "namespace": namespace},
        "spec": {"selector": {"app": "both"}, "ports": [{"port": 7000}]},
    }
    client.apply([first, service])
    client.wait([ref(first)], 60)
    with client.tunnel(namespace, "service/both", 7000) as tunnel:
        assert said_back(tunnel, b"one") == b"one"
        client.delete("Pod", "first", namespace, wait=30)
        assert said_back(tunnel, b"none") == b""
        assert "no ready pod" in tunnel.failure
        client.apply([second])
        client.wait([ref(second)], 60)
        assert said_back(tunnel, b"two") == b"two"


@pytest.mark.parametrize("target", ["pod/absent", "service/absent", "echo"])
def test_a_target_that_is_none_is_refused_when_the_tunnel_opens(client: Client, place: str, target: str) -> None:
    with pytest.raises(TunnelError):
        client.tunnel(place, target, 7000)


def test_touched_pods_take_up_a_changed_config_map_within_seconds(client: Client, namespace: str, place: str) -> None:
    del place
    changed = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": namespace}, "data": {"v": "old"}}
    reader = pod("r", namespace, container(SHELL, command=["sleep", "600"], volumeMounts=[{"name": "c", "mountPath": "/c"}]))
    reader["spec"]["volumes"] = [{"name": "c", "configMap": {"name": "c"}}]
    client.apply([changed, reader])
    client.wait([ref(reader)], 60)
    client.apply([changed | {"data": {"v": "new"}}])
    assert client.touch_pods(namespace, {"app": "r"}) == ["r"]
    until_new = ["sh", "-c", "for i in $(seq 100); do grep -q new /c/v && exit 0; sleep 0.1; done; exit 1"]
    assert client.exec("r", namespace, until_new, timeout=15).returncode == 0
