"""Modules of the collection, run as they are inside of a task, against a simulated vCenter."""

import importlib
import json
from typing import Any

import pytest

from ansible_collections.fedfleet.federation.plugins.plugin_utils.in_place import Ended, ModuleHere
from fedfleet_lab.vcenter import Account
from support.vcenter import ADMINISTRATOR, RunningVCenter


def ended(vcenter: RunningVCenter, name: str, /, *, by: Account = ADMINISTRATOR, check: bool = False, **options: Any) -> dict[str, Any]:
    """What a module returns; no password is in it."""
    return ended_at(connection(vcenter, by), name, check=check, **options)


def connection(vcenter: RunningVCenter, by: Account = ADMINISTRATOR) -> dict[str, Any]:
    """The options of modules by which they reach a simulated vCenter and its Supervisor."""
    simulator = vcenter.simulator
    return {
        "hostname": simulator.host,
        "port": simulator.port,
        "username": by.user,
        "password": by.password,
        "ca_file": str(simulator.authority.pair.certificate),
        "supervisor_login_port": simulator.supervisor_port,
    }


def ended_at(where: dict[str, Any], name: str, /, *, check: bool = False, **options: Any) -> dict[str, Any]:
    """What a module returns that reaches its vCenter by these options; no password is in it."""
    module = importlib.import_module(f"ansible_collections.fedfleet.federation.plugins.modules.{name}")
    known = {option: value for option, value in where.items() if option in module.ARGUMENTS}
    defaults = {option: facts.get("default") for option, facts in module.ARGUMENTS.items()}
    with pytest.raises(Ended) as caught:
        module.run(ModuleHere(defaults | known | options, check_mode=check, diff=True))
    assert where["password"] not in json.dumps(caught.value.result)
    return dict(caught.value.result)


def done(vcenter: RunningVCenter, name: str, /, **options: Any) -> dict[str, Any]:
    """The same of one that succeeds."""
    result = ended(vcenter, name, **options)
    assert not result.get("failed"), result["msg"]
    return result


def refused(vcenter: RunningVCenter, name: str, /, **options: Any) -> str:
    """What one says that fails: every part of a message of ours is in it."""
    result = ended(vcenter, name, **options)
    assert result.get("failed"), result
    told = result["error"]
    assert told["summary"]
    assert told["found"]
    assert told["where"]
    assert told["next_step"]
    return str(result["msg"])
