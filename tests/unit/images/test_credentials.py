"""Credentials come out of files or standard input, and are never shown."""

import base64
import io
import json
from pathlib import Path

import pytest

from fedfleet.images import credentials
from fedfleet.images.cli_options import RegistryOptions
from fedfleet.images.credentials import Credentials
from fedfleet.images.errors import CredentialsError

KNOWN = Credentials("ops", "pass:word")


def test_the_password_is_not_in_what_is_printed() -> None:
    assert "pass" not in repr(KNOWN)


def test_what_docker_login_kept_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {"images.example:5000": {"auth": base64.b64encode(b"ops:pass:word").decode()}}}))
    assert credentials.from_authfile(path, "images.example:5000") == KNOWN
    assert credentials.from_authfile(path, "elsewhere.example") is None


def test_what_is_written_for_buildah_is_what_docker_login_keeps(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(KNOWN.authfile("images.example"))
    assert credentials.from_authfile(path, "images.example") == KNOWN


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_an_env_file_has_two_variables(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "registry.env"
    user, password = credentials.USER_VARIABLE, credentials.PASSWORD_VARIABLE
    path.write_text(f"# ours\n\nexport {user}=ops\n{password}={quote}pass:word{quote}\nOTHER=1\n")
    assert credentials.from_env_file(path) == KNOWN


def test_an_env_file_that_lacks_one_says_which_and_shows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "registry.env"
    path.write_text(f"{credentials.USER_VARIABLE}=\n{credentials.PASSWORD_VARIABLE}=hush\n")
    with pytest.raises(CredentialsError, match=f"lacks {credentials.USER_VARIABLE}") as caught:
        credentials.from_env_file(path)
    assert "hush" not in str(caught.value)


def test_a_password_comes_in_as_one_line() -> None:
    assert credentials.from_stream("ops", io.StringIO("pass:word\nmore\n")) == KNOWN


def test_no_password_is_no_password() -> None:
    with pytest.raises(CredentialsError, match="no password came in"):
        credentials.from_stream("ops", io.StringIO(""))


def test_a_user_without_a_password_is_refused() -> None:
    with pytest.raises(CredentialsError, match="belong together"):
        RegistryOptions("r", plain_http=False, ca=None, authfile=None, username="ops").registry()


def test_two_sources_are_refused(tmp_path: Path) -> None:
    options = RegistryOptions("r", plain_http=False, ca=None, authfile=None, env_file=tmp_path, username="ops", password_stdin=True)
    with pytest.raises(CredentialsError, match="two places"):
        options.registry()
