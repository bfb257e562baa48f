"""Which releases the lab's Supervisor has: those whose image is in a library that is used."""

from typing import Any

from fedfleet_lab.datacentre.doors import Doors
from fedfleet_lab.datacentre.kinds import OS_IMAGE, RELEASE
from fedfleet_lab.datacentre.releases import Releases, images, names
from fedfleet_lab.kubeapi import Kind

NEWER = next(name for name in images() if "v1.34" in name)


class Api:
    """Objects by their paths."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.asked = 0

    def list(self, kind: Kind) -> tuple[list[dict[str, Any]], str]:
        return [item for path, item in self.objects.items() if path.startswith(kind.path())], "1"

    def create(self, kind: Kind, item: dict[str, Any]) -> bool:
        self.asked += 1
        assert "status" not in item
        self.objects[kind.path_of(item)] = dict(item)
        return True

    def patch(self, path: str, change: dict[str, Any]) -> None:
        self.asked += 1
        self.objects[path.removesuffix("/status")] |= change

    def delete(self, path: str) -> None:
        self.asked += 1
        del self.objects[path]


def test_a_release_is_there_as_long_as_its_image_is_in_a_library() -> None:
    api = Api()
    releases = Releases(api)  # type: ignore[arg-type]
    releases.keep({NEWER, "something else"})
    assert [item["metadata"]["name"] for item in api.list(OS_IMAGE)[0]] == [NEWER]
    (release,) = api.list(RELEASE)[0]
    assert [release["metadata"]["name"]] == names({NEWER})
    assert {one["type"]: one["status"] for one in release["status"]["conditions"]} == {"Ready": "True", "Compatible": "True"}
    asked = api.asked
    releases.keep({NEWER})
    assert api.asked == asked, "what is so already is left alone"
    releases.keep(set())
    assert api.objects == {}


def test_what_somebody_else_published_stays() -> None:
    api = Api()
    theirs = {"metadata": {"name": "v1.35.0---vmware.1-vkr.1"}}
    api.objects[RELEASE.path_of(theirs)] = theirs
    Releases(api).keep(set())  # type: ignore[arg-type]
    assert api.objects == {RELEASE.path_of(theirs): theirs}


def test_only_libraries_that_are_used_count() -> None:
    doors = object.__new__(Doors)
    namespaces = [
        {"namespace": "a", "config_status": "RUNNING", "vm_service_spec": {"content_libraries": ["old"]}},
        {"namespace": "b", "config_status": "RUNNING", "content_libraries": [{"content_library": "new"}]},
    ]
    items = [{"name": f"of-{library}", "library_id": library} for library in ("supervisor", "old", "new", "nobodys")]
    state = {"supervisor": {"content_library": "supervisor"}, "namespaces": namespaces, "library_items": items, "vm_classes": []}
    doors._ask = lambda *_: state | {"storage_policies": []}  # type: ignore[method-assign]
    assert doors.wishes().items == {"of-supervisor", "of-old", "of-new"}
