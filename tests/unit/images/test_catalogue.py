"""images.yml and images.lock are read strictly, and put into build order."""

from pathlib import Path

import pytest
import yaml

from fedfleet.images.catalogue import definitions_folder, load
from fedfleet.images.errors import CatalogueError


def change(path: Path, **changes: object) -> None:
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


def test_parents_come_before_what_is_built_on_them(definitions: Path) -> None:
    order = [image.name for image in load(definitions).images]
    assert order.index("base") < order.index("tool")
    assert order.index("base") < order.index("store")


def test_a_reference_is_registry_name_and_version(definitions: Path) -> None:
    assert load(definitions).get("tool").reference("images.example:5000") == "images.example:5000/fedfleet/tool:1.2"


def test_an_image_needs_its_parents(definitions: Path) -> None:
    assert [image.name for image in load(definitions).with_parents({"tool"})] == ["base", "tool"]


def test_a_name_that_is_no_image_is_answered_with_those_that_are(definitions: Path) -> None:
    with pytest.raises(CatalogueError, match="base, "):
        load(definitions).get("bsae")


def test_an_image_without_containerfile_is_refused(definitions: Path) -> None:
    (definitions / "tool" / "Containerfile").unlink()
    with pytest.raises(CatalogueError, match="tool has no Containerfile"):
        load(definitions)


def test_a_misspelt_field_is_refused(definitions: Path) -> None:
    change(definitions / "images.yml", imagse=[])
    with pytest.raises(CatalogueError, match="imagse"):
        load(definitions)


def test_a_parent_that_is_not_there_is_refused(definitions: Path) -> None:
    images = yaml.safe_load((definitions / "images.yml").read_text())["images"]
    images[0]["parents"] = ["elsewhere"]
    change(definitions / "images.yml", images=images)
    with pytest.raises(CatalogueError, match="tool is built on elsewhere"):
        load(definitions)


def test_images_built_on_each_other_in_a_circle_are_refused(definitions: Path) -> None:
    images = yaml.safe_load((definitions / "images.yml").read_text())["images"]
    images[1]["parents"] = ["tool"]
    change(definitions / "images.yml", images=images)
    with pytest.raises(CatalogueError, match="circle"):
        load(definitions)


def test_a_lock_that_is_missing_is_named(definitions: Path) -> None:
    (definitions / "images.lock").unlink()
    with pytest.raises(CatalogueError, match=r"images\.lock cannot be read"):
        load(definitions)


def test_the_environment_may_name_the_definitions(definitions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDFLEET_IMAGES", str(definitions))
    assert definitions_folder() == definitions


def test_a_named_folder_without_definitions_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDFLEET_IMAGES", str(tmp_path))
    with pytest.raises(CatalogueError, match=str(tmp_path)):
        definitions_folder()


def test_optional_images_come_with_their_programs(definitions: Path) -> None:
    described = yaml.safe_load((definitions / "images.yml").read_text())
    agent = next(image for image in described["images"] if image["name"] == "agent")
    change(
        definitions / "images.yml", images=[*(image for image in described["images"] if image is not agent), agent | {"group": "option"}]
    )

    catalogue = load(definitions)

    assert catalogue.chosen(()) == {"base", "tool", "store"}
    assert [image.name for image in catalogue.left_out(())] == ["agent"]
    assert catalogue.chosen({"agent"}) == {"base", "tool", "store", "agent"}
