"""What it takes to provision sites at a vCenter that is 50 ms away: calls, sessions and seconds, and look-ups in a large inventory.

The vCenter is the simulated one, and no lab is needed: its own work is next to nothing, so that what counts is how often it is asked.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import alternative
from bench.results import Measured, Ratio, Topic, topic
from fedfleet.vsphere import Client, hosts, inventory, power
from fedfleet_lab.paths import cache_home
from support.commands import run
from support.vcenter import ADMINISTRATOR, INVENTORY, RunningVCenter, running_vcenter

_PLAYBOOKS = Path(__file__).parent / "playbooks"
LATENCY_MS = 50
SITES = (1, 3, 10)
OURS, URI = "vcenter_namespaces", "vcenter_namespaces_uri"
LIBRARY, LIBRARY_REST = "vcenter_library", "vcenter_library_vmware_rest"
MACHINE, MACHINE_VMWARE = "vcenter_machine", "vcenter_machine_vmware"
NAMES = {
    OURS: "role cluster",
    URI: "ansible.builtin.uri, a task a call",
    LIBRARY: "fedfleet.federation.content_library",
    LIBRARY_REST: "vmware.vmware_rest",
    MACHINE: "fedfleet.federation.vm_power",
    MACHINE_VMWARE: "community.vmware.vmware_vm_info",
}
FRESH, UNCHANGED = "new", "unchanged"
MACHINES = (100, 1000, 5000)
# The other side asks for several properties of every machine, one after the other: among a thousand it is at work for minutes.
COMPARED = MACHINES[0]
ROUNDS = 5


@dataclass(frozen=True)
class Taken:
    """What one run took."""

    seconds: float
    calls: int
    opened: int
    closed: int


def played(vcenter: RunningVCenter, playbook: str, inventory_file: Path, folder: Path, **variables: Any) -> Taken:
    """Run a playbook, and ask the vCenter what was asked of it."""
    simulator = vcenter.simulator
    reach = {
        "hostname": simulator.host,
        "port": simulator.port,
        "username": ADMINISTRATOR.user,
        "password": ADMINISTRATOR.password,
        "ca_file": str(simulator.authority.pair.certificate),
    }
    extra = folder / "variables.json"
    extra.write_text(json.dumps({"vcenter": reach, **variables}))
    vcenter.lab("DELETE", "/calls")
    homes = [str(alternative.collections(cache_home(), name)) for name in (alternative.VMWARE_REST, alternative.VMWARE)]
    ended = run(
        "ansible-playbook", str(_PLAYBOOKS / f"{playbook}.yml"), "-i", str(inventory_file), "-e", f"@{extra}", "--forks", "10",
        env={"ANSIBLE_COLLECTIONS_PATH": ":".join(homes)},
    ).expect()  # fmt: skip
    report = vcenter.lab("GET", "/calls")
    sessions = report["sessions"]
    return Taken(ended.seconds, sum(report["calls"].values()), sessions["opened"], sessions["closed"])


def sites(folder: Path, count: int) -> Path:
    """An inventory of so many sites."""
    file = folder / f"sites-{count}.json"
    parties = {f"party{30000 + number}": {"party_id": 30000 + number} for number in range(count)}
    variables = {
        "federation_name": "clinics",
        "cluster_provider": "vks",
        "cluster_storage_policy": "vSAN Default Storage Policy",
        "cluster_vsphere_namespace": "fl-{{ party_id }}",
        "cluster_control_plane": {"replicas": 1, "vm_class": "best-effort-small"},
        "cluster_workers": {"replicas": 2, "vm_class": "best-effort-2xlarge"},
    }
    file.write_text(json.dumps({"all": {"children": {"parties": {"hosts": parties}}, "vars": variables}}))
    return file


def test_provisioning_sites_namespaces(tmp_path: Path, found: Callable[[Topic], None]) -> None:
    taken: dict[tuple[str, int, str], Taken] = {}
    for contender in (OURS, URI):
        for count in SITES:
            folder = tmp_path / f"{contender}-{count}"
            with running_vcenter(folder, latency_ms=LATENCY_MS, namespace_delay=0.1) as vcenter:
                for case in (FRESH, UNCHANGED):
                    taken[contender, count, case] = played(vcenter, contender, sites(folder, count), folder)
    measured = [
        Measured(case=f"{count} site{'s' if count > 1 else ''}, {case}", of=f"{NAMES[contender]}: {what}", value=value, unit=unit)
        for case in (FRESH, UNCHANGED)
        for count in SITES
        for contender in (OURS, URI)
        for what, value, unit in shown(taken[contender, count, case])
    ]
    ratios = [
        Ratio(what="10 sites against 1, new: time", value=taken[OURS, 10, FRESH].seconds / taken[OURS, 1, FRESH].seconds, at_most=4),
        Ratio(what="10 sites against 1, new: calls", value=taken[OURS, 10, FRESH].calls / taken[OURS, 1, FRESH].calls, at_most=10.5),
        *(
            Ratio(
                what=f"{count} site{'s' if count > 1 else ''}, {case}: ansible.builtin.uri takes so many times as long",
                value=taken[URI, count, case].seconds / taken[OURS, count, case].seconds,
                at_least=1,
            )
            for case in (FRESH, UNCHANGED)
            for count in SITES
        ),
    ]
    assert [(key, one) for key, one in taken.items() if one.opened != one.closed] == []
    found(
        topic(
            "Provisioning sites' namespaces at a vCenter",
            f"Whole runs of ansible-playbook with its start, ten sites at a time, against the simulated vCenter with {LATENCY_MS} ms a call. No "
            "collection has a module for vSphere Namespaces, so that the other side is one task of `ansible.builtin.uri` a call. Every session that "
            "was opened was closed.",
            measured,
            ratios,
        )
    )


def test_making_a_content_library(tmp_path: Path, found: Callable[[Topic], None]) -> None:
    taken: dict[tuple[str, str], Taken] = {}
    local = tmp_path / "localhost.json"
    local.write_text(json.dumps({"all": {"hosts": {"localhost": {}}}}))
    for contender in (LIBRARY, LIBRARY_REST):
        with running_vcenter(tmp_path / contender, latency_ms=LATENCY_MS) as vcenter:
            for case in (FRESH, UNCHANGED):
                taken[contender, case] = played(vcenter, contender, local, tmp_path, library="releases")
    measured = [
        Measured(case=f"a local content library, {case}", of=f"{NAMES[contender]}: {what}", value=value, unit=unit)
        for case in (FRESH, UNCHANGED)
        for contender in (LIBRARY, LIBRARY_REST)
        for what, value, unit in shown(taken[contender, case])
    ]
    ratios = [
        Ratio(
            what=f"a local content library, {case}: vmware.vmware_rest takes so many times as long",
            value=taken[LIBRARY_REST, case].seconds / taken[LIBRARY, case].seconds,
            at_least=1,
        )
        for case in (FRESH, UNCHANGED)
    ]
    home = alternative.collections(cache_home(), alternative.VMWARE_REST)
    found(
        topic(
            "A content library at a vCenter",
            f"The one step of provisioning that another collection can do against the simulated vCenter, with {LATENCY_MS} ms a call. Of "
            "vmware.vmware_rest no session is ever closed. community.vmware and vmware.vmware have modules for tags, storage policies and content "
            "libraries, too; they speak vCenter's JSON-RPC, which the simulator does not, so that they are not measured.",
            measured,
            ratios,
            **{alternative.VMWARE_REST: alternative.version(home, alternative.VMWARE_REST)},
        )
    )


def shown(taken: Taken) -> list[tuple[str, float, Any]]:
    """The figures of one run."""
    return [("time", taken.seconds, "s"), ("calls", taken.calls, "calls"), ("sessions", taken.opened, "sessions")]


def test_look_ups_in_a_large_inventory(tmp_path: Path, found: Callable[[Topic], None]) -> None:
    taken: dict[tuple[str, int], float] = {}
    for count in MACHINES:
        with crowded(tmp_path / str(count), count) as vcenter:
            simulator = vcenter.simulator
            authority = simulator.authority.pair.certificate
            who = (simulator.host, ADMINISTRATOR.user, ADMINISTRATOR.password)
            with Client.connect(*who, ca_file=authority, port=simulator.port) as client:
                for what, look in looks(client, count).items():
                    look()
                    taken[what, count] = median(timed(look) for _ in range(ROUNDS))
    found(
        topic(
            "Look-ups in a large inventory",
            f"The middle of {ROUNDS}, within one session, against the simulated vCenter with {LATENCY_MS} ms a call.",
            [
                Measured(case=f"{count} virtual machines", of=what, value=taken[what, count] * 1000, unit="ms")
                for count in MACHINES
                for what in sorted({name for name, _ in taken})
            ],
            [
                Ratio(what=f"{what}: among 5000 virtual machines against 100", value=taken[what, 5000] / taken[what, 100], at_most=1.5)
                for what in sorted({name for name, _ in taken})
            ],
        )
    )


def test_a_task_that_looks_a_machine_up(tmp_path: Path, found: Callable[[Topic], None]) -> None:
    taken: dict[tuple[str, int], Taken] = {}
    local = tmp_path / "localhost.json"
    local.write_text(json.dumps({"all": {"hosts": {"localhost": {}}}}))
    for count in MACHINES:
        with crowded(tmp_path / str(count), count) as vcenter:
            for contender in (MACHINE, MACHINE_VMWARE) if count == COMPARED else (MACHINE,):
                taken[contender, count] = played(vcenter, contender, local, tmp_path, machine=f"machine-{count // 2}")
    home = alternative.collections(cache_home(), alternative.VMWARE)
    found(
        topic(
            "A task that looks a machine up",
            f"Whole runs of ansible-playbook with one task, against the simulated vCenter with {LATENCY_MS} ms a call: by name, a machine that is off. "
            "community.vmware's shows nothing that it can leave out. vmware.vmware has such a module, too, but not in the version of this Ansible.",
            [
                Measured(case=f"{count} virtual machines", of=f"{NAMES[contender]}: {what}", value=value, unit=unit)
                for (contender, count), one in taken.items()
                for what, value, unit in shown(one)
            ],
            [
                Ratio(
                    what=f"among {COMPARED} virtual machines: community.vmware takes so many times as long",
                    value=taken[MACHINE_VMWARE, COMPARED].seconds / taken[MACHINE, COMPARED].seconds,
                    at_least=1,
                ),
                Ratio(
                    what=f"fedfleet.federation.vm_power: among {MACHINES[-1]} virtual machines against {MACHINES[0]}",
                    value=taken[MACHINE, MACHINES[-1]].seconds / taken[MACHINE, MACHINES[0]].seconds,
                    at_most=1.5,
                ),
            ],
            **{alternative.VMWARE: alternative.version(home, alternative.VMWARE)},
        )
    )


def looks(client: Client, count: int) -> dict[str, Callable[[], object]]:
    """What is looked up."""
    some = count // 2
    return {
        "a virtual machine by name": lambda: power.find(client, name=f"machine-{some}"),
        "a virtual machine by UUID": lambda: power.find(client, uuid=identifier(some)),
        "a datastore by name": lambda: inventory.datastores(client, ["north-fast"]),
        "hosts and what they have left": lambda: hosts.of_clusters(client, ()),
    }


def timed(look: Callable[[], object]) -> float:
    """Seconds that it takes."""
    start = perf_counter()
    look()
    return perf_counter() - start


def identifier(number: int) -> str:
    """A machine's UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"machine-{number}"))


@contextmanager
def crowded(folder: Path, count: int) -> Iterator[RunningVCenter]:
    """A vCenter with so many virtual machines, none of which is on."""
    place = folder / "vcenter"
    place.mkdir(parents=True)
    machines = [
        {
            "id": f"vm-{1000 + number}",
            "name": f"machine-{number}",
            "uuid": identifier(number),
            "instance_uuid": identifier(number),
            "guest_id": "otherGuest64",
            "cpus": 2,
            "memory_mb": 4096,
            "power_state": "poweredOff",
            "extra_config": {},
            "host": INVENTORY.hosts[number % len(INVENTORY.hosts)].name,
            "datastore": INVENTORY.datastores[0].name,
        }
        for number in range(count)
    ]
    (place / "state.json").write_text(json.dumps({"vms": machines}))
    (place / "state.json").chmod(0o600)
    with running_vcenter(folder, latency_ms=LATENCY_MS) as vcenter:
        yield vcenter
