"""What a site has already, as the inventory's variables say it."""

import pytest
from pydantic import ValidationError

from fedfleet.federation.addresses import joined, split
from fedfleet.federation.external import External


def test_what_is_not_named_the_party_runs_itself() -> None:
    assert External().parts == ()
    assert External.model_validate({"hdfs": {"name_node": "hdfs://n:9000"}, "pulsar": None}).parts == ("hdfs",)


def test_a_database_without_all_that_a_log_in_takes_is_none() -> None:
    with pytest.raises(ValidationError, match="secret"):
        External.model_validate({"database": {"host": "db", "port": 3306, "name": "flow", "user": "fate", "key": "pw"}})


def test_each_master_of_spark_has_an_address() -> None:
    spark = External.model_validate({"spark": {"master": "spark://one:7177,two"}}).spark
    assert spark is not None
    assert spark.addresses == (("one", 7177), ("two", 7077))


@pytest.mark.parametrize(
    ("name_node", "address"), [("hdfs://n:9000", ("n", 9000)), ("hdfs://n", ("n", 8020)), ("hdfs://[::1]:9000", ("::1", 9000))]
)
def test_a_namenode_has_an_address(name_node: str, address: tuple[str, int]) -> None:
    hdfs = External.model_validate({"hdfs": {"name_node": name_node}}).hdfs
    assert hdfs is not None
    assert hdfs.address == address


@pytest.mark.parametrize("place", [("192.0.2.1", 443), ("::1", 443), ("host.example.org", 9000)])
def test_what_is_joined_is_split_again(place: tuple[str, int]) -> None:
    assert split(joined(*place), 1) == place
