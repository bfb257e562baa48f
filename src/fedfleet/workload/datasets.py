"""Two known data sets, split between parties as a description and CSV files: the built-in workloads.

credit-card: 10,000 card holders (James, Witten, Hastie, Tibshirani, Taylor: An Introduction to Statistical Learning; `Default` of the
package ISLP), each party with other holders. breast-cancer: 569 samples of 30 figures (UCI; scikit-learn carries them), the guest with the
diagnosis and ten figures of every sample, the hosts with the others.

The card holders' amounts are brought to one scale by constants agreed beforehand, as parties would: no party learns another's mean.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from fedfleet.workload.description import Workload, read_workload
from fedfleet.workload.learning import sklearn
from fedfleet.workload.pipelines import NETWORK, REGRESSION, TREES
from fedfleet.workload.wheel import WheelFile, cached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_DEFAULT: Final = WheelFile(
    "ISLP==0.6.0",
    "ca772cecca1747a2f84ee799a5503ddddbdf0e98f90c235494790c1d036c694b",
    "ISLP/data/Default.csv",
    "d113590204485565bdd692b2d8430e7c2fcc72ec323df92314a745c99a0eefe9",
)
_SEED: Final = 20260301
_HELD_OUT: Final = 0.3


@dataclass(frozen=True)
class Rows:
    """Rows with an id and a label each."""

    names: tuple[str, ...]
    ids: Sequence[str]
    features: Sequence[Sequence[float]]
    labels: Sequence[int]

    def take(self, which: Sequence[int]) -> Rows:
        """Some of them."""
        return Rows(self.names, [self.ids[i] for i in which], [self.features[i] for i in which], [self.labels[i] for i in which])


def credit_card(folder: Path, guest: str, hosts: Sequence[str], arbiter: str) -> Workload:
    """Write the credit-card workload: card holders dealt out in turn, three in ten held out; logistic regression.

    Raises:
        WheelError: the data cannot be fetched. MissingExtraError: scikit-learn is not there.
    """
    return _card_holders(folder, "credit-card", guest, hosts, arbiter, REGRESSION)


def credit_card_network(folder: Path, guest: str, hosts: Sequence[str], arbiter: str) -> Workload:
    """Write the same with a small neural network.

    Raises:
        WheelError: the data cannot be fetched. MissingExtraError: scikit-learn is not there.
    """
    return _card_holders(folder, "credit-card-network", guest, hosts, arbiter, NETWORK)


def _card_holders(folder: Path, name: str, guest: str, hosts: Sequence[str], arbiter: str, pipeline: Mapping[str, object]) -> Workload:
    with cached(_DEFAULT).open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    rows = Rows(
        ("student", "balance", "income"),
        [f"holder-{number:05d}" for number in range(len(read))],
        [(float(row["student"] == "Yes"), (float(row["balance"]) - 800) / 500, (float(row["income"]) - 33000) / 13000) for row in read],
        [int(row["default"] == "Yes") for row in read],
    )
    parties = [guest, *hosts]
    train, test = _held_out(rows)
    dealt = {
        party: {
            "train": train.take(range(place, len(train.ids), len(parties))),
            "test": test.take(range(place, len(test.ids), len(parties))),
        }
        for place, party in enumerate(parties)
    }
    return _write(folder, name, guest, dealt, pipeline, arbiter)


def breast_cancer(folder: Path, guest: str, hosts: Sequence[str], _arbiter: str) -> Workload:
    """Write the breast-cancer workload: the same samples everywhere, each party other figures; boosted trees after PSI.

    Raises:
        MissingExtraError: scikit-learn is not there.
    """
    found: Any = sklearn("datasets").load_breast_cancer()
    rows = Rows(
        tuple(str(name).replace(" ", "_") for name in found.feature_names),
        [f"sample-{number:03d}" for number in range(len(found.target))],
        found.data.tolist(),
        [int(label) for label in found.target],
    )
    sets = dict(zip(("train", "test"), _held_out(rows), strict=True))
    parties = [guest, *hosts]
    shares = {guest: range(10)} | {host: range(10 + place, 30, len(hosts)) for place, host in enumerate(hosts)}
    dealt = {party: {which: _columns(part, shares[party]) for which, part in sets.items()} for party in parties}
    return _write(folder, "breast-cancer", guest, dealt, TREES, "")


BUILT_IN: Final[Mapping[str, Callable[[Path, str, Sequence[str], str], Workload]]] = {
    "credit-card": credit_card,
    "credit-card-network": credit_card_network,
    "breast-cancer": breast_cancer,
}


def _columns(rows: Rows, which: Sequence[int]) -> Rows:
    return Rows(tuple(rows.names[i] for i in which), rows.ids, [[row[i] for i in which] for row in rows.features], rows.labels)


def _held_out(rows: Rows) -> tuple[Rows, Rows]:
    split = sklearn("model_selection").train_test_split
    train, test = split(range(len(rows.ids)), test_size=_HELD_OUT, random_state=_SEED, stratify=rows.labels)
    return rows.take(sorted(train)), rows.take(sorted(test))


def _write(
    folder: Path, name: str, guest: str, dealt: Mapping[str, Mapping[str, Rows]], pipeline: Mapping[str, object], arbiter: str
) -> Workload:
    folder.mkdir(parents=True, exist_ok=True)
    parties: dict[str, dict[str, str]] = {}
    for party, sets in dealt.items():
        parties[party] = {"role": "guest" if party == guest else "host"}
        labelled = party == guest or pipeline["split"] == "by_row"
        for which, rows in sets.items():
            file = folder / f"{party}-{which}.csv"
            _write_rows(file, rows, labelled=labelled)
            parties[party][which] = file.name
    told: dict[str, object] = {"apiVersion": "fedfleet.dev/v1", "kind": "Workload", "name": name, "parties": parties}
    told |= {"arbiter": arbiter} if arbiter else {}
    told |= {"columns": {"match_id": "id", "label": "y"}, "pipeline": dict(pipeline)}
    path = folder / "workload.yaml"
    path.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return read_workload(path)


def _write_rows(file: Path, rows: Rows, *, labelled: bool) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["id", *(["y"] if labelled else []), *rows.names])
        for sample, features, label in zip(rows.ids, rows.features, rows.labels, strict=True):
            writer.writerow([sample, *([label] if labelled else []), *(f"{value:.6g}" for value in features)])
