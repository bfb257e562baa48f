"""A file of images is whole or not there, the same for the same images, and nothing of a changed one is believed."""

import io
import json
import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fedfleet.images import archive_reader, archive_writer
from fedfleet.images.archive import INDEX
from fedfleet.images.errors import ArchiveError
from fedfleet.images.pace import Pace
from support.image_layout import SHARED, bill, index, quiet, saved


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return saved(tmp_path)


def entries(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]  # files alone


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The file as somebody writes it who changed entries and knows the format."""
    content = entries(path)
    change(content)
    target = path.with_name("changed.tar")
    with tarfile.open(target, "w") as tar:
        for name, text in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
    return target


def largest(content: dict[str, bytes]) -> str:
    return max(content, key=lambda name: len(content[name]))


def refused(path: Path, digest: str = "") -> str:
    with pytest.raises(ArchiveError) as caught, archive_reader.opened(path, quiet, digest):
        pass
    return str(caught.value)


def test_what_was_saved_is_read_back(archive: Path) -> None:
    with archive_reader.opened(archive, quiet) as opened:
        assert [image.reference for image in opened.index.images] == ["fedfleet/base:1.0", "fedfleet/tool:1.0"]
        assert b"".join(opened.blob(opened.manifests["base"].layers[0].digest)) == SHARED
        assert opened.bill(opened.index.images[0]) == bill("base")


def test_a_shared_layer_is_there_once(archive: Path) -> None:
    assert list(entries(archive).values()).count(SHARED) == 1


def test_the_same_images_give_the_same_file(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert saved(tmp_path / "elsewhere").read_bytes() == archive.read_bytes()


def test_it_can_be_laid_out_as_the_specification_has_it(archive: Path, tmp_path: Path) -> None:
    with archive_reader.opened(archive, quiet) as opened:
        opened.extract(tmp_path / "out", Pace("laying out", opened.size, quiet))
    described = json.loads((tmp_path / "out" / "index.json").read_text())["manifests"]
    assert [entry["annotations"]["org.opencontainers.image.ref.name"] for entry in described] == ["fedfleet/base:1.0", "fedfleet/tool:1.0"]
    for entry in described:
        assert (tmp_path / "out" / "blobs/sha256" / entry["digest"].removeprefix("sha256:")).stat().st_size == entry["size"]


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.995])
def test_a_file_that_ends_early_is_refused(archive: Path, part: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * part)])
    assert "is not a whole file of images" in refused(archive) or "does not hold what its index says" in refused(archive)


def test_every_changed_byte_is_noticed(archive: Path) -> None:
    content = archive.read_bytes()
    with tarfile.open(archive) as tar:
        places = [entry.offset_data + entry.size // 2 for entry in tar]
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1
        archive.write_bytes(changed)
        assert "nothing of it was used" in refused(archive)


def test_a_layer_under_a_wrong_digest_is_named(archive: Path) -> None:
    path = rewritten(archive, lambda content: content.update({largest(content): b"something else"}))
    assert f"was changed or damaged in {largest(entries(archive))}" in refused(path)


def test_a_missing_layer_is_named(archive: Path) -> None:
    def lose(content: dict[str, bytes]) -> None:
        del content[largest(content)]

    path = rewritten(archive, lose)
    assert f"no {largest(entries(archive))}" in refused(path)


def test_what_no_image_needs_is_refused(archive: Path) -> None:
    path = rewritten(archive, lambda content: content.update({"../../etc/passwd": b"root"}))
    assert "also ../../etc/passwd" in refused(path)


def test_a_link_is_refused(archive: Path) -> None:
    with tarfile.open(archive, "a") as tar:
        entry = tarfile.TarInfo("blobs/sha256/x")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/shadow"
        tar.addfile(entry)
    assert "has an entry that nobody writes" in refused(archive)


def test_an_image_under_anothers_key_is_refused(archive: Path) -> None:
    def lie(content: dict[str, bytes]) -> None:
        content[INDEX] = content[INDEX].replace(b'"key": "abcd"', b'"key": "dcba"')

    assert "calls something else fedfleet/base:1.0" in refused(rewritten(archive, lie))


def test_an_index_of_a_later_format_is_refused(archive: Path) -> None:
    def lie(content: dict[str, bytes]) -> None:
        content[INDEX] = content[INDEX].replace(b'"format": 1', b'"format": 2')

    assert "that this version cannot read" in refused(rewritten(archive, lie))


def test_a_file_made_anew_on_purpose_is_found_by_the_digest_that_was_told(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with archive_reader.opened(archive, quiet) as opened:
        told = opened.index.digest()
    with archive_reader.opened(archive, quiet, told):
        pass
    assert "another file of images than the one that was meant" in refused(archive, "sha256:" + "0" * 64)


def test_something_else_is_no_file_of_images(tmp_path: Path) -> None:
    (tmp_path / "notes.tar").write_text("buy milk\n" * 1000)
    assert "is not a whole file of images" in refused(tmp_path / "notes.tar")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "images.tar")


class TestInterruption:
    def test_stopping_leaves_what_was_there(self, archive: Path, tmp_path: Path) -> None:
        before = archive.read_bytes()

        class Stopping(Pace):
            def advance(self, size: int) -> None:
                del size
                raise KeyboardInterrupt

        made = index(tmp_path / "layout")
        with pytest.raises(KeyboardInterrupt):
            archive_writer.write(
                archive, made, tmp_path / "layout", {one.name: bill(one.name) for one in made.images}, Stopping("", 1, quiet)
            )
        assert archive.read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["images.tar", "layout"]

    def test_what_a_killed_run_left_is_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "images.tar.part").write_bytes(b"x" * (8 << 20))
        with archive_reader.opened(saved(tmp_path), quiet) as opened:
            assert len(opened.index.images) == 2
        assert not (tmp_path / "images.tar.part").exists()

    def test_a_disk_that_fills_up_leaves_nothing(self, tmp_path: Path) -> None:
        program = f"from pathlib import Path\nfrom support.image_layout import saved\nsaved(Path({str(tmp_path)!r}))"
        # The kernel lets no file grow beyond what takes the layer, but not the file with it.
        limit = len(SHARED) + 1024
        ended = subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[2],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            capture_output=True,
            text=True,
        )
        assert "there is no room for images.tar" in ended.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["layout"]

    def test_two_at_once_do_not_spoil_each_other(self, tmp_path: Path) -> None:
        class Second(Pace):
            def advance(self, size: int) -> None:
                del size
                with pytest.raises(ArchiveError, match=r"somebody else is writing images\.tar"):
                    saved(tmp_path)

        made = index(tmp_path / "layout")
        bills = {one.name: bill(one.name) for one in made.images}
        archive_writer.write(tmp_path / "images.tar", made, tmp_path / "layout", bills, Second("", 1, quiet))
        with archive_reader.opened(tmp_path / "images.tar", quiet) as opened:
            assert len(opened.index.images) == 2
