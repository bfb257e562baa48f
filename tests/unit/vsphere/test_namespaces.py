"""What is sent of a namespace: what differs, and nothing else."""

from fedfleet.vsphere.namespaces import Access, Found, Namespace, difference, wanted_fields

FOUND = Found(
    "fl",
    "RUNNING",
    fields={
        "description": "made by hand",
        "storage_specs": [{"policy": "p1", "limit": 1024}],
        "vm_service_spec": {"vm_classes": ["large", "small"], "content_libraries": []},
        "access_list": [],
    },
)


def test_what_is_not_said_is_left() -> None:
    assert difference(Namespace("fl"), FOUND) == {}


def test_what_is_the_same_in_another_order_is_the_same() -> None:
    assert difference(Namespace("fl", storage={"p1": 1024}, vm_classes=("small", "large")), FOUND) == {}


def test_only_what_differs_is_sent() -> None:
    wanted = Namespace("fl", description="made by hand", storage={"p1": 2048})
    assert difference(wanted, FOUND) == {"storage_specs": [{"policy": "p1", "limit": 2048}]}


def test_no_limit_is_no_field_because_zero_would_be_a_quota_of_nothing() -> None:
    assert wanted_fields(Namespace("fl", storage={"p1": None})) == {"storage_specs": [{"policy": "p1"}]}


def test_an_empty_access_list_takes_all_access_away() -> None:
    assert wanted_fields(Namespace("fl", access=())) == {"access_list": []}
    assert wanted_fields(Namespace("fl", access=(Access("north", "vsphere.local"),)))["access_list"] == [
        {"subject_type": "USER", "subject": "north", "domain": "vsphere.local", "role": "EDIT"}
    ]
