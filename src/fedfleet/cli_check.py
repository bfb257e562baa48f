"""`fedfleet check`: looks at deployed sites, and changes nothing."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fedfleet.bundle import write_bundle
from fedfleet.checks import CHECKS, SiteResult, check_site
from fedfleet.checks.showing import Format, Signs, as_json, lines
from fedfleet.checks.watching import look_at_all
from fedfleet.exit_codes import ExitCode
from fedfleet.sites import InventorySite, UnknownSiteError, read_sites

# A log or a pipe has no width of its own.
_PLAIN_WIDTH = 200

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command("check")
def check(
    inventory: Annotated[
        Path, typer.Option("--inventory", "-i", help="The inventory of the sites: its directory, or a file in it.")
    ] = Path("inventories/lab"),
    site: Annotated[
        list[str] | None, typer.Option("--site", help="Look at this site only, by its name or party id; may be given several times.")
    ] = None,
    output: Annotated[
        Format,
        typer.Option(
            "--output", "-o", help="text: a line a category. short: a line for what is not good. wide: everything. json: for programs."
        ),
    ] = Format.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="As -o wide.")] = False,
    extra_vars: Annotated[
        list[str] | None, typer.Option("--extra-vars", "-e", help="Variables as for ansible-playbook; may be given several times.")
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="Write a support bundle (tar.gz) to this file: objects, events, logs, reports, no secrets."),
    ] = None,
    bundle_on_failure: Annotated[Path | None, typer.Option("--bundle-on-failure", help="The same, where a check failed.")] = None,
    explain: Annotated[str | None, typer.Option("--explain", help="Say what a check means, by its code, and end.")] = None,
) -> None:
    """Look at deployed sites and say what is not as it should be. Nothing is changed.

    Ends 0 when no check fails, whatever the warnings, and 7 when one does; the same for every format.
    """
    if explain is not None:
        _explain(explain)
        return
    signs = Signs.of_encoding(sys.stdout.encoding)
    try:
        sites = _chosen(read_sites(inventory, extra_vars or ()), site or [])
        looks = look_at_all(sites, _tell)
        results = [check_site(look) for look in looks]
        _show(results, signs, Format.WIDE if verbose and output is Format.TEXT else output)
        failed = any(result.failed for result in results)
        wanted = bundle or (bundle_on_failure if failed else None)
        if wanted is not None:
            written = write_bundle(sites, results, wanted, _tell)
            _tell(f"wrote {wanted}: {written.files} files, {written.size / 1024:.0f} KiB, readable by you alone")
        elif failed and output is Format.TEXT:
            _tell("for somebody who helps you: the same command with --bundle FILE")
    except KeyboardInterrupt as error:
        _tell("interrupted; nothing was changed")
        raise typer.Exit(ExitCode.INTERRUPTED) from error
    raise typer.Exit(ExitCode.CHECK_FAILED if failed else ExitCode.OK)


def _chosen(sites: tuple[InventorySite, ...], names: list[str]) -> list[InventorySite]:
    unknown = sorted(set(names) - {name for known in sites for name in (known.name, known.party_id)})
    if unknown:
        raise UnknownSiteError(
            f"The inventory has no site {', '.join(unknown)}",
            expected=f"one of {', '.join(known.name for known in sites)}",
            next_step="Name it with --site as the inventory does",
        )
    return [known for known in sites if not names or known.name in names or known.party_id in names]


def _show(results: list[SiteResult], signs: Signs, output: Format) -> None:
    if output is Format.JSON:
        typer.echo(json.dumps(as_json(results), indent=2, ensure_ascii=not signs.unicode))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    for line in lines(results, signs, output):
        console.print(line, soft_wrap=True)


def _explain(code: str) -> None:
    known = next((each for each in CHECKS if each.code == code), None)
    if known is None:
        raise typer.BadParameter(f"no check is called {code}; there are {', '.join(each.code for each in CHECKS)}", param_hint="--explain")
    typer.echo(f"{known.code} ({known.category}): {known.title}\n\n{known.explained}\n\n{known.hint}.")


def _tell(message: str) -> None:
    """To the terminal's other channel, so that results can be piped on."""
    typer.echo(message, err=True)
