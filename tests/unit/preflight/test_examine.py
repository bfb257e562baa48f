import re

from fedfleet.kube import Client, KubeconfigError
from fedfleet.preflight import Finding, PreflightError, Severity, examine
from fedfleet.preflight.findings import table
from fedfleet.preflight.needs import Assertion, Needs, Parts, Reference

REFERENCE = Reference(pod_cores=4, pod_memory_gib=8, worker_cores=8, worker_memory_gib=16, volume_gib=5)
SMALL = Parts({"flow": {"memory": "1Gi"}})


def nowhere() -> Client:
    raise KubeconfigError("There is no kubeconfig", expected="a kubeconfig file", where="/nowhere")


def test_an_api_that_does_not_answer_hides_nothing_that_can_be_known_without_it() -> None:
    needs = Needs(assertions=(Assertion("party_id", False, "Digits only."), Assertion("other", True, "")), names=("name.invalid",))
    found = examine(nowhere, needs).findings
    assert [finding.what for finding in found] == ["party_id", "name name.invalid", "Kubernetes API"]


def test_a_profile_that_undercuts_the_reference_says_so_and_lacks_nothing() -> None:
    examined = examine(nowhere, Needs(profile="lab", reference=REFERENCE, parts=SMALL))
    assert examined.remarks == ("Profile lab undercuts the reference sizing in 1 numbers: it is for trying out, not for production.",)
    assert [finding.what for finding in examined.findings] == ["Kubernetes API"]


def test_in_production_the_reference_binds() -> None:
    reference = Reference(4, 8, 8, 16, 5, binding=True)
    examined = examine(nowhere, Needs(profile="production", reference=reference, parts=SMALL))
    assert [(finding.what, finding.severity) for finding in examined.findings][1:] == [("pod flow", Severity.WARNING)]
    assert examined.remarks == ()


def test_errors_come_before_warnings_and_only_they_count() -> None:
    findings = [Finding("second", "", "", severity=Severity.WARNING), Finding("first", "", "")]
    error = PreflightError(findings, "site clinic")
    assert (
        error.sentence
        == "Preflight found 1 thing that site clinic lacks: first. Close the gaps and run again; nothing has been changed so far."
    )
    assert [finding.what for finding in error.findings] == ["first", "second"]


def test_the_table_has_every_word_of_every_finding() -> None:
    finding = Finding("memory", "64 GiB in total", "6.0 GiB, 58.0 short", "all nodes", "add nodes " * 12)
    drawn = table([finding])
    words = re.findall(r"[^\s|]+", drawn)
    assert all(word in words for word in " ".join((finding.what, finding.expected, finding.found, finding.where, finding.fix)).split())
    assert drawn.isascii()
    assert max(map(len, drawn.splitlines())) <= 150
