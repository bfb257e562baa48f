"""Options that several commands of `fedfleet images` share."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fedfleet.errors import FedFleetError
from fedfleet.exit_codes import ExitCode
from fedfleet.images import credentials
from fedfleet.images.errors import CredentialsError
from fedfleet.images.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

Names = Annotated[list[str] | None, typer.Argument(help="Images; none: all of the platform's, and optional ones whose programs are given.")]
RegistryOption = Annotated[
    str, typer.Option("--registry", envvar="FEDFLEET_REGISTRY", help="The registry: HOST, HOST:PORT or HOST:PORT/PATH.")
]
PlainHttp = Annotated[bool, typer.Option("--plain-http", help="The registry speaks HTTP without TLS.")]
Ca = Annotated[
    Path | None,
    typer.Option("--ca-file", "--registry-ca", exists=True, dir_okay=False, help="CA of the registry's certificate, PEM."),
]
Authfile = Annotated[
    Path | None,
    typer.Option("--authfile", exists=True, dir_okay=False, envvar="REGISTRY_AUTH_FILE", help="Credentials as `docker login` keeps them."),
]
EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file",
        exists=True,
        dir_okay=False,
        help=f"Credentials as {credentials.USER_VARIABLE}=... and {credentials.PASSWORD_VARIABLE}=... in a file.",
    ),
]
Username = Annotated[str, typer.Option("--username", help="Credentials: the user; the password comes in on standard input.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
DigestsFile = Annotated[Path | None, typer.Option("--digests-file", dir_okay=False, help="Write down which digests the images have there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class RegistryOptions:
    """How a registry is reached, as the command line has it."""

    address: str
    plain_http: bool
    ca: Path | None
    authfile: Path | None
    env_file: Path | None = None
    username: str = ""
    password_stdin: bool = False

    def registry(self) -> Registry:
        """The registry they describe.

        Raises:
            CredentialsError: credentials come from two places, by halves, or not at all.
        """
        if bool(self.username) != self.password_stdin:
            raise CredentialsError("a user and a password belong together", expected="--username NAME and --password-stdin, or neither")
        if self.env_file is not None and self.password_stdin:
            raise CredentialsError("credentials come from two places", expected="either --env-file or --password-stdin")
        known = None
        if self.env_file is not None:
            known = credentials.from_env_file(self.env_file)
        elif self.password_stdin:
            known = credentials.from_stream(self.username, sys.stdin)
        return Registry(self.address, plain_http=self.plain_http, ca=self.ca, authfile=self.authfile, credentials=known)


def say(line: str) -> None:
    """Tell whoever watches, apart from the result."""
    typer.echo(line, err=True)
    sys.stderr.flush()


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """End with 1 and a sentence where something is not as it must be, with 130 where somebody stopped it."""
    try:
        yield
    except FedFleetError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(ExitCode.FAILED) from problem
    except OSError as problem:
        typer.echo(f"{problem.strerror or problem}: {problem.filename or 'a file'}.", err=True)
        raise typer.Exit(ExitCode.FAILED) from problem
    except KeyboardInterrupt as problem:
        typer.echo("Stopped. Nothing half-done was left; run it again to go on.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from problem
