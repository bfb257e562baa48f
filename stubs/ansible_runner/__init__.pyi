from collections.abc import Callable, Mapping
from typing import Any

class RunnerConfig:
    artifact_dir: str
    def __init__(
        self,
        private_data_dir: str,
        *,
        project_dir: str = ...,
        binary: str = ...,
        cmdline: str = ...,
        inventory: str = ...,
        envvars: Mapping[str, str] = ...,
        quiet: bool = ...,
    ) -> None: ...
    def prepare(self) -> None: ...

class Runner:
    rc: int | None
    def __init__(
        self,
        config: RunnerConfig,
        cancel_callback: Callable[[], bool] = ...,
        event_handler: Callable[[Mapping[str, Any]], bool] = ...,
        status_handler: Callable[[Mapping[str, Any], RunnerConfig], None] = ...,
    ) -> None: ...
    def run(self) -> tuple[str, int | None]: ...
