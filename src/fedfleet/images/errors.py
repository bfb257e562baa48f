"""What can go wrong between a folder of files and an image in a registry, each with a type of its own."""

from __future__ import annotations

from fedfleet.errors import FedFleetError


class ImagesError(FedFleetError):
    """Anything this package raises."""


class CatalogueError(ImagesError):
    """``images.yml`` or ``images.lock`` is missing, not well formed, or names what is not there."""


class MissingToolError(ImagesError):
    """A program that builds images is not on this machine."""


class MissingContextError(ImagesError):
    """An image takes files that only the caller has, and the caller gave none."""


class InputError(ImagesError):
    """A package, artefact or root file system could not be had, or is not the one in the lock."""


class BuildError(ImagesError):
    """buildah ended with an error.

    Attributes:
        log: the last lines it printed.
    """

    def __init__(self, summary: str, *, where: str, log: str, next_step: str) -> None:
        super().__init__(summary, where=where, next_step=next_step)
        self.log = log

    def __str__(self) -> str:
        """The sentences, then the last lines."""
        lines = "\n".join(f"  {line}" for line in self.log.splitlines())
        return f"{super().__str__()}\nLast lines:\n{lines}" if lines else super().__str__()

    def facts(self) -> dict[str, str]:
        """Adds the lines to what a module reports."""
        return {**super().facts(), "log": self.log}


class RegistryError(ImagesError):
    """The registry did not answer, or not as the distribution specification has it."""


class CredentialsError(RegistryError):
    """What should hold the registry's credentials does not."""


class ArchiveError(ImagesError):
    """A file of images is not whole, was changed, or is none."""
