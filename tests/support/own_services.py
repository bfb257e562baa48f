"""A database, Spark, HDFS and Pulsar that a site has already: real ones in a namespace that FedFleet knows nothing of.

They are what role fate would deploy, taken out of it and changed to what sites have: other names, other rights, no certificate of the federation.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from fedfleet.kube import Client, ObjectRef
from support.cluster import Space, eventually
from support.commands import run
from support.manifests import Manifests, read

DATABASE, DATABASE_USER = "learning", "learner"
# Every character that means something to YAML, SQL or a shell.
PASSWORD = 'it\'s "quoted" #1: {a} %s \\ $HOME ' + secrets.token_hex(8)
CLUSTER, TENANT = "clinic", "fl-tenant"
# The superuser of the HDFS, whose rights are enforced; jobs' user owns nothing but its folder.
HDFS_ADMIN = "hdfs"
READY_SECONDS = 600
# What is reached from outside of the services' namespace: pods, and their ports.
DOORS = {
    "database": ("mysql", (3306,)),
    "spark": ("spark-master", (7077, 8080)),
    "hdfs": ("namenode", (9000, 9870)),
    "broker": ("pulsar", (6650, 6651, 8080)),
}
PARTS = {"database": ("mysql",), "spark": ("spark-master", "spark-worker"), "hdfs": ("namenode", "datanode"), "broker": ("pulsar",)}
# Beside those: WebHDFS sends clients to the datanode, at 9864, and blocks are read at 9866.
PORTS = (3306, 6650, 7077, 8080, 9000, 9864, 9866, 9870)
_TLS_LINES = ("brokerServicePortTls", "webServicePortTls", "tls", "brokerClient")
_WORKLOADS = ("Deployment", "StatefulSet")


@dataclass(frozen=True)
class OwnServices:
    """The services, and the namespace they are in."""

    client: Client
    space: Space
    manifests: Manifests
    pods: tuple[str, ...]

    def variables(self, *names: str) -> dict[str, Any]:
        """The variables of a party that uses these; each must have been started."""
        known: dict[str, Any] = {"fate_external_networks": [{"cidr": cidr, "ports": list(PORTS)} for cidr in self.pods]}
        for name in names:
            known |= self._variables_of(name, self.door(name))
        return known

    def _variables_of(self, name: str, host: str) -> dict[str, Any]:
        if name == "database":
            login = {"name": DATABASE, "user": DATABASE_USER, "secret": "clinic-database", "key": "pw"}
            return {"fate_database_external": {"host": host, "port": 3306} | login}
        if name == "spark":
            return {"fate_spark_external": {"master": f"spark://{host}:7077", "workers": list(self.pods)}}
        if name == "hdfs":
            return {"fate_hdfs_external": {"name_node": f"hdfs://{host}:9000", "replication": 1}}
        return {
            "fate_pulsar_external": {"host": host, "port": 6650, "admin_port": 8080, "cluster": CLUSTER},
            "public_endpoint": {"broker": {"address": host, "port": 6651}},
        }

    def door(self, name: str) -> str:
        """The address at which one of them is reached."""
        return self.space.address(name)

    def start(self, *names: str) -> None:
        """Bring services up, with the doors to them, and wait until they are ready; Pulsar knows no TLS yet."""
        components = [component for name in names for component in PARTS[name]]
        wanted = [one for one in self.manifests if one["metadata"]["labels"]["app.kubernetes.io/name"] in (*components, *names)]
        self.space.apply(*(_in_clear(one) for one in wanted), *(_door(name) for name in names))
        refs = [ObjectRef.of(one) for one in wanted if one["kind"] in _WORKLOADS]
        self.client.wait(refs, READY_SECONDS)

    def secure_broker(self, certificate: Mapping[str, str]) -> None:
        """Give Pulsar the three files that the party's Secret pulsar-cert holds, and have it listen with TLS."""
        self.space.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "broker-tls"}, "data": dict(certificate)})
        (conf,) = [one for one in self.manifests if (one["kind"], one["metadata"]["name"]) == ("ConfigMap", "pulsar-config")]
        (broker,) = [one for one in self.manifests if (one["kind"], one["metadata"]["name"]) == ("StatefulSet", "pulsar")]
        # Restarted once, for its settings; what is certified later it reads by itself.
        broker["spec"]["template"]["metadata"]["annotations"] = {"secured": "yes"}
        self.space.apply(conf, broker)
        self.client.wait([ObjectRef.of(broker)], READY_SECONDS)

    def sql(self, statement: str) -> str:
        """What the database says to a statement, as its own user."""
        asks = (
            f'MYSQL_PWD="$(cat /etc/mariadb/secrets/password)" exec mariadb --batch --skip-column-names --user={DATABASE_USER} {DATABASE}'
        )
        done = self.client.exec("mysql-0", self.space.name, ["sh", "-c", asks], stdin=f"{statement};\nexit\n".encode())
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def applications(self) -> list[str]:
        """The names of the applications that Spark's master has run or runs."""
        found = httpx.get(f"http://{self.door('spark')}:8080/json/").json()
        return [str(one["name"]) for one in (*found["activeapps"], *found["completedapps"])]

    def make_folder(self) -> None:
        """Make the folder of jobs in the HDFS, and give it to their user."""
        self._webhdfs("PUT", "/fate", "MKDIRS", HDFS_ADMIN)
        self._webhdfs("PUT", "/fate", "SETOWNER", HDFS_ADMIN, owner="fedfleet")

    def files(self) -> list[str]:
        """The paths of all that lies below the folder of jobs in the HDFS."""
        return list(self._below("/fate"))

    def _below(self, folder: str) -> Iterable[str]:
        for one in self._webhdfs("GET", folder, "LISTSTATUS", HDFS_ADMIN)["FileStatuses"]["FileStatus"]:
            path = f"{folder}/{one['pathSuffix']}"
            if one["type"] == "DIRECTORY":
                yield from self._below(path)
            else:
                yield path

    def _webhdfs(self, method: str, path: str, operation: str, user: str, **more: str) -> Any:
        url = f"http://{self.door('hdfs')}:9870/webhdfs/v1{path}"
        answer = httpx.request(method, url, params={"op": operation, "user.name": user} | more, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def topics(self) -> list[str]:
        """The tenant's namespaces in Pulsar, one a job."""
        answer = httpx.get(f"http://{self.door('broker')}:8080/admin/v2/namespaces/{TENANT}", timeout=30)
        answer.raise_for_status()
        return [str(one) for one in answer.json()]

    def versions(self) -> dict[str, str]:
        """Which workloads and pods there are, and of what age."""
        return {
            f"{kind}/{one['metadata']['name']}": str(one["metadata"].get("generation", one["metadata"]["uid"]))
            for kind in (*_WORKLOADS, "Pod", "PersistentVolumeClaim", "Secret")
            for one in self.client.list(kind, self.space.name)
        }


def own_services(client: Client, space: Space, folder: Path, party_id: str, domain: str) -> OwnServices:
    """Services for a party, none of them up yet."""
    manifests = [_changed(one) for one in _rendered(folder, space.name, party_id, domain) if _is_service_s(one)]
    nodes = client.list("Node", api_version="v1")
    space.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "mysql-credentials"},
            "stringData": {"password": PASSWORD, "root-password": secrets.token_hex(16)},
        }
    )
    return OwnServices(client, space, manifests, tuple(node["spec"]["podCIDR"] for node in nodes))


