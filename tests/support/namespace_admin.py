"""Someone who has rights in one namespace only, as a platform team gives them."""

from pathlib import Path

import yaml

from fedfleet.kube import Client
from support.organisations import Organisation

ACCOUNT = "operator"


def with_rights_in_one_namespace(platform_team: Client, organisation: Organisation) -> Organisation:
    """Have the organisation write down what it needs, and the platform team apply that and nothing else; returns it as it works from then on."""
    modest = organisation.knowing(cluster_admin=False, ingress_provider="existing", ingress_class_name="traefik")
    modest.play("playbooks/rbac.yml", cluster_rbac_subject={"kind": "ServiceAccount", "name": ACCOUNT}).expect()
    (manifest,) = modest.artefact("").glob("rbac-*.yaml")
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": organisation.namespace}}
    platform_team.apply(manifest.read_text())
    platform_team.apply(account)
    return modest.knowing(cluster_kubeconfig=str(_kubeconfig(organisation)))


def _kubeconfig(organisation: Organisation) -> Path:
    """The lab's cluster, with a token of the account in the place of the administrator."""
    lab = organisation.federation.lab
    issued = lab.fedfleet("lab", "kubectl", "--", "-n", organisation.namespace, "create", "token", ACCOUNT, "--duration", "2h").expect()
    administrator = yaml.safe_load(lab.kubeconfig.read_text())
    path = organisation.federation.inventory.parent / "operator.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "lab", "cluster": administrator["clusters"][0]["cluster"]}],
                "users": [{"name": ACCOUNT, "user": {"token": issued.output.strip()}}],
                "contexts": [{"name": ACCOUNT, "context": {"cluster": "lab", "user": ACCOUNT, "namespace": organisation.namespace}}],
                "current-context": ACCOUNT,
            }
        )
    )
    return path
