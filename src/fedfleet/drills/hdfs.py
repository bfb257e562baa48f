"""A party's HDFS: one datanode fewer for a while, and whether every block can be read meanwhile.

Figures are those of the namenode's JMX beans `Hadoop:service=NameNode,name=FSNamesystem` and `...State` (Hadoop 3.3.6 FSNamesystemMBean and its metrics).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fedfleet.drills.faults import NoFaultError
from fedfleet.drills.probes import page_of
from fedfleet.drills.scene import Found, Scene
from fedfleet.drills.workloads import bring_back, bring_down, replicas_before

if TYPE_CHECKING:
    from fedfleet.kube import KubeObject

_APPS: Final = "apps/v1"
_DATANODE: Final = "datanode"
_WEB_PORT: Final = 9870
_BEANS: Final = "/jmx?qry=Hadoop:service=NameNode,name=FSNamesystem*"


def take_datanode_away(scene: Scene) -> dict[str, object]:
    """Take a party's last datanode away, with its volume, until ``bring_datanode_back``; harmless where one is away already.

    Raises:
        NoFaultError: there is no HDFS, or no datanode would be left.
    """
    workload = _datanodes(scene)
    wanted = int(workload["spec"]["replicas"])
    if replicas_before(workload) is not None:
        return {"replicas": wanted}
    if wanted < 2:
        raise NoFaultError(
            "No datanode would be left",
            expected="two or more, such as fate_sizing: {replicas: {datanode: 2}}",
            found=str(wanted),
            where=scene.site.namespace,
        )
    bring_down(scene.client(), workload, wanted - 1)
    return {"replicas": wanted - 1}


def bring_datanode_back(scene: Scene) -> dict[str, object]:
    """Undo ``take_datanode_away``, whether it was done or not."""
    return {"replicas": bring_back(scene.client(), _datanodes(scene))}


def blocks_readable(scene: Scene) -> Found:
    """The namenode knows of a datanode for every block, and has left its safe mode."""
    told = _told(scene)
    said = f"{told.missing} of {told.blocks} blocks have no datanode, {told.live} datanodes are live"
    return Found(told.live > 0 and not told.missing and not told.safe_mode, f"{said}, in safe mode" if told.safe_mode else said)


def datanodes_live(scene: Scene) -> Found:
    """As many datanodes are live for the namenode as the party has volumes for."""
    claims = scene.client().list("PersistentVolumeClaim", scene.site.namespace, {"app.kubernetes.io/name": _DATANODE}, api_version="v1")
    live = _told(scene).live
    return Found(0 < len(claims) <= live, f"{live} of {len(claims)} live")


@dataclass(frozen=True)
class _Told:
    """What the namenode says: how many blocks there are, how many have no datanode, how many datanodes it hears of, and whether it takes nothing yet."""

    blocks: int
    missing: int
    live: int
    safe_mode: bool


def _told(scene: Scene) -> _Told:
    """Ask the namenode.

    Raises:
        fedfleet.kube.TunnelError: no namenode is ready. NoAnswerError: it does not answer.
    """
    beans = page_of(scene, "namenode", _WEB_PORT, _BEANS)["beans"]
    figures = {name: value for bean in beans for name, value in bean.items()}
    return _Told(
        int(figures["BlocksTotal"]), int(figures["MissingBlocks"]), int(figures["NumLiveDataNodes"]), figures["FSState"] != "Operational"
    )


def _datanodes(scene: Scene) -> KubeObject:
    found = scene.client().get("StatefulSet", _DATANODE, scene.site.namespace, api_version=_APPS)
    if found is None:
        raise NoFaultError("The party has no HDFS of its own", expected=f"a StatefulSet {_DATANODE}", where=scene.site.namespace)
    return found
