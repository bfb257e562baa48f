"""Which host a VM is put on."""

from fedfleet_lab.datacentre.machines import CONTROL_PLANE, WORKER, Host, Place, Vm
from fedfleet_lab.datacentre.placement import better, choose

NEXT = Place(1, 9, CONTROL_PLANE, "fl/fl-a")


def host(number: int, connection: str = "connected", *, maintenance: bool = False) -> Host:
    return Host(f"host-{number}", f"esx{number}.lab", connection, maintenance, None)


def vm(number: int, on: int, role: str = CONTROL_PLANE, pool: str = "") -> Vm:
    return Vm(f"vm{number}", on=True, place=Place(1, number, role, "fl/fl-a", pool), handle=None, host=f"host-{on}")


def chosen(hosts: list[Host], vms: list[Vm], place: Place = NEXT) -> str:
    found = choose(hosts, vms, place)
    return found.name if found else ""


def test_control_planes_of_a_cluster_keep_apart_even_where_others_have_more_vms() -> None:
    others = [vm(3, 2, WORKER, "workers"), vm(4, 2, WORKER, "workers")]
    assert chosen([host(1), host(2)], [vm(1, 1), *others]) == "esx2.lab"


def test_among_equals_the_host_with_fewest_vms_is_taken() -> None:
    assert chosen([host(1), host(2)], [vm(3, 1, WORKER, "workers")]) == "esx2.lab"


def test_hosts_that_failed_are_cut_off_or_in_maintenance_take_none() -> None:
    assert chosen([host(1, "notResponding"), host(2, "disconnected"), host(3, maintenance=True), host(4)], [vm(1, 4)]) == "esx4.lab"
    assert not chosen([host(1, "notResponding"), host(3, maintenance=True)], [])


def test_a_vm_that_moves_is_not_in_its_own_way() -> None:
    moving = vm(1, 2)
    assert chosen([host(1), host(2)], [moving, vm(2, 1)], moving.place) == "esx2.lab"


def moves_to(hosts: list[Host], vms: list[Vm]) -> list[str]:
    """Where each VM would move while it runs."""
    known = {host.id: host for host in hosts}
    found = [better(known, vms, one) for one in vms]
    return [target.name if target else "" for target in found]


def test_a_running_vm_moves_off_a_host_in_maintenance_and_stays_where_none_takes_it() -> None:
    assert moves_to([host(1, maintenance=True), host(2)], [vm(1, 1)]) == ["esx2.lab"]
    assert moves_to([host(1, maintenance=True), host(2, "notResponding")], [vm(1, 1)]) == [""]


def test_control_planes_that_share_a_host_move_apart_when_another_takes_vms() -> None:
    together = [vm(1, 1), vm(2, 2), vm(3, 2)]
    assert moves_to([host(1), host(2), host(3)], together) == ["", "esx3.lab", "esx3.lab"]
    assert moves_to([host(1), host(2), host(3)], [vm(1, 1), vm(2, 2), vm(3, 3)]) == ["", "", ""]
    assert moves_to([host(1), host(2)], together) == ["", "", ""]
