"""Where nothing answers, no probe holds: silence is never taken for health."""

import inspect
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.drills import probes
from fedfleet.drills.activities import FUNCTIONS
from fedfleet.drills.holdings import Holding
from fedfleet.drills.scene import Scene
from fedfleet.drills.timeline import look
from fedfleet.engine.fate import TaskRef
from fedfleet.exchange.findings import TABLE, UNKNOWN
from fedfleet.exchange.questions import Check
from fedfleet.probe import Answer, Question
from support.drilled import site
from support.objects import Objects

PROBES = {name: function for (_, name), function in FUNCTIONS.items() if inspect.signature(function).return_annotation == "Found"}
GIVEN: dict[str, dict[str, Any]] = {
    "component_ready": {"component": "nginx"},
    "exchange_serves": {"kind": "sni"},
    "job_succeeds": {"within": 0.1},
    "job_ends": {"within": 0.1},
    "models_and_data_kept": {"within": 0.1},
    "names_resolve": {"component": "nginx", "name": "nginx"},
    "certificate_lasts": {"days": 60},
    "volume_takes_writes": {"component": "mysql"},
}
# These go on asking until their time is up, and say then what they have not seen.
PATIENT = ("job_succeeds", "job_ends", "models_and_data_kept")
JOB = {"job": "202611280000000000001", "job_parties": ["30000"], "job_started": time.monotonic()}
HELD = Holding(TaskRef("202611280000000000001", "guest", "30000", "homo_lr_0"), "", "digest")


@pytest.fixture
def nowhere(tmp_path: Path) -> Scene:
    """A site whose API is at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}
    config = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "users": [{"name": "u", "user": {"token": "t"}}]}
    config |= {"contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    return Scene(site(tmp_path, kubeconfig=str(tmp_path / "kubeconfig"), provider="tkc"), kept={**JOB, "holdings": (HELD,)})


@pytest.mark.parametrize("name", PROBES)
def test_no_probe_holds_where_the_api_does_not_answer(nowhere: Scene, name: str) -> None:
    with nowhere:
        seen = look(name, lambda: PROBES[name](nowhere, **GIVEN.get(name, {})), time.monotonic)
    assert not seen.holds
    assert seen.detail
    assert seen.answered is (name in PATIENT)


@pytest.mark.parametrize(
    "name",
    [
        "component_ready",
        "ingress_answers",
        "workloads_ready",
        "broker_reached",
        "names_resolve",
        "certificate_lasts",
        "nodes_ready",
        "volume_takes_writes",
    ],
)
def test_no_probe_holds_where_nothing_is_deployed(tmp_path: Path, name: str) -> None:
    empty = Scene(site(tmp_path), _clients={"north": Objects()})  # type: ignore[dict-item]
    assert not look(name, lambda: PROBES[name](empty, **GIVEN.get(name, {})), time.monotonic).holds


@pytest.mark.parametrize(
    ("published", "asked"),
    [([{"ip": "10.0.0.9"}], "10.0.0.9"), ([{"hostname": "lb.example.com"}], "lb.example.com"), (None, "30000.notebook.example.com")],
)
@pytest.mark.parametrize("ok", [True, False])
def test_the_notebook_is_asked_for_on_the_ingress_by_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: list[dict[str, str]] | None, asked: str, ok: bool
) -> None:
    questions: list[Question] = []

    def ask(question: Question) -> Answer:
        questions.append(question)
        return Answer(ok, 0.1, "GET /api gave what it gave")

    host = "30000.notebook.example.com"
    ingress = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "notebook", "namespace": "fate-30000"}}
    ingress |= {"spec": {"rules": [{"host": host}]}, "status": {"loadBalancer": {"ingress": published} if published else {}}}
    monkeypatch.setattr(probes, "ask", ask)
    cluster = Objects()
    cluster.create(ingress)
    found = probes.ingress_answers(Scene(site(tmp_path), _clients={"north": cluster}))  # type: ignore[dict-item]
    assert (found.holds, found.detail) == (ok, f"{host}: GET /api gave what it gave")
    assert [(each.kind, each.host, each.server_name, each.path, each.status) for each in questions] == [("https", asked, host, "/api", 200)]


@pytest.mark.parametrize("parties", [True, False])
def test_an_exchange_can_be_asked_for_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parties: bool) -> None:
    def check(about: str, good: bool) -> Check:
        return Check(about, Question("tls", ""), lambda _answer: (good, "as asked"))

    place = Scene(site(tmp_path, kind="exchange", party_id=None))
    door = probes._Door("127.0.0.1", 443, [check(TABLE, True), check(UNKNOWN, True), check("30000", False)])
    place.kept["door by sni"] = door
    monkeypatch.setattr(probes, "ask_all", lambda questions: [None for _ in questions])
    found = probes.exchange_serves(place, "sni", parties)
    assert (found.holds, found.detail) == ((False, "30000: as asked") if parties else (True, "2 requests answered"))
