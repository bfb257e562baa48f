"""What a module's documentation says is what the module takes."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from generator.plugins import documentation

MODULES = sorted(path.stem for path in (Path(__file__).parents[3] / "plugins" / "modules").glob("[!_]*.py"))
_PLUGINS = "ansible_collections.fedfleet.federation.plugins"


class Captured(Exception):  # noqa: N818 - a messenger, no error
    """Carries the arguments that a module hands to AnsibleModule."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        self.arguments = arguments


def load(name: str) -> ModuleType:
    return importlib.import_module(f"{_PLUGINS}.modules.{name}")


def documented(module: ModuleType) -> dict[str, Any]:
    """The documentation, with doc fragments merged in as Ansible does it."""
    described, _, _ = documentation(Path(str(module.__file__)), "module")
    return described


def spec(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the module would hand to AnsibleModule."""

    def capture(**arguments: Any) -> None:
        raise Captured(**arguments)

    monkeypatch.setattr(module, "AnsibleModule", capture)
    with pytest.raises(Captured) as caught:
        module.main()
    return dict(caught.value.arguments)


def comparable(options: dict[str, Any], inner: str) -> dict[str, Any]:
    """Options as plain facts; ``inner`` is what nested options are called: ``suboptions`` or ``options``."""
    return {
        name: {
            "type": option.get("type", "str"),
            "required": bool(option.get("required", False)),
            "default": option.get("default"),
            "choices": sorted(option.get("choices") or []),
            "elements": option.get("elements"),
            "nested": comparable(option.get(inner) or {}, inner),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_options_are_those_documented(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load(name)
    assert comparable(spec(module, monkeypatch)["argument_spec"], "options") == comparable(
        documented(module).get("options") or {}, "suboptions"
    )


@pytest.mark.parametrize("name", MODULES)
def test_check_mode_is_supported_and_documented(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load(name)
    attributes = documented(module)["attributes"]
    support = attributes["check_mode"]["support"]
    assert "diff_mode" in attributes
    assert (support in ("full", "partial")) is bool(spec(module, monkeypatch).get("supports_check_mode"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_use_the_module_by_its_full_name_with_documented_options(name: str) -> None:
    module = load(name)
    used = [task[f"fedfleet.federation.{name}"] for task in yaml.safe_load(module.EXAMPLES) if f"fedfleet.federation.{name}" in task]
    assert used
    assert {option for arguments in used for option in arguments} <= set(documented(module)["options"])


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_is_required(name: str) -> None:
    module = load(name)
    required = {option for option, facts in documented(module)["options"].items() if facts.get("required")}
    for task in yaml.safe_load(module.EXAMPLES):
        if f"fedfleet.federation.{name}" in task:
            assert required <= set(task[f"fedfleet.federation.{name}"] or {})


@pytest.mark.parametrize("name", MODULES)
def test_every_result_is_described(name: str) -> None:
    returned = yaml.safe_load(load(name).RETURN)
    assert returned
    for facts in returned.values():
        assert facts["description"]
        assert facts["returned"]
        assert facts["type"]
