"""Carrying out one activity of a drill's file: which function it means, and what it said."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fedfleet.drills import certificates, faults, hdfs, holdings, jobs, machines, nodes, probes, routes, spark, training, volumes, workloads
from fedfleet.drills.commands import look_by_command, run_command
from fedfleet.drills.experiment import DrillFileError, ProcessProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedfleet.drills.experiment import Activity, Experiment
    from fedfleet.drills.scene import Scene

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
        probes.connects,
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
        spark.workers_known,
        volumes.fill_volume,
        volumes.free_volume,
        volumes.volume_takes_writes,
    )
}


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
        return partial(look_by_command if activity.type == "probe" else run_command, provider=provider)
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
