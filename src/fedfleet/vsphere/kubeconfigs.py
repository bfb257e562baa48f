"""Kubeconfigs of Supervisors and workload clusters: made of a token, or taken from the Secret that a cluster has; written for one reader only.

A cluster's Secret is called ``<cluster>-kubeconfig`` and holds the file under ``value`` (cluster-api v1.14.2 util/secret/consts.go
Kubeconfig and KubeconfigDataName; seen so at a Supervisor by vks-airgap-cicd, which also found the CA inline and the Secret there before
the nodes). To read it takes role EDIT (golang-web). ``fedfleet.vsphere`` says what these sources are.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import yaml

from fedfleet.safe_yaml import SAFE_DUMPER
from fedfleet.vsphere import errors

if TYPE_CHECKING:
    from fedfleet.kube import Client
    from fedfleet.vsphere.login import Login


def of_login(login: Login, namespace: str = "") -> str:
    """A kubeconfig (clientcmd/api/v1) with the token of a login, complete in itself."""
    cluster: dict[str, Any] = {"server": login.server}
    if login.ca_pem:
        cluster["certificate-authority-data"] = base64.b64encode(login.ca_pem.encode()).decode()
    context = {"cluster": "supervisor", "user": login.username} | ({"namespace": namespace} if namespace else {})
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "supervisor", "cluster": cluster}],
        "users": [{"name": login.username, "user": {"token": login.token}}],
        "contexts": [{"name": "supervisor", "context": context}],
        "current-context": "supervisor",
    }
    return str(yaml.dump(content, Dumper=SAFE_DUMPER, sort_keys=False))


def of_cluster(supervisor: Client, namespace: str, cluster: str) -> str | None:
    """The administrator's kubeconfig of a workload cluster; None while the Supervisor has none.

    That it is there does not mean that the cluster is ready: it comes before the nodes.

    Raises:
        AnswerError: the Secret is not what it must be. kube.ForbiddenError: the user has no role EDIT in the namespace.
    """
    secret = supervisor.get("Secret", f"{cluster}-kubeconfig", namespace, "v1")
    if secret is None:
        return None
    try:
        return base64.b64decode(secret["data"]["value"], validate=True).decode("utf-8")
    except (KeyError, TypeError, binascii.Error, UnicodeDecodeError) as error:
        raise errors.AnswerError(
            "The cluster's kubeconfig Secret cannot be read",
            expected="a kubeconfig under the key value",
            found="keys " + (", ".join(secret.get("data") or {}) or "none"),
            where=f"Secret {namespace}/{cluster}-kubeconfig",
            next_step="Look at the Secret; the cluster's provider writes it",
        ) from error


def write(path: Path, text: str) -> None:
    """Write a kubeconfig that its owner alone may read; whole or not at all.

    Raises:
        SettingsError: the folder is not there or not ours.
    """
    place = path.expanduser()
    temporary = ""
    try:
        # The file has mode 0600 from the beginning.
        with NamedTemporaryFile("w", encoding="utf-8", dir=place.parent, prefix=f".{place.name}.", delete=False) as file:
            temporary = file.name
            file.write(text)
        Path(temporary).replace(place)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        raise errors.SettingsError(
            "The kubeconfig cannot be written",
            found=str(error.strerror),
            where=str(place),
            next_step="Name a file in a folder that is there and may be written to",
        ) from error
