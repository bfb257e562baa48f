"""The federated model beside others, all judged on the same held-out rows: one trained on all data, and one on each party's alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fedfleet.errors import FedFleetError
from fedfleet.report.workload import Score
from fedfleet.workload.learning import sklearn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fedfleet.workload.description import Set, Workload

FEDERATED: Final = "federated"
CENTRAL: Final = "central"
_SEED: Final = 0

# What FATE puts out (fate/ml/utils/predict_tools.py, 2.2.0), by kind of label: the column and the figure it is judged by.
_JUDGED: Final = {
    "binary": ("predict_score", "auc"),
    "multi": ("predict_result", "accuracy"),
    "regression": ("predict_score", "r2"),
}


class PredictionError(FedFleetError):
    """The predictions that came back are not those of the held-out rows."""


@dataclass(frozen=True)
class Table:
    """A CSV file with an id a row."""

    columns: tuple[str, ...]
    rows: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, file: Path, match_id: str) -> Table:
        """A file by its rows' ids.

        Raises:
            PredictionError: it has no such column, or an id twice.
        """
        with file.open(newline="", encoding="utf-8") as source:
            reader = csv.reader(source)
            header = next(reader, [])
            if match_id not in header:
                raise PredictionError(f"{file.name} has no column {match_id}", found=", ".join(header), where=str(file))
            place = header.index(match_id)
            rows: dict[str, Sequence[str]] = {}
            for row in reader:
                if row[place] in rows:
                    raise PredictionError(f"{file.name} has the id {row[place]} twice", where=str(file))
                rows[row[place]] = row
        return cls(tuple(header), rows)

    def column(self, name: str, ids: Sequence[str]) -> list[str]:
        """A column's values for some ids.

        Raises:
            PredictionError: there is no such column, or an id is not there.
        """
        if name not in self.columns:
            raise PredictionError(f"there is no column {name}", found=", ".join(self.columns))
        missing = [sample for sample in ids if sample not in self.rows]
        if missing:
            raise PredictionError(
                f"{len(missing)} of {len(ids)} held-out rows have no prediction", expected="one for each", found=f"none for {missing[0]}"
            )
        place = self.columns.index(name)
        return [self.rows[sample][place] for sample in ids]


class Judge:
    """Judges models on the held-out rows of the parties whose files are here.

    Where rows are split, that is the held-out rows of all those parties together; where columns are split, the guest's samples.
    """

    def __init__(self, workload: Workload) -> None:
        """Reads every file the description names; says at once when scikit-learn is not there."""
        sklearn("metrics")
        self._workload = workload
        self._match_id = workload.columns.match_id
        self._label = workload.columns.label
        self._tables: dict[str, dict[Set, Table]] = {}
        for party, member in workload.parties.items():
            files: dict[Set, Path | None] = {"train": member.train, "test": member.test}
            self._tables[party] = {which: Table.read(file, self._match_id) for which, file in files.items() if file is not None}

    @property
    def metric(self) -> str:
        """What models are judged by."""
        return _JUDGED[self._workload.pipeline.evaluation][1]

    def scores(self, predictions: Mapping[str, Path]) -> tuple[Score, ...]:
        """The federated model's figure, then the central one's, then each party's alone, as far as their rows are here.

        Args:
            predictions: by party, the predictions on its held-out rows that were downloaded.

        Raises:
            PredictionError: a held-out row has no prediction. MissingExtraError: scikit-learn is not there.
        """
        column = _JUDGED[self._workload.pipeline.evaluation][0]
        truth: list[float] = []
        said: list[float] = []
        for party, file in predictions.items():
            test = self._tables[party]["test"]
            ids = self._shared_ids("test") if self._by_column else list(test.rows)
            truth += [float(value) for value in test.column(self._label, ids)]
            said += [float(value) for value in Table.read(file, self._match_id).column(column, ids)]
        found = [Score(model=FEDERATED, metric=self.metric, value=self._figure(truth, said))]
        if self._workload.baseline == "none":
            return tuple(found)
        judged = tuple(predictions)
        if all("train" in self._tables[party] for party in self._workload.parties):
            found.append(self._trained(CENTRAL, tuple(self._workload.parties), judged))
        alone = (self._workload.members.guest,) if self._by_column else judged
        found += [self._trained(f"alone {party}", (party,), judged) for party in alone if "train" in self._tables[party]]
        return tuple(found)

    def _trained(self, name: str, teachers: Sequence[str], judged: Sequence[str]) -> Score:
        model = _model(self._workload.baseline, self._workload.pipeline.evaluation)
        features, labels = self._joined("train", teachers) if self._by_column else self._stacked("train", teachers)
        model.fit(features, labels)
        features, truth = self._joined("test", teachers) if self._by_column else self._stacked("test", judged)
        kind = self._workload.pipeline.evaluation
        said = model.predict_proba(features)[:, 1] if kind == "binary" else model.predict(features)
        return Score(model=name, metric=self.metric, value=self._figure(truth, list(said)))

    def _stacked(self, which: Set, parties: Sequence[str]) -> tuple[list[list[float]], list[float]]:
        """The rows of several parties below each other."""
        names = self._features(parties[0])
        features: list[list[float]] = []
        labels: list[float] = []
        for party in parties:
            table = self._tables[party][which]
            features += _numbers(table, names, list(table.rows))
            labels += [float(value) for value in table.column(self._label, list(table.rows))]
        return features, labels

    def _joined(self, which: Set, parties: Sequence[str]) -> tuple[list[list[float]], list[float]]:
        """The columns of several parties beside each other, for the samples that all parties have."""
        ids = self._shared_ids(which)
        parts = [_numbers(self._tables[party][which], self._features(party), ids) for party in parties]
        guest = self._tables[self._workload.members.guest][which]
        return [[value for part in row for value in part] for row in zip(*parts, strict=True)], [
            float(value) for value in guest.column(self._label, ids)
        ]

    def _shared_ids(self, which: Set) -> list[str]:
        there = [set(tables[which].rows) for tables in self._tables.values() if which in tables]
        return sorted(set.intersection(*there))

    def _features(self, party: str) -> list[str]:
        return [name for name in self._tables[party]["train"].columns if name not in (self._match_id, self._label)]

    @property
    def _by_column(self) -> bool:
        return self._workload.pipeline.split == "by_column"

    def _figure(self, truth: Sequence[float], said: Sequence[float]) -> float:
        metrics = sklearn("metrics")
        figures = {"auc": metrics.roc_auc_score, "accuracy": metrics.accuracy_score, "r2": metrics.r2_score}
        return round(float(figures[self.metric](truth, said)), 4)


def _numbers(table: Table, names: Sequence[str], ids: Sequence[str]) -> list[list[float]]:
    columns = [[float(value) for value in table.column(name, ids)] for name in names]
    return [list(row) for row in zip(*columns, strict=True)]


def _model(baseline: str, kind: str) -> Any:
    """The usual model of its kind, with scikit-learn's own settings and a fixed seed."""
    regression = kind == "regression"
    match baseline:
        case "logistic_regression":
            linear = sklearn("linear_model")
            model = linear.LinearRegression() if regression else linear.LogisticRegression(max_iter=1000)
        case "gradient_boosting":
            ensemble = sklearn("ensemble")
            model = (
                ensemble.GradientBoostingRegressor(random_state=_SEED)
                if regression
                else ensemble.GradientBoostingClassifier(random_state=_SEED)
            )
        case _:
            network = sklearn("neural_network")
            model = network.MLPRegressor(random_state=_SEED) if regression else network.MLPClassifier(random_state=_SEED)
    return sklearn("pipeline").make_pipeline(sklearn("preprocessing").StandardScaler(), model)
