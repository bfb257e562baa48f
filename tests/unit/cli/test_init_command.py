"""`fedfleet init`: a new inventory, and nothing else ever."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from fedfleet.cli import app

EVERY_SITE = ("--federation", "north", "--domain", "fate.example.org", "--registry", "images.example.org:5000/fate")
PARTY = (
    *EVERY_SITE,
    "--party-id",
    "9999",
    "--organisation",
    "Clinic: East & West",
    "--storage-class",
    "fast",
    "--ingress-domain",
    "example.org",
)
EXCHANGE = (*EVERY_SITE, "--kind", "exchange")


def init(directory: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", str(directory), *arguments])


def variables(directory: Path) -> dict[str, object]:
    loaded = yaml.safe_load((directory / "group_vars" / "all.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_a_party_is_written_with_its_answers(tmp_path: Path) -> None:
    assert init(tmp_path / "site", *PARTY).exit_code == 0

    written = variables(tmp_path / "site")
    assert written["party_id"] == 9999
    assert written["organisation"] == "Clinic: East & West"
    assert written["fedfleet_registry"] == "images.example.org:5000/fate"
    assert yaml.safe_load((tmp_path / "site" / "hosts.yml").read_text()) == {"parties": {"hosts": {"party9999": None}}}


def test_an_exchange_is_written_with_its_answers(tmp_path: Path) -> None:
    assert init(tmp_path / "site", *EXCHANGE, "--service-type", "NodePort").exit_code == 0

    assert variables(tmp_path / "site")["exchange_service_type"] == "NodePort"
    assert yaml.safe_load((tmp_path / "site" / "hosts.yml").read_text()) == {"exchanges": {"hosts": {"exchange": None}}}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("mine")

    ended = init(tmp_path, *PARTY)

    assert ended.exit_code == 4
    assert "files already" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["hosts.yml"]


def test_a_file_in_the_way_is_kept(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")

    assert init(tmp_path / "site", *PARTY).exit_code == 4
    assert (tmp_path / "site").read_text() == "mine"


def test_all_missing_answers_are_named_at_once(tmp_path: Path) -> None:
    ended = init(tmp_path / "site", "--federation", "north")

    assert ended.exit_code == 2
    assert all(flag in ended.stderr for flag in ("--domain", "--registry", "--party-id", "--storage-class"))
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("flag", "wrong"),
    [
        ("--federation", "North_East"),
        ("--domain", "localhost"),
        ("--registry", "https://images.example.org"),
        ("--party-id", "0"),
        ("--organisation", 'a "quoted" name'),
        ("--organisation", "{{ lookup('pipe', 'id') }}"),
        ("--storage-class", "Fast"),
        ("--profile", "huge"),
        ("--fate-profile", "eggroll"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_flag(tmp_path: Path, flag: str, wrong: str) -> None:
    ended = init(tmp_path / "site", *PARTY, flag, wrong)

    assert ended.exit_code == 2
    assert flag in ended.stderr
    assert not (tmp_path / "site").exists()


def test_a_flag_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    ended = init(tmp_path / "site", *EXCHANGE, "--party-id", "30000")

    assert ended.exit_code == 2
    assert "--party-id" in ended.stderr


def test_an_existing_ingress_controller_is_named_by_its_class(tmp_path: Path) -> None:
    assert init(tmp_path / "site", *PARTY, "--ingress", "existing", "--ingress-class", "nginx.internal").exit_code == 0

    written = variables(tmp_path / "site")
    assert (written["ingress_provider"], written["ingress_class_name"]) == ("existing", "nginx.internal")


def test_an_existing_ingress_controller_needs_its_class(tmp_path: Path) -> None:
    ended = init(tmp_path / "site", *PARTY, "--ingress", "existing")

    assert ended.exit_code == 2
    assert "--ingress-class" in ended.stderr
    assert not (tmp_path / "site").exists()


def test_a_class_without_an_existing_controller_is_refused(tmp_path: Path) -> None:
    ended = init(tmp_path / "site", *PARTY, "--ingress-class", "nginx")

    assert ended.exit_code == 2
    assert "--ingress existing" in ended.stderr


def test_a_new_party_lets_traefik_read_its_own_namespace_only(tmp_path: Path) -> None:
    assert init(tmp_path / "site", *PARTY).exit_code == 0

    assert variables(tmp_path / "site")["ingress_namespaces"] == ["fate-9999"]


VCENTER = ("--vcenter", "vcenter.example.org", "--vcenter-user", "fedfleet@vsphere.local", "--storage-policy", "Gold: mirrored")
WITHOUT_CLASS = tuple(word for word in PARTY if word not in ("--storage-class", "fast"))


def test_a_cluster_that_vcenter_makes(tmp_path: Path) -> None:
    assert init(tmp_path / "site", *WITHOUT_CLASS, *VCENTER).exit_code == 0

    written = variables(tmp_path / "site")
    assert written["cluster_provider"] == "vks"
    assert written["cluster_vcenter_hostname"] == "vcenter.example.org"
    assert written["cluster_storage_policy"] == "Gold: mirrored"
    assert written["storage_classes"] == dict.fromkeys(("database", "stream", "files", "dataset", "notebook"), "gold-mirrored")
    assert "VCENTER_PASSWORD" in str(written["cluster_vcenter_password"])
    assert str(written["cluster_kubeconfig"]).endswith("/.config/fedfleet/north-party9999.kubeconfig")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((*PARTY, "--storage-policy", "Gold"), "are for --vcenter"),
        ((*WITHOUT_CLASS, *VCENTER, "--context", "admin"), "--context is for a cluster that is there"),
        ((*PARTY, "--vcenter", "vcenter.example.org"), "add --vcenter-user, --storage-policy"),
        ((*PARTY, "--vcenter", "https://vcenter"), "add --vcenter-user"),
        ((*WITHOUT_CLASS, *VCENTER, "--vcenter", "https://vcenter"), "--vcenter is 'https://vcenter'"),
    ],
)
def test_answers_about_vcenter_go_together(tmp_path: Path, answers: tuple[str, ...], said: str) -> None:
    ended = init(tmp_path / "site", *answers)

    assert ended.exit_code == 2
    assert said in " ".join(ended.stderr.replace("│", "").split())
    assert not (tmp_path / "site").exists()
