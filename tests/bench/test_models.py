"""What models ask of a party, component after component: the figures that sizing advice rests on."""

from collections.abc import Callable, Iterable

from bench.results import Measured, Ratio, Topic, topic
from fedfleet.kube import Client
from fedfleet.report.workload import ComponentRun, WorkloadReport
from support.federation import Federation

# Logistic regression on split rows; boosted trees on split columns; a neural network on split rows.
MODELS = ("credit-card", "breast-cancer", "credit-card-network")
RUN_SECONDS = 1800


def trained(federation: Federation, name: str) -> WorkloadReport:
    """The report of a workload that was just run."""
    federation.lab.fedfleet("workload", "run", name, "-i", str(federation.inventory), "--measure", timeout=RUN_SECONDS, show=True).expect()
    file = federation.inventory / "artifacts" / "reports" / f"workload-{name}.json"
    return WorkloadReport.model_validate_json(file.read_bytes())


def asked(case: str, runs: Iterable[ComponentRun]) -> list[Measured]:
    """Time, CPU and memory of each component, of the party and job that took most of each."""
    by_component: dict[str, list[ComponentRun]] = {}
    for run in runs:
        by_component.setdefault(run.component, []).append(run)
    measured = []
    for component, found in sorted(by_component.items()):
        measured.append(Measured(case=case, of=f"{component}: time", value=max(run.seconds for run in found)))
        # What ends at once leaves nothing to measure.
        cpu = [run.cpu_seconds for run in found if run.cpu_seconds is not None]
        memory = [run.memory_mib for run in found if run.memory_mib is not None]
        measured += [Measured(case=case, of=f"{component}: CPU of one party", value=max(cpu))] if cpu else []
        measured += [Measured(case=case, of=f"{component}: memory of one party", value=max(memory), unit="MiB")] if memory else []
    return measured


def test_what_models_ask_of_a_party(federation: Federation, client: Client, found: Callable[[Topic], None]) -> None:
    measured: list[Measured] = []
    ratios: list[Ratio] = []
    for name in MODELS:
        report = trained(federation, name)
        measured += asked(f"{name}, profile {federation.profile}", report.components)
        scores = {score.model: score.value for score in report.scores}
        ratios.append(
            Ratio(
                what=f"{name}: score against a model of all rows in one place", value=scores["federated"] / scores["central"], at_least=0.95
            )
        )
    found(
        topic(
            "What models ask of a party",
            "Built-in workloads with `--measure`: the cgroups of the pods that compute, from a component's start to its end.",
            measured,
            ratios,
            Kubernetes=client.version(),
            FATE="2.2.0",
        )
    )
