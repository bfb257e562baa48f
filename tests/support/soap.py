"""SOAP sessions with a simulated vCenter, by VMware's own library."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim

from fedfleet_lab.vcenter import Account
from support.vcenter import ADMINISTRATOR, RunningVCenter

TASK_SECONDS = 30


@contextmanager
def soap(vcenter: RunningVCenter, account: Account = ADMINISTRATOR, password: str | None = None) -> Iterator[Any]:
    """A service instance, logged in; pyvmomi would trust anybody on loopback if it were not given a context."""
    simulator = vcenter.simulator
    instance = SmartConnect(
        host=simulator.host, port=simulator.port, user=account.user, pwd=password or account.password, sslContext=vcenter.trust
    )
    try:
        yield instance
    finally:
        Disconnect(instance)


def finished(task: Any) -> Any:
    """A task that has ended, in whichever way; pyvmomi's own wait stumbles over the simulator's running tasks."""
    deadline = time.monotonic() + TASK_SECONDS
    while task.info.state not in ("success", "error"):
        assert time.monotonic() < deadline, f"{task.info.name} still {task.info.state}"
        time.sleep(0.02)
    return task


def result(task: Any) -> Any:
    """What a task that succeeds has for a result."""
    info = finished(task).info
    assert info.state == "success", info.error
    return info.result


def named(instance: Any, kind: Any, name: str) -> Any:
    """The object of a kind with a name."""
    view = instance.content.viewManager.CreateContainerView(instance.content.rootFolder, [kind], recursive=True)
    try:
        (found,) = [one for one in view.view if one.name == name]
    finally:
        view.Destroy()
    return found


def names(instance: Any, kind: Any) -> list[str]:
    """The names of all objects of a kind."""
    view = instance.content.viewManager.CreateContainerView(instance.content.rootFolder, [kind], recursive=True)
    try:
        return [one.name for one in view.view]
    finally:
        view.Destroy()


def make_vm(instance: Any, name: str, *, cpus: int = 2, memory: int = 4096, host: str | None = None, **extra: str) -> Any:
    """A VM that is off; memory in MiB."""
    datacenter = instance.content.rootFolder.childEntity[0]
    cluster = datacenter.hostFolder.childEntity[0]
    spec = vim.vm.ConfigSpec(
        name=name,
        numCPUs=cpus,
        memoryMB=memory,
        guestId="ubuntu64Guest",
        files=vim.vm.FileInfo(vmPathName="[north-fast]"),
        extraConfig=[vim.option.OptionValue(key=key, value=value) for key, value in extra.items()],
    )
    where = None if host is None else named(instance, vim.HostSystem, host)
    return result(datacenter.vmFolder.CreateVM_Task(config=spec, pool=cluster.resourcePool, host=where))


def extra_config(vm: Any) -> dict[str, str]:
    """A VM's extra configuration."""
    return {option.key: option.value for option in vm.config.extraConfig}
