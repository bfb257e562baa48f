"""Every module does what its documentation says it takes and gives."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic

from generator.plugins import COLLECTION, documentation

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))


class ArgumentsSeen(Exception):  # noqa: N818 - a messenger, no error
    """Carries what a module told AnsibleModule out of its `main`."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        super().__init__()
        self.declared = declared


def declared_by(path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """Return the keyword arguments that a module's `main` hands to AnsibleModule."""

    class Messenger:
        def __init__(self, argument_spec: Mapping[str, Any], **others: Any) -> None:
            raise ArgumentsSeen({"argument_spec": argument_spec, **others})

    monkeypatch.setattr(basic, "AnsibleModule", Messenger)
    spec = importlib.util.spec_from_file_location(f"ansible_collections.fedfleet.federation.plugins.modules.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ArgumentsSeen) as seen:
        module.main()
    return seen.value.declared


def without_prose(options: Mapping[str, Mapping[str, Any]], nested: str) -> dict[str, Any]:
    """Return what documentation and argument specs both say of options, with their defaults spelt out."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": bool(option.get("required")),
            "default": option.get("default"),
            "choices": list(option.get("choices") or []),
            "aliases": sorted(option.get("aliases") or []),
            "options": without_prose(option.get(nested) or {}, nested),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
class TestModule:
    def test_it_documents_what_it_declares(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        doc, _, _ = documentation(path, "module")
        declared = declared_by(path, monkeypatch)

        assert without_prose(doc.get("options") or {}, "suboptions") == without_prose(declared["argument_spec"], "options")

    def test_it_has_a_check_mode_and_says_so(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        doc, _, _ = documentation(path, "module")

        assert declared_by(path, monkeypatch).get("supports_check_mode") is True
        assert doc["attributes"]["check_mode"]["support"] in {"full", "partial"}
        assert "diff_mode" in doc["attributes"]

    def test_its_examples_are_tasks_that_call_it(self, path: Path) -> None:
        doc, examples, _ = documentation(path, "module")
        tasks = yaml.safe_load(examples)
        name = f"{COLLECTION}.{path.stem}"
        called = [task[name] for task in tasks if name in task]

        assert called, f"no example calls {name}"
        assert all(task.get("name") for task in tasks)
        assert [option for arguments in called for option in (arguments or {}) if option not in doc["options"]] == []

    def test_it_documents_what_it_returns(self, path: Path) -> None:
        _, _, returned = documentation(path, "module")

        assert returned
        assert [name for name, field in returned.items() if not {"description", "returned", "type"} <= set(field)] == []
