"""`fedfleet evidence`: holding the evidence of a run against its signature."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from fedfleet.evidence.model import Evidence, SiteEvidence
from fedfleet.evidence.signing import SUFFIX, EvidenceError, key_path, own_key, public_pem, read_public_key, thumbprint
from fedfleet.evidence.signing import verify as verified

app = typer.Typer(help="Signed evidence of runs, for the change record.", no_args_is_help=True, add_completion=False)


@app.command()
def verify(
    file: Annotated[
        Path, typer.Argument(help="The evidence, artifacts/evidence/RUN.json beside an inventory; its signature lies beside it.")
    ],
    key: Annotated[
        Path | None, typer.Option("--key", help="The signer's public key (PEM). Without, your own key must have signed it.")
    ] = None,
) -> None:
    """Hold the evidence of a run against its signature, and say in short what it tells. Ends 1 where it does not hold."""
    signature = file.with_name(file.name + SUFFIX)
    try:
        content, signed = file.read_bytes(), signature.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(
            "There is no evidence to verify", expected=f"{file} and {signature.name} beside it", found=str(error), next_step="Name RUN.json"
        ) from error
    public = read_public_key(key) if key else own_key(key_path()).public_key()
    signer = verified(content, signed, public, str(file))
    try:
        evidence = Evidence.model_validate_json(content)
    except ValidationError as error:
        raise EvidenceError(
            "The evidence is signed, but of another format",
            expected="kind Evidence of fedfleet.dev/v1",
            found=error.errors(include_url=False)[0]["msg"],
            where=str(file),
            next_step="Verify it with the version of fedfleet that wrote it",
        ) from error
    console = Console(highlight=False)
    for line in (f"The signature holds, by key {signer.key_id}.", *_lines(evidence)):
        console.print(line, markup=False, soft_wrap=True)


@app.command()
def key() -> None:
    """Print your public key, for those who verify the evidence of your runs. The key is made with the first run, or now."""
    public = own_key(key_path()).public_key()
    typer.echo(f"# {thumbprint(public)}\n{public_pem(public)}", nl=False)


def _lines(evidence: Evidence) -> list[str]:
    inputs, mode = evidence.inputs, " as a check, which changes nothing" if evidence.inputs.check else ""
    when = f"{evidence.started_at:%Y-%m-%d %H:%M:%S} UTC, {evidence.seconds:.0f} s"
    lines = [
        f"Run {evidence.run}: {inputs.playbook}{mode}, {evidence.result}, by {evidence.actor.user} on {evidence.actor.host}, {when}.",
        f"Inputs: {len(inputs.files)} files"
        + (f", commit {inputs.commit}{'' if inputs.clean else ' with changes'}" if inputs.commit else "")
        + "".join(f", {name} {version}" for name, version in inputs.versions.items())
        + ".",
    ]
    return [*lines, *(line for site in evidence.sites for line in _site_lines(site))]


def _site_lines(site: SiteEvidence) -> list[str]:
    proven = sum(rung.ok for rung in site.proofs)
    served = sum(route.ok for route in site.routes)
    told = f"{site.site}: {len(site.changed)} changed, {len(site.failed)} failed"
    told += f"; {site.state}, {proven} of {len(site.proofs)} proofs and {served} of {len(site.routes)} routes hold" if site.state else ""
    return [told + ".", *(f"  {task.stage}: {task.task}" for task in (*site.changed, *site.failed))]
