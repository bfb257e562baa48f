# What modules of ours use of ansible-core 2.19, lib/ansible/module_utils/basic.py, which carries no types of its own.
from typing import Any, NoReturn

class AnsibleModule:
    params: dict[str, Any]
    check_mode: bool
    _diff: bool
    def __init__(
        self,
        argument_spec: dict[str, Any],
        *,
        supports_check_mode: bool = ...,
        no_log: bool = ...,
        mutually_exclusive: list[Any] | None = ...,
        required_together: list[Any] | None = ...,
        required_one_of: list[Any] | None = ...,
        required_if: list[Any] | None = ...,
        required_by: dict[str, Any] | None = ...,
    ) -> None: ...
    def exit_json(self, **result: Any) -> NoReturn: ...
    def fail_json(self, msg: str, **result: Any) -> NoReturn: ...
    def warn(self, warning: str) -> None: ...

def missing_required_lib(library: str, reason: str | None = ..., url: str | None = ...) -> str: ...
def env_fallback(*names: str) -> str: ...
