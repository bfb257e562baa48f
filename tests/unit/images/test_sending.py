"""Images of a file reach a registry, each blob once, whatever stumbles on the way."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedfleet.images import archive_reader
from fedfleet.images.archive_reader import Archive
from fedfleet.images.errors import ImagesError, RegistryError
from fedfleet.images.registry import Registry
from fedfleet.images.sending import UPLOADS, Sent, send_archive
from fedfleet.images.transport import Patience
from support.image_layout import SHARED, quiet, saved
from support.memory_registry import MemoryRegistry, memory_registry

SOON = Patience(attempts=4, first=0.001, longest=0.01)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with archive_reader.opened(saved(tmp_path), quiet) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[MemoryRegistry]:
    with memory_registry() as running:
        yield running


def send(archive: Archive, server: MemoryRegistry, *names: str, path: str = "") -> list[Sent]:
    return send_archive(archive, Registry(f"{server.address}{path}", plain_http=True, patience=SOON), quiet, names)


def test_all_blobs_and_names_arrive(archive: Archive, server: MemoryRegistry) -> None:
    sent = send(archive, server)
    for image in archive.index.images:
        repository = f"fedfleet/{image.name}"
        assert set(server.blobs[repository]) == {blob.digest for blob in archive.manifests[image.name].blobs()}
        assert (repository, image.version) in server.manifests
    assert [str(one.pin) for one in sent] == [
        f"{server.address}/fedfleet/{image.name}:1.0@{image.manifest}" for image in archive.index.images
    ]


def test_a_path_in_the_registrys_address_comes_first(archive: Archive, server: MemoryRegistry) -> None:
    (sent, _) = send(archive, server, path="/mirror")
    assert str(sent.pin).startswith(f"{server.address}/mirror/fedfleet/base:1.0@sha256:")
    assert ("mirror/fedfleet/base", "1.0") in server.manifests


def test_a_layer_that_another_image_has_is_mounted(archive: Archive, server: MemoryRegistry) -> None:
    send(archive, server)
    # Two configurations, the shared layer, and the two of one image alone.
    assert server.sent() == 5


def test_a_registry_that_does_not_mount_is_sent_it_again(archive: Archive, server: MemoryRegistry) -> None:
    server.mounts = False
    send(archive, server)
    assert server.sent() == 6


def test_what_is_there_is_not_sent(archive: Archive, server: MemoryRegistry) -> None:
    send(archive, server)
    server.requests.clear()
    assert [one.outcome for one in send(archive, server)] == ["unchanged", "unchanged"]
    assert {method for method, _ in server.requests} == {"GET", "HEAD"}


def test_a_push_that_broke_off_goes_on_where_it_was(archive: Archive, server: MemoryRegistry) -> None:
    send(archive, server)
    server.manifests.clear()
    server.requests.clear()
    assert [one.outcome for one in send(archive, server)] == ["pushed", "pushed"]
    assert server.sent() == 0


def test_only_named_images_are_sent(archive: Archive, server: MemoryRegistry) -> None:
    assert [one.pin.name for one in send(archive, server, "tool")] == ["tool"]
    assert set(server.blobs) == {"fedfleet/tool"}


def test_an_image_that_the_file_lacks_is_named(archive: Archive, server: MemoryRegistry) -> None:
    with pytest.raises(ImagesError, match=r"not in the file: store\. Found: base, tool"):
        send(archive, server, "store")


@pytest.mark.parametrize("trouble", [500, 502, 503, 429, 0])
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_a_registry_that_stumbles_gets_another_chance(archive: Archive, server: MemoryRegistry, method: str, trouble: int) -> None:
    server.troubles[method] = [trouble, trouble]
    send(archive, server)
    assert SHARED in server.blobs["fedfleet/base"].values()
    assert SHARED in server.blobs["fedfleet/tool"].values()


def test_a_registry_that_stays_in_trouble_is_given_up(archive: Archive, server: MemoryRegistry) -> None:
    server.troubles["PUT"] = [503] * 100
    with pytest.raises(RegistryError, match=r"is in trouble.*503, 4 times"):
        send(archive, server)


def test_a_refusal_is_not_repeated(archive: Archive, server: MemoryRegistry) -> None:
    server.troubles["PUT"] = [403] * 100
    with pytest.raises(RegistryError, match=r"refused to take.*403"):
        send(archive, server, "base")
    assert server.sent() <= UPLOADS


def test_blobs_are_sent_side_by_side_but_not_too_many(archive: Archive, server: MemoryRegistry) -> None:
    server.meeting = threading.Barrier(2, timeout=10)
    send(archive, server, "tool")
    assert server.busiest <= UPLOADS


def test_pauses_grow_and_differ_and_end() -> None:
    patience = Patience(first=1.0, longest=8.0)
    pauses = [[patience.pause(failed) for _ in range(200)] for failed in range(1, 7)]
    assert [max(some) <= min(8.0, 2.0**failed) for failed, some in enumerate(pauses, start=1)] == [True] * 6
    assert max(pauses[5]) > max(pauses[0])
    assert len(set(pauses[0])) > 100


def test_a_registry_says_when_to_come_back() -> None:
    assert 3 <= Patience(first=0.1).pause(1, "3") <= 3.2
