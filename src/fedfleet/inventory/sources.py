"""The files of an inventory, as Ansible finds them: hosts files, and group_vars and host_vars beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fedfleet.inventory.places import Places, is_variables_file, places_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LARGEST_BYTES = 1024 * 1024
_HOSTS_SUFFIXES = ("", ".yml", ".yaml", ".json", ".ini")


def read_places(sources: Iterable[Path], shown_from: Path) -> Places:
    """Where the variables of inventory sources are written; paths are told as seen from the folder ``shown_from``.

    What cannot be read, or is no text, is left out: Ansible has read what it needs of it.
    """
    texts: dict[str, str] = {}
    for path in _files(sources):
        try:
            if path.stat().st_size <= _LARGEST_BYTES:
                shown = path.relative_to(shown_from) if path.is_relative_to(shown_from) else path
                texts[str(shown)] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return places_in(texts)


def _is_hosts_file(path: Path) -> bool:
    return path.suffix in _HOSTS_SUFFIXES and not path.name.startswith(".")


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        folder = source if source.is_dir() else source.parent
        if source.is_file():
            yield source
        elif source.is_dir():
            yield from sorted(path for path in source.iterdir() if path.is_file() and _is_hosts_file(path))
        else:
            # A list of hosts on the command line, or a name that only a plugin understands.
            continue
        for name in ("group_vars", "host_vars"):
            yield from sorted(path for path in (folder / name).rglob("*") if path.is_file() and is_variables_file(path))
