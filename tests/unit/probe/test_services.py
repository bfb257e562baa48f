"""What the site's own services answer, and what that comes to."""

from collections.abc import Callable, Sequence

import pytest

from fedfleet.federation.external import External
from fedfleet.probe import Answer, Question
from fedfleet.probe.services import ask_services

EXTERNAL = External.model_validate(
    {
        "database": {"host": "db.example.org", "port": 3306, "name": "flow", "user": "fate", "secret": "db", "key": "pw"},
        "spark": {"master": "spark://one.example.org:7077,two.example.org"},
        "hdfs": {"name_node": "hdfs://namenode.example.org:9000"},
        "pulsar": {"host": "pulsar.example.org", "cluster": "clinic"},
    }
)
Answering = Callable[[Question], Answer]


def well(question: Question) -> Answer:
    return Answer(True, 0, f"{question.host} answers", status=200 if question.kind == "http" else 0)


def failing(**faults: Answer) -> Answering:
    """Everything answers but the hosts, or the paths that begin so, that are named."""

    def answer(question: Question) -> Answer:
        named = [fault for word, fault in faults.items() if question.host.startswith(word) or f"/v1/{word}" in question.path]
        return named[0] if named else well(question)

    return answer


def wrong(answering: Answering) -> dict[str, str]:
    """What is not as it must be, by the service, with what was found."""
    asked: list[Question] = []

    def ask_all(questions: Sequence[Question]) -> Sequence[Answer]:
        asked.extend(questions)
        return [answering(question) for question in questions]

    found = ask_services(EXTERNAL, "secret", ask_all)
    assert [question.password for question in asked if question.password] == ["secret"]
    return {answer.service.split()[0]: answer.found for answer in found if not answer.ok}


def test_all_are_asked_and_good_ones_are_not_told() -> None:
    assert wrong(well) == {}


def test_a_database_that_refuses_is_told() -> None:
    assert wrong(failing(db=Answer(False, 0, "Access denied"))) == {"database": "Access denied"}


def test_one_master_of_several_is_enough() -> None:
    assert wrong(failing(two=Answer(False, 0, "refused"))) == {}
    assert wrong(failing(one=Answer(False, 0, "refused"), two=Answer(False, 0, "silent"))) == {"Spark": "refused; silent"}


@pytest.mark.parametrize(
    ("folder", "root", "told"),
    [
        # The folder is there, and whether another one could be made does not matter.
        (Answer(True, 0, "", status=200), Answer(False, 0, "gave 403", status=403), {}),
        (Answer(False, 0, "gave 404", status=404), Answer(True, 0, "", status=200), {}),
        (Answer(False, 0, "gave 404", status=404), Answer(False, 0, "gave 403", status=403), {"HDFS": "gave 403"}),
        (Answer(False, 0, "its rights: 403", status=403), Answer(True, 0, "", status=200), {"HDFS": "its rights: 403"}),
    ],
)
def test_rights_to_the_folder_count_or_to_make_it(folder: Answer, root: Answer, told: dict[str, str]) -> None:
    def answering(question: Question) -> Answer:
        if "CHECKACCESS" not in question.path:
            return well(question)
        return folder if question.path.startswith("/webhdfs/v1/fate") else root

    assert wrong(answering) == told


def test_a_broker_without_the_cluster_is_told_and_so_is_one_that_is_silent() -> None:
    def unknown(question: Question) -> Answer:
        return Answer(False, 0, "gave 404", status=404) if question.path == "/admin/v2/clusters/clinic" else well(question)

    assert wrong(unknown) == {"Pulsar": "gave 404"}
    assert wrong(failing(pulsar=Answer(False, 0, "silent"))) == {"Pulsar": "silent; silent"}
