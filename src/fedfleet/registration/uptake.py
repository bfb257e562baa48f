"""New certificates taken up by the programs that use them, without a restart, and seen to be."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fedfleet.errors import FedFleetError
from fedfleet.exchange.replicas import reload_nginx, runs
from fedfleet.federation.names import EndpointName, server_name
from fedfleet.pki.certificates import load_certificate
from fedfleet.probe import Question, ask
from fedfleet.progress import report
from fedfleet.registration.secrets import LAYOUTS

if TYPE_CHECKING:
    from fedfleet.federation.admission import Admission
    from fedfleet.kube import Client
    from fedfleet.probe import Answer

_PAUSE_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Program:
    """A program that shows an endpoint's certificate: its pods' name label and container, its port, where the Secret is mounted."""

    endpoint: EndpointName
    name: str
    port: int
    mounted_at: str


@dataclass(frozen=True)
class Uptake:
    """The party's programs.

    Attributes:
        broker, proxy, listener: Pulsar and, where it is a cluster, its proxies, which read their certificates again by themselves, and nginx,
            which is told to.
        nginx_configuration: nginx's main file.
        timeout: seconds until each must show the new certificate.
    """

    broker: Program = Program("broker", "pulsar", 6651, "/etc/pulsar/tls")
    proxy: Program = Program("broker", "pulsar-proxy", 6651, "/etc/pulsar/tls")
    listener: Program = Program("coordination", "nginx", 9443, "/etc/nginx/tls")
    nginx_configuration: str = "/etc/nginx/fedfleet/nginx.conf"
    timeout: float = 90.0


def take_up(client: Client, namespace: str, admission: Admission, uptake: Uptake) -> None:
    """Return when every running pod shows the admission's certificates; with none running there is nothing to do.

    Raises:
        ReplicaError: an nginx did not reload.
        FedFleetError: a program goes on showing its old certificate.
    """
    for program in (uptake.listener, uptake.proxy, uptake.broker):
        labels = {"app.kubernetes.io/name": program.name}
        client.touch_pods(namespace, labels)
        for pod in client.list("Pod", namespace, labels, api_version="v1"):
            if not runs(pod, program.name):
                continue
            name = pod["metadata"]["name"]
            report(f"waiting for {name} to take up its new certificate")
            if program is uptake.listener:
                mounted = f"{program.mounted_at}/{LAYOUTS[program.endpoint].certificate}"
                certificate = admission.certificates.of(program.endpoint)
                reload_nginx(client, namespace, name, program.name, uptake.nginx_configuration, mounted, certificate, uptake.timeout)
            _until_shown(client, namespace, name, program, admission, uptake.timeout)


def shows(answer: Answer, certificate: str) -> bool:
    """Whether the peer showed that very certificate (PEM); another of the same CA and name is the one to be replaced."""
    expected = load_certificate(certificate)
    return answer.ok and bool(answer.peer) and expected is not None and load_certificate(base64.b64decode(answer.peer)) == expected


def _until_shown(client: Client, namespace: str, pod: str, program: Program, admission: Admission, timeout: float) -> None:
    name = server_name(program.endpoint, admission.party_id, admission.domain)
    deadline = time.monotonic() + timeout
    question = Question("tls", "", server_name=name, trust=admission.ca, timeout=5.0)
    with client.tunnel(namespace, f"pod/{pod}", program.port) as tunnel:
        while True:
            answer = ask(replace(question, host=tunnel.host, port=tunnel.port))
            if shows(answer, admission.certificates.of(program.endpoint)):
                return
            if time.monotonic() > deadline:
                raise FedFleetError(
                    "A program goes on showing its old certificate",
                    expected=f"the admission's certificate for {name} within {timeout:g} s",
                    found=f"another certificate of the federation's CA, {answer.detail}" if answer.ok else answer.detail,
                    where=f"pod {namespace}/{pod}, port {program.port}",
                    next_step="Look at the pod's log; deleting the pod makes it start with the new certificate",
                )
            time.sleep(_PAUSE_SECONDS)
