"""`fedfleet init`: a new inventory from flags, or from questions where flags are missing and somebody is there to answer."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from fedfleet.exit_codes import ExitCode
from fedfleet.scaffold import ExchangeAnswers, InventoryExistsError, PartyAnswers, write_inventory


class Kind(StrEnum):
    """What the new site is."""

    EXCHANGE = "exchange"
    PARTY = "party"


@dataclass(frozen=True)
class _Question:
    """An answer that has no sensible default: its field, its flag, and how to ask for it."""

    field: str
    flag: str
    text: str


_EVERY_SITE = (
    _Question("federation", "--federation", "Name of the federation"),
    _Question("domain", "--domain", "Domain of the federation, such as fate.example.org"),
    _Question("registry", "--registry", "Registry the images are pulled from, such as registry.example.org/fedfleet-mirror"),
)
_PARTY = (
    _Question("party_id", "--party-id", "Party id, as agreed with the exchange"),
    _Question("organisation", "--organisation", "Organisation that owns the party"),
    _Question("storage_class", "--storage-class", "StorageClass for everything that is kept"),
    _Question("ingress_domain", "--ingress-domain", "Domain below which the notebook is reached"),
)
_VCENTER = (
    _Question("vcenter_user", "--vcenter-user", "Who logs in to vCenter, with the domain"),
    _Question("storage_policy", "--storage-policy", "Storage policy of nodes and volumes, by its name in vCenter"),
)
_EXISTING_INGRESS = _Question("ingress_class", "--ingress-class", "IngressClass of the controller that is there")


def init(
    directory: Annotated[Path, typer.Argument(help="Where the inventory goes: a directory that is new or empty.", show_default=False)],
    kind: Annotated[Kind, typer.Option("--kind", help="What the site is.")] = Kind.PARTY,
    federation: Annotated[str | None, typer.Option(help="Name of the federation.")] = None,
    domain: Annotated[str | None, typer.Option(help="Domain of the federation.")] = None,
    registry: Annotated[str | None, typer.Option(help="Registry the images are pulled from.")] = None,
    kubeconfig: Annotated[str | None, typer.Option(help="Path of the kubeconfig; else what kubectl would take.")] = None,
    context: Annotated[str | None, typer.Option(help="Context in it; else its current one.")] = None,
    vcenter: Annotated[str | None, typer.Option(help="vCenter that makes the cluster; else there is one.")] = None,
    vcenter_user: Annotated[str | None, typer.Option(help="Who logs in there, with the domain (--vcenter).")] = None,
    vcenter_ca_file: Annotated[str | None, typer.Option(help="Authorities of vCenter and its Supervisor, PEM (--vcenter).")] = None,
    storage_policy: Annotated[str | None, typer.Option(help="Storage policy of nodes and volumes, by its name (--vcenter).")] = None,
    profile: Annotated[str | None, typer.Option(help="lab, pilot or production; else pilot.")] = None,
    party_id: Annotated[str | None, typer.Option(help="Party id (party).")] = None,
    organisation: Annotated[str | None, typer.Option(help="Organisation that owns the party (party).")] = None,
    storage_class: Annotated[
        str | None, typer.Option(help="StorageClass for everything that is kept; else the storage policy's (party).")
    ] = None,
    fate_profile: Annotated[str | None, typer.Option(help="spark or standalone; else spark (party).")] = None,
    ingress: Annotated[str | None, typer.Option(help="traefik, contour or existing; else traefik (party).")] = None,
    ingress_class: Annotated[
        str | None, typer.Option(help="IngressClass of the controller that is there (party, --ingress existing).")
    ] = None,
    ingress_domain: Annotated[str | None, typer.Option(help="Domain below which the notebook is reached (party).")] = None,
    service_type: Annotated[str | None, typer.Option(help="LoadBalancer, NodePort or HostAddresses; else LoadBalancer (exchange).")] = None,
) -> None:
    """Write a new inventory for an exchange or a party.

    Asks for what the flags do not say when it runs in a terminal; names what is missing when it does not. Ends 2 when an answer is
    missing or wrong, 4 when there is already something in the directory. Nothing that exists is ever overwritten.
    """
    every_site: dict[str, object] = {
        "federation": federation,
        "domain": domain,
        "registry": registry,
        "kubeconfig": kubeconfig,
        "context": context,
        "vcenter": vcenter,
        "vcenter_user": vcenter_user,
        "vcenter_ca_file": vcenter_ca_file,
        "storage_policy": storage_policy,
        "profile": profile,
    }
    of_party: dict[str, object] = {
        "party_id": party_id,
        "organisation": organisation,
        "storage_class": storage_class,
        "fate_profile": fate_profile,
        "ingress": ingress,
        "ingress_class": ingress_class,
        "ingress_domain": ingress_domain,
    }
    of_exchange: dict[str, object] = {"service_type": service_type}
    wanted, foreign = (of_party, of_exchange) if kind is Kind.PARTY else (of_exchange, of_party)
    _refuse_foreign(kind, foreign)
    given = {field: value for field, value in (every_site | wanted).items() if value is not None}
    given |= _ask(question for question in _questions(kind, bool(vcenter), ingress) if question.field not in given)
    if kind is Kind.PARTY and vcenter and "storage_class" not in given:
        from fedfleet.vsphere.storage_policies import storage_class_name

        given["storage_class"] = storage_class_name(str(given["storage_policy"]))
    answers = _validated(kind, given)
    try:
        written = write_inventory(directory, answers)
    except InventoryExistsError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(ExitCode.REFUSED) from error
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"Next: look through {directory / 'group_vars' / 'all.yml'}, then run")
    typer.echo(f"  cd {directory} && ansible-playbook fedfleet.federation.site")


def _questions(kind: Kind, by_vcenter: bool, ingress: str | None) -> Iterator[_Question]:
    yield from _EVERY_SITE
    if by_vcenter:
        yield from _VCENTER
    if kind is Kind.PARTY:
        # What vCenter's policy is called in Kubernetes needs no answer.
        yield from (question for question in _PARTY if not (by_vcenter and question.field == "storage_class"))
        if ingress == "existing":
            yield _EXISTING_INGRESS


def _refuse_foreign(kind: Kind, foreign: dict[str, object]) -> None:
    given = [_flag(field) for field, value in foreign.items() if value is not None]
    if given:
        other = Kind.EXCHANGE if kind is Kind.PARTY else Kind.PARTY
        raise typer.BadParameter(f"{', '.join(given)} says something of {_article(other)}, but --kind is {kind.value}.")


def _article(kind: Kind) -> str:
    return "an exchange" if kind is Kind.EXCHANGE else "a party"


def _flag(field: str) -> str:
    return "--" + field.replace("_", "-")


def _ask(questions: Iterable[_Question]) -> dict[str, object]:
    open_questions = list(questions)
    if not open_questions:
        return {}
    if not sys.stdin.isatty():
        missing = ", ".join(question.flag for question in open_questions)
        raise typer.BadParameter(f"Nobody is there to answer questions (standard input is no terminal); add {missing}.")
    return {question.field: typer.prompt(question.text) for question in open_questions}


def _validated(kind: Kind, answers: dict[str, object]) -> ExchangeAnswers | PartyAnswers:
    model: type[ExchangeAnswers | PartyAnswers] = PartyAnswers if kind is Kind.PARTY else ExchangeAnswers
    try:
        return model.model_validate(answers)
    except ValidationError as error:
        sentences = [
            f"{_where(problem['loc'], problem['input'])}{problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False)
        ]
        raise typer.BadParameter("; ".join(sentences) + ".") from error


def _where(place: tuple[int | str, ...], answer: object) -> str:
    """Which answer is meant; nothing where two do not go together."""
    return f"{_flag(str(place[0]))} is {answer!r}: " if place else ""
