"""What was pushed is written down by digest, and read back as it was."""

from pathlib import Path

import pytest

from fedfleet.federation.images import Pin, parse_pins, reference, render_pins
from fedfleet.federation.problems import DocumentError
from fedfleet.images import pins_file

DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
NGINX = Pin("images.example:5000/mirror", "nginx", "1.22", DIGEST)
FATE = Pin("images.example:5000/mirror", "fate", "2.2.0", OTHER)


def test_pins_are_read_back_as_they_were_written() -> None:
    assert parse_pins(render_pins([NGINX, FATE]), "images.yml") == {"nginx": NGINX, "fate": FATE}


def test_no_pins_are_a_file_too() -> None:
    assert parse_pins(render_pins([]), "images.yml") == {}


def test_order_does_not_matter() -> None:
    assert render_pins([NGINX, FATE]) == render_pins([FATE, NGINX])


def test_a_pinned_image_is_named_by_digest_in_whichever_registry() -> None:
    assert reference("nginx:1.22", "other.example", {"nginx": NGINX}) == f"other.example/fedfleet/nginx:1.22@{DIGEST}"


def test_an_image_without_a_pin_is_named_by_version() -> None:
    assert reference("fate:2.2.0", "other.example", {"nginx": NGINX}) == "other.example/fedfleet/fate:2.2.0"


def test_a_pin_of_another_version_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"expected version 1\.24.*found 1\.22"):
        reference("nginx:1.24", "other.example", {"nginx": NGINX})


@pytest.mark.parametrize(
    "text",
    [
        "images: [nginx]",
        "nothing: {}",
        "images: {nginx: 'r/fedfleet/nginx:1.22'}",
        f"images: {{fate: 'r/fedfleet/nginx:1.22@{DIGEST}'}}",
        f"images: {{nginx: 'r/fedfleet/nginx:1.22@{DIGEST[:-1]}'}}",
        f"images: {{nginx: 'r/fedfleet/nginx:1.22@{DIGEST}', nginx: 'r/fedfleet/nginx:1.22@{OTHER}'}}",
    ],
)
def test_what_is_no_file_of_digests_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(DocumentError, match=r"images\.yml"):
        parse_pins(text, "images.yml")


class TestRecord:
    def test_images_pushed_before_to_the_same_registry_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "artifacts" / "images.yml"
        pins_file.record(path, [NGINX])
        pins_file.record(path, [FATE])
        assert set(parse_pins(path.read_text(), "images.yml")) == {"nginx", "fate"}

    def test_those_of_another_registry_go(self, tmp_path: Path) -> None:
        path = tmp_path / "images.yml"
        pins_file.record(path, [NGINX])
        pins_file.record(path, [Pin("elsewhere.example", "fate", "2.2.0", OTHER)])
        assert set(parse_pins(path.read_text(), "images.yml")) == {"fate"}

    def test_a_file_of_somebody_elses_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "images.yml"
        path.write_text("shopping: milk\n")
        with pytest.raises(DocumentError):
            pins_file.record(path, [NGINX])
        assert path.read_text() == "shopping: milk\n"
        assert [entry.name for entry in tmp_path.iterdir()] == ["images.yml"]
