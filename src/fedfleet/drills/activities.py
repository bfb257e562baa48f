"""Carrying out one activity of a drill's file: which function it means, and what it said."""

from __future__ import annotations

import inspect
import os
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills import certificates, faults, hdfs, holdings, jobs, machines, nodes, probes, routes, training, volumes, workloads
from fedfleet.drills.experiment import DrillFileError, ProcessProvider
from fedfleet.drills.scene import Found
from fedfleet.errors import FedFleetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.drills.experiment import Activity, Experiment
    from fedfleet.drills.scene import Scene

_TAIL: Final = 2000
# All that a file may name. Nothing else is ever imported or called for it.
FUNCTIONS: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    (function.__module__, function.__name__): function
    for function in (
        probes.api_answers,
        probes.broker_reached,
        probes.component_ready,
        probes.database_answers,
        probes.doors_answer,
        probes.exchange_serves,
        probes.flow_answers,
        probes.ingress_answers,
        probes.partners_answer,
        probes.replicas_serve,
        probes.workloads_ready,
        probes.names_resolve,
        jobs.history_kept,
        jobs.job_ends,
        jobs.job_state,
        jobs.job_succeeds,
        jobs.new_job_succeeds,
        jobs.start_job,
        jobs.start_job_that_errs,
        jobs.stop_job,
        training.start_training,
        training.upload_rows,
        holdings.models_and_data_kept,
        holdings.note_models_and_data,
        faults.cut_network,
        faults.delete_pods,
        faults.heal_network,
        faults.kill_container,
        workloads.evict_pods,
        workloads.scale_down,
        workloads.scale_up,
        routes.push_broken_routes,
        routes.reload_refused,
        routes.restore_routes,
        certificates.age_certificate,
        certificates.certificate_lasts,
        certificates.renew_certificate,
        hdfs.blocks_readable,
        hdfs.bring_datanode_back,
        hdfs.datanodes_live,
        hdfs.take_datanode_away,
        machines.find_machine,
        machines.machine_runs,
        machines.switch_machine,
        machines.switch_machines_on,
        nodes.find_node,
        nodes.images_volume_mounted,
        nodes.nodes_ready,
        volumes.fill_volume,
        volumes.free_volume,
        volumes.volume_takes_writes,
    )
}


class CommandError(FedFleetError):
    """A command that a drill's file names did not end well."""


def check_activities(experiment: Experiment) -> None:
    """Do nothing where every activity names a function there is, with arguments it takes.

    Raises:
        DrillFileError: one does not.
    """
    for activity in (*experiment.hypothesis.probes, *experiment.method, *experiment.rollbacks):
        function_of(activity)


def function_of(activity: Activity) -> Callable[[Scene], Any]:
    """What an activity does, to be called with the scene; a probe's returns a `Found`.

    Raises:
        DrillFileError: there is no such function, or it takes other arguments.
    """
    provider = activity.provider
    if isinstance(provider, ProcessProvider):
        return partial(_look_by_command if activity.type == "probe" else _run_command, provider=provider)
    function = FUNCTIONS.get((provider.module, provider.func))
    where = f"activity {activity.name!r}"
    if function is None:
        names = sorted(name for module, name in FUNCTIONS if module == provider.module)
        raise DrillFileError(
            f"There is no function {provider.func} in {provider.module}", expected=f"one of {', '.join(names)}", where=where
        )
    looks = inspect.signature(function).return_annotation == "Found"
    if looks != (activity.type == "probe"):
        raise DrillFileError(f"{provider.func} is {'a probe' if looks else 'an action'}", found=activity.type, where=where)
    try:
        inspect.signature(function).bind(None, **provider.arguments)
    except TypeError as error:
        raise DrillFileError(f"{provider.func} takes other arguments", found=str(error), where=where) from error
    return partial(function, **provider.arguments)


def _run_command(scene: Scene, provider: ProcessProvider) -> dict[str, object]:
    """Run a command of this machine.

    Raises:
        CommandError: it did not end in time, or not with 0.
    """
    done = _command(scene, provider)
    if done.returncode:
        raise CommandError(
            f"{provider.path} ended with {done.returncode}",
            found=done.stderr.strip()[-_TAIL:] or done.stdout.strip()[-_TAIL:],
            where=f"site {scene.site.name}",
        )
    return {"returncode": 0, "stdout": done.stdout[-_TAIL:]}


def _look_by_command(scene: Scene, provider: ProcessProvider) -> Found:
    """What a command looks at holds where it ends with 0."""
    done = _command(scene, provider)
    said = (done.stdout.strip() or done.stderr.strip())[-_TAIL:]
    return Found(done.returncode == 0, f"{provider.path} ended with {done.returncode}: {said}")


def _command(scene: Scene, provider: ProcessProvider) -> subprocess.CompletedProcess[str]:
    # Beside our interpreter is `fedfleet` itself, though nobody may have put that on the path.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))
    words = shlex.split(provider.arguments) if isinstance(provider.arguments, str) else provider.arguments
    try:
        return subprocess.run(
            [provider.path, *words],
            env=os.environ | {"PATH": path} | scene.environment,
            capture_output=True,
            text=True,
            timeout=provider.timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(f"{provider.path} could not be run to its end", found=str(error)) from error
