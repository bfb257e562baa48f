"""ansible-runner carries a run out; it can be interrupted, and what it writes meanwhile does not stay."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedfleet.progress import RUN, SITE
from fedfleet.runs.interruption import Interruption
from fedfleet.runs.playing import Ended, Request, Workplace, play
from support.cluster import eventually

SECRET = "correct horse battery staple"
Playbook = Callable[..., str]


@dataclass(frozen=True)
class Played:
    """A run that went well, and what was seen of it."""

    ended: Ended
    events: list[Mapping[str, Any]]
    workplace: Path
    written: list[str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A run in an environment that holds a secret; files of its workplace that do, too, are noted while it goes on."""
    place = tmp_path_factory.mktemp("inventory")
    own = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (place / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"one": {}, "two": {}}, "vars": own}}))
    told = {"name": "Tell", "ansible.builtin.debug": {"msg": "{{ word }} {{ lookup('env', 'FEDFLEET_RUN') }} {{ ansible_check_mode }}"}}
    (place / "play.yml").write_text(yaml.safe_dump([{"name": "Stage", "hosts": "all", "gather_facts": False, "tasks": [told]}]))
    events: list[Mapping[str, Any]] = []
    written: list[str] = []

    def look(event: Mapping[str, Any]) -> None:
        events.append(event)
        if event["event"] == "runner_on_start":
            files = [path for path in workplace.directory.rglob("*") if path.is_file()]
            written.extend(str(path) for path in files if SECRET in path.read_text(errors="replace"))

    arguments = ("-e", "word='two words'", "--check", "--limit", "one")
    with pytest.MonkeyPatch.context() as patch, Workplace.opened() as workplace:
        patch.setenv("CLOUD_TOKEN", SECRET)
        ended = play(Request("run-1", str(place / "play.yml"), place / "hosts.yml", arguments), workplace, look)
    return Played(ended, events, workplace.directory, written)


def test_arguments_inventory_and_environment_reach_the_playbook(played: Played) -> None:
    assert (played.ended.code, played.ended.interrupted) == (0, False)
    results = [event["event_data"] for event in played.events if event["event"] == "runner_on_ok"]
    assert [(result["host"], result["res"]["msg"]) for result in results] == [("one", "two words run-1 True")]


def test_nothing_that_ansible_runner_wrote_stays(played: Played) -> None:
    assert not played.workplace.exists()


def test_the_environment_is_not_even_written_while_it_runs(played: Played) -> None:
    assert played.written == []


def test_what_ansible_says_of_a_playbook_it_cannot_read_is_kept(inventory: Path, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text("- hosts: all\n  nonsense: true\n")
    with Workplace.opened() as workplace:
        ended = play(Request("run-1", str(tmp_path / "play.yml"), inventory), workplace, lambda _: None)
    assert ended.code not in (0, None)
    assert "nonsense" in " ".join(ended.tail)


def module_processes() -> list[int]:
    """Modules at work for the run of these tests."""
    marks = {f"{RUN}=run-of-this-test".encode(), f"{SITE}=one".encode()}
    found = []
    for entry in Path("/proc").iterdir():
        try:
            environment = set((entry / "environ").read_bytes().split(b"\0")) if entry.name.isdigit() else set()
        except OSError:
            continue
        if marks <= environment:
            found.append(int(entry.name))
    return found


def test_an_interrupted_run_ends_in_order_and_leaves_nothing_at_work(inventory: Path, playbook: Playbook) -> None:
    wait = {"name": "Wait", "ansible.builtin.command": "sleep 60", "environment": {SITE: "{{ inventory_hostname }}"}}

    def interrupt() -> None:
        eventually(module_processes, "a module is at work", seconds=60, pause=0.05)
        os.kill(os.getpid(), signal.SIGINT)

    with Workplace.opened() as workplace:
        thread = threading.Thread(target=interrupt)
        thread.start()
        ended = play(Request("run-of-this-test", playbook(wait), inventory), workplace, lambda _: None)
        thread.join()
    assert (ended.code, ended.interrupted) == (99, True)
    assert module_processes() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interruption_is_handed_on_and_the_second_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(["sleep", "60"]) as running, Interruption(tmp_path / "process") as interruption:
        os.kill(os.getpid(), number)
        # The process begins later than that.
        (tmp_path / "process").write_text(str(running.pid))
        assert not interruption.must_end()
        assert running.wait(timeout=10) == -signal.SIGINT
        os.kill(os.getpid(), number)
        assert interruption.must_end()


def test_a_run_does_not_outlive_whoever_watches_it(inventory: Path, playbook: Playbook, tmp_path: Path) -> None:
    """kill -9 of `fedfleet run`: ansible-playbook ends, too."""
    marker = tmp_path / "started"
    tasks = [{"ansible.builtin.file": {"path": str(marker), "state": "touch", "mode": "0600"}}, {"ansible.builtin.command": "sleep 60"}]
    script = (
        "import sys; from pathlib import Path; from fedfleet.runs.playing import *\n"
        f"with Workplace.opened() as place:\n"
        f"    print(place.process, flush=True)\n"
        f"    play(Request('r', {playbook(*tasks)!r}, Path({str(inventory)!r})), place, lambda event: None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None
        process = Path(watcher.stdout.readline().strip())
        eventually(marker.exists, "the first task is done", seconds=30, pause=0.05)
        child = int(process.read_text())
        watcher.kill()
    eventually(lambda: not Path(f"/proc/{child}").exists(), "ansible-playbook has ended", seconds=10, pause=0.05)
