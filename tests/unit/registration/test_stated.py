"""Endpoints out of the files that sites hand one another."""

from pathlib import Path

from fedfleet.pki.admissions import issued, new_admissions, next_roster
from fedfleet.registration.stated import stated_endpoints
from support.parties import BANK, DOMAIN, EXCHANGE, FEDERATION, HOSPITAL, NOW, authority


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_cards_tell_of_their_parties_and_an_admission_of_the_exchange(tmp_path: Path) -> None:
    card = HOSPITAL.card()
    roster = next_roster(FEDERATION, DOMAIN, EXCHANGE, [], authority(), None, NOW)
    admission = new_admissions([(card, issued(card, authority(), None, NOW))], roster, authority())[card.party_id]
    files = [
        write(tmp_path, "40000.yaml", BANK.card().text()),
        write(tmp_path, "30000.yaml", card.text()),
        write(tmp_path, "admission.yaml", admission.text()),
    ]
    assert stated_endpoints(files) == {"exchange": EXCHANGE, "30000": card.endpoints, "40000": BANK.card().endpoints}


def test_of_several_cards_the_newest_counts(tmp_path: Path) -> None:
    first = HOSPITAL.card()
    second = HOSPITAL.forged({"serial": first.serial + 1, "endpoints": [e.model_dump(mode="json") for e in BANK.endpoints]})
    files = [write(tmp_path, name, card.text()) for name, card in (("new.yaml", second), ("old.yaml", first))]
    assert stated_endpoints(files) == {"30000": second.endpoints}


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    broken = [write(tmp_path, "broken.yaml", "kind: [Card"), write(tmp_path, "other.yaml", "kind: Deployment\n")]
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe")
    assert stated_endpoints([*broken, binary, tmp_path / "missing.yaml", tmp_path]) == {}
