"""Makes the wanted images be where they are wanted, and does no more than that takes."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fedfleet import progress as run_progress
from fedfleet.federation.images import REPOSITORY
from fedfleet.images import fingerprint, in_use, inputs
from fedfleet.images.catalogue import Catalogue, ImageDefinition, load
from fedfleet.images.errors import ImagesError
from fedfleet.images.fingerprint import KEY_LABEL
from fedfleet.images.paths import CachePaths, cache_home
from fedfleet.images.plan import Step, plan
from fedfleet.images.sending import pin_of
from fedfleet.images.storage import Storage, local_name, require_root
from fedfleet.images.turn import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fedfleet.images.registry import Connection, Registry

    Progress = Callable[[str], None]


_TELL_EVERY = 10.0
"""Seconds between two lines about a step that takes long."""


@dataclass(frozen=True)
class BuiltImage:
    """One image that was asked for, as it is now.

    Attributes:
        reference: where it can be pulled from; its local name without a registry.
        key: the hash of all that it is made of.
        outcome: what had to be done.
        seconds: how long that took.
        size: bytes unpacked, shared layers included; 0 when it is in the registry only.
        digest: of its manifest in the registry; empty without one.
    """

    name: str
    version: str
    reference: str
    key: str
    outcome: Literal["unchanged", "pushed", "built"]
    seconds: float
    size: int
    digest: str = ""


def build(
    names: Sequence[str] | None = None,
    registry: Registry | None = None,
    progress: Progress = run_progress.report,
    contexts: Mapping[str, Path] | None = None,
    *,
    folder: Path | None = None,
    cache: Path | None = None,
) -> list[BuiltImage]:
    """Build the named images where they are not there yet, and push them where the registry lacks them.

    Args:
        names: images to end up with; None for all of the platform's, and the optional ones whose programs are in ``contexts``.
        registry: where to push; None leaves them in local storage.
        progress: told what is being done, with seconds gone and an estimate.
        contexts: for inputs that somebody else builds, the folder with their files by input name.
        folder: the definitions; None for those of this installation.
        cache: FedFleet's cache folder; None for the user's.

    Returns:
        One entry for each named image, in build order.

    Raises:
        ImagesError: says which image, what was expected and what to do. What was finished stays.
    """
    paths = CachePaths(cache or cache_home())
    catalogue = load(folder)
    given = dict(contexts or {})
    wanted = set(names) if names is not None else catalogue.chosen(given)
    for image in catalogue.left_out(given) if names is None else ():
        missing = " ".join(f"--context {name}=FOLDER" for name in image.given())
        progress(f"not built: {image.name}, {image.summary}; those who want it bring its program with {missing}")
    ordered = catalogue.with_parents(wanted)
    for image in ordered:
        for name in image.given():
            inputs.given(image, name, given)
    require_root("building images")
    return _Builder(catalogue, paths, registry, progress, given).run(ordered, wanted)


class _Builder:
    """One run, while it lasts."""

    def __init__(
        self, catalogue: Catalogue, paths: CachePaths, registry: Registry | None, progress: Progress, contexts: Mapping[str, Path]
    ) -> None:
        self._catalogue = catalogue
        self._paths = paths
        self._registry = registry
        self._progress = progress
        self._contexts = contexts
        self._storage = Storage(paths)
        self._durations = _read_durations(paths.durations)
        self._files: dict[str, dict[str, str]] = {}

    def run(self, ordered: Sequence[ImageDefinition], wanted: set[str]) -> list[BuiltImage]:
        with in_use.used(self._paths, self._progress, "building images"):
            steps, made = self._run(ordered, wanted)
        # Each of fate's takes gigabytes, and nobody asks for yesterday's.
        former = {step.image.name: step.key for step in steps if step.build}
        if former:
            with in_use.alone_if_free(self._paths) as user:
                if user:
                    self._progress(f"former builds stay for now: {user} has the storage; fedfleet images prune removes them")
                else:
                    self._storage.forget_former(former)
        return made

    def _run(self, ordered: Sequence[ImageDefinition], wanted: set[str]) -> tuple[Sequence[Step], list[BuiltImage]]:
        keys = fingerprint.keys(self._catalogue, ordered, self._contexts)
        self._files = {image.name: fingerprint.of_tree(self._catalogue.folder / image.name) for image in ordered}
        sizes = self._storage.sizes()
        stored = {image.name for image in ordered if local_name(image.name, keys[image.name]) in sizes}
        published = None
        if self._registry is not None:
            with self._registry.connect() as connection:
                published = {image.name for image in ordered if image.name in wanted and _is_published(connection, image, keys[image.name])}
        steps = plan(ordered, keys, wanted=wanted, stored=stored, published=published)
        return steps, self._carry_out(steps)

    def _carry_out(self, steps: Sequence[Step]) -> list[BuiltImage]:
        busy = [step for step in steps if not step.idle]
        spent: dict[str, float] = {}
        for number, step in enumerate(busy, start=1):
            started = time.monotonic()
            title = f"image {number} of {len(busy)}, {step.image.name} {step.image.version}"
            with turn(self._paths.lock(step.image.name), self._progress, title) as waited:
                if step.build and not (waited and local_name(step.image.name, step.key) in self._storage.sizes()):
                    self._build(step, {other.image.name: other.key for other in steps}, title)
                if step.push and self._registry is not None:
                    self._push(step, self._registry, title)
            spent[step.image.name] = time.monotonic() - started
            self._progress(f"{title}: done in {spent[step.image.name]:.0f} s")
        sizes = self._storage.sizes()
        digests = self._digests([step.image for step in steps if step.wanted])
        return [
            BuiltImage(
                name=step.image.name,
                version=step.image.version,
                reference=(step.image.reference(self._registry.address) if self._registry else local_name(step.image.name, step.key)),
                key=step.key,
                outcome="built" if step.build else "pushed" if step.push else "unchanged",
                seconds=spent.get(step.image.name, 0.0),
                size=sizes.get(local_name(step.image.name, step.key), 0),
                digest=digests.get(step.image.name, ""),
            )
            for step in steps
            if step.wanted
        ]

    def _digests(self, images: Sequence[ImageDefinition]) -> dict[str, str]:
        if self._registry is None:
            return {}
        with self._registry.connect() as connection:
            return {image.name: pin_of(connection, self._registry, image.name, image.version).digest for image in images}

    def _build(self, step: Step, keys: Mapping[str, str], title: str) -> None:
        image = step.image
        estimate = self._durations.get(image.name, float(image.seconds))
        started = time.monotonic()

        doing, told = "", -_TELL_EVERY

        def tell(line: str, _seconds: float) -> None:
            nonlocal doing, told
            gone = time.monotonic() - started
            begins = line.startswith("STEP ")
            if begins:
                doing = f" ({line.partition(': ')[0].lower()})"
            if begins or gone - told >= _TELL_EVERY:
                told = gone
                self._progress(f"{title}: building{doing}, {gone:.0f} s of about {estimate:.0f} s")

        tell("", 0.0)
        with self._context(image, tell) as context:
            self._storage.build(
                context,
                names=[local_name(image.name, step.key)],
                parents={parent.upper().replace("-", "_"): local_name(parent, keys[parent]) for parent in image.parents},
                labels={
                    KEY_LABEL: step.key,
                    "org.opencontainers.image.title": image.name,
                    "org.opencontainers.image.version": image.version,
                    "org.opencontainers.image.description": image.summary,
                },
                log=self._paths.logs / f"{image.name}.log",
                tell=tell,
            )
        self._durations[image.name] = time.monotonic() - started
        self._paths.durations.write_text(json.dumps(self._durations, indent=1, sort_keys=True), encoding="utf-8")

    def _push(self, step: Step, registry: Registry, title: str) -> None:
        started = time.monotonic()

        def tell(_line: str, _seconds: float) -> None:
            self._progress(f"{title}: pushing to {registry.address}, {time.monotonic() - started:.0f} s")

        tell("", 0.0)
        self._storage.push(local_name(step.image.name, step.key), step.image.reference(registry.address), registry, tell)

    @contextmanager
    def _context(self, image: ImageDefinition, tell: Callable[[str, float], None]) -> Iterator[Path]:
        """The image's folder with its inputs, put together; links where the file system allows, so that nothing is copied."""
        with tempfile.TemporaryDirectory(prefix=f"{image.name}-", dir=self._paths.contexts) as temporary:
            context = Path(temporary)
            shutil.copytree(self._catalogue.folder / image.name, context, dirs_exist_ok=True)
            if fingerprint.of_tree(context) != self._files[image.name]:
                raise ImagesError(
                    f"the files of image {image.name} changed while images were being built",
                    where=str(self._catalogue.folder / image.name),
                    next_step="build again; what is finished stays",
                )
            for name, source in image.inputs.items():
                ready = inputs.prepare(self._catalogue, image, name, contexts=self._contexts, paths=self._paths, tell=tell)
                target = context / "inputs" / name
                target.mkdir(parents=True)
                for file in source.files if source.kind == "given" else sorted(path.name for path in ready.iterdir()):
                    _link_or_copy(ready / file, target / file)
            yield context


def _is_published(connection: Connection, image: ImageDefinition, key: str) -> bool:
    """Whether what the registry has under the image's version is this very image."""
    return connection.label(f"{REPOSITORY}/{image.name}", image.version, KEY_LABEL) == key


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source.resolve())
    except OSError:
        shutil.copy2(source, target)


def _read_durations(path: Path) -> dict[str, float]:
    try:
        return {str(name): float(seconds) for name, seconds in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}