def _rendered(folder: Path, namespace: str, party_id: str, domain: str) -> Manifests:
    file = folder / "services.yml"
    variables = {
        "party_id": int(party_id),
        "federation_name": "clinic",
        "federation_domain": domain,
        "fedfleet_registry": "registry.lab:5000",
        "site_namespace": namespace,
        "site_profile": "lab",
        "storage_classes": dict.fromkeys(("database", "stream", "files", "dataset", "notebook"), "lab-mirrored"),
        "fate_manifests_file": str(file),
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    task = {"name": "Render", "ansible.builtin.include_role": {"name": "fedfleet.federation.fate", "tasks_from": "render"}}
    play = {"name": "Render", "hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables, "tasks": [task]}
    playbook = folder / "services-play.yml"
    playbook.write_text(yaml.safe_dump([play]))
    run("ansible-playbook", "-i", "localhost,", str(playbook), timeout=300).expect()
    return read(file.read_text())


def _is_service_s(one: Mapping[str, Any]) -> bool:
    components = {component for parts in PARTS.values() for component in parts} | {"hdfs"}
    return one["metadata"]["labels"]["app.kubernetes.io/name"] in components and one["metadata"]["name"] != "pulsar-public-tls"


def _changed(one: dict[str, Any]) -> dict[str, Any]:
    """As the site has it: known to nobody as FedFleet's, and of the site's own names and rights."""
    component = one["metadata"]["labels"]["app.kubernetes.io/name"]
    one["metadata"]["labels"] = {"app.kubernetes.io/name": component}
    if one["kind"] in _WORKLOADS:
        one["spec"]["template"]["metadata"]["labels"] = {"app.kubernetes.io/name": component}
        (container,) = one["spec"]["template"]["spec"]["containers"]
        # They stay up once they are: what they do on a busy machine is not what is tested.
        del container["livenessProbe"], container["readinessProbe"]
        if component == "mysql":
            container["env"] = [{"name": "MARIADB_DATABASE", "value": DATABASE}, {"name": "MARIADB_USER", "value": DATABASE_USER}]
        if component in ("namenode", "datanode"):
            container["env"].append({"name": "HADOOP_USER_NAME", "value": HDFS_ADMIN})
        if component == "pulsar":
            (volume,) = [one for one in one["spec"]["template"]["spec"]["volumes"] if one["name"] == "tls"]
            volume["secret"] = {"secretName": "broker-tls", "optional": True, "defaultMode": 0o440}
    if one["kind"] == "ConfigMap":
        one["data"] = {name: _setting(text) for name, text in one["data"].items()}
    return one


def _setting(text: str) -> str:
    rights = "<name>dfs.permissions.enabled</name><value>{}</value>"
    return text.replace(rights.format("false"), rights.format("true")).replace("clusterName=standalone", f"clusterName={CLUSTER}")


def _in_clear(one: dict[str, Any]) -> dict[str, Any]:
    """Of Pulsar's settings what has nothing to do with TLS; anything else as it is."""
    if one["metadata"]["name"] != "pulsar-config":
        return one
    kept = [line for line in one["data"]["standalone.conf"].splitlines() if not line.startswith(_TLS_LINES)]
    return one | {"data": {"standalone.conf": "\n".join(kept) + "\n"}}


def _door(name: str) -> dict[str, Any]:
    pods, ports = DOORS[name]
    entries = [{"name": f"port-{port}", "port": port, "targetPort": port} for port in ports]
    spec = {"type": "LoadBalancer", "selector": {"app.kubernetes.io/name": pods}, "ports": entries}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def until_broker_shows(services: OwnServices, party_certificate: Mapping[str, str]) -> None:
    """Wait until Pulsar has read the files it was given; it looks at them every few seconds, and the node brings them within a minute or two."""
    wanted = party_certificate["broker.cert.pem"]

    def there() -> bool:
        done = services.client.exec("pulsar-0", services.space.name, ["base64", "--wrap=0", "/etc/pulsar/tls/broker.cert.pem"])
        return done.stdout.decode() == wanted

    eventually(there, "Pulsar's pod has its new certificate", seconds=240, pause=2)
