"""The members of an etcd cluster, over the JSON that etcd's own gateway offers (etcd 3.6 `api/etcdserverpb/rpc.proto`)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from fedfleet_lab.cluster.flags import CLIENT_PORT
from fedfleet_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fedfleet_lab.cluster.flags import EtcdMember
    from fedfleet_lab.cluster.identities import Identities
    from fedfleet_lab.config import NodeConfig

_TIMEOUT = httpx.Timeout(5.0, connect=0.5)


@dataclass(frozen=True)
class Member:
    """One member. Its name is empty until it has started once; a learner does not vote yet."""

    id: str
    name: str
    peer: str
    learner: bool


class Members:
    """All members of one etcd cluster, asked at the nodes given: whichever answers first."""

    def __init__(self, identities: Identities, nodes: Iterable[NodeConfig]) -> None:
        self._nodes = tuple(nodes)
        pair, authority = identities.etcd_client(), identities.etcd.pair.certificate
        tls = ssl.create_default_context(cafile=authority)
        tls.load_cert_chain(pair.certificate, pair.key)
        self._client = httpx.Client(verify=tls, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Members:
        """Returns itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes all connections."""
        self._client.close()

    def all(self) -> list[Member]:
        """Returns all members.

        Raises:
            LabError: no member answers. So do all methods that change something.
        """
        found = self._ask("cluster/member/list", {})["members"]
        return [Member(item["ID"], item.get("name", ""), item["peerURLs"][0], item.get("isLearner", False)) for item in found]

    def healthy(self) -> set[str]:
        """Returns the names of the nodes whose members answer and can read what all agreed on."""
        return {node.name for node in self._nodes if self._healthy(node)}

    def add(self, member: EtcdMember) -> None:
        """Makes a new member known as a learner, which does not vote before it has caught up."""
        self._ask("cluster/member/add", {"peerURLs": [member.peer], "isLearner": True})

    def promote(self, member: Member) -> bool:
        """Lets a learner vote; returns False where it has not caught up yet."""
        try:
            self._ask("cluster/member/promote", {"ID": member.id})
        except _RefusedError:
            return False
        return True

    def remove(self, member: Member) -> None:
        """Takes a member out for good; the others go on without it."""
        self._ask("cluster/member/remove", {"ID": member.id})

    def _healthy(self, node: NodeConfig) -> bool:
        try:
            answer = self._client.get(f"https://{node.address}:{CLIENT_PORT}/health")
        except httpx.HTTPError:
            return False
        return answer.is_success and answer.json().get("health") == "true"

    def _ask(self, call: str, body: Mapping[str, object]) -> Any:
        problems = []
        for node in self._nodes:
            try:
                answer = self._client.post(f"https://{node.address}:{CLIENT_PORT}/v3/{call}", json=body)
            except httpx.HTTPError as error:
                problems.append(f"{node.name}: {error}")
                continue
            if answer.is_success:
                return answer.json()
            problems.append(f"{node.name}: {answer.text.strip()}")
            # A learner answers nothing but what it is asked about itself; any other member speaks for all.
            if "learner" not in answer.text:
                raise _RefusedError("etcd refused a change of its members", found="; ".join(problems), where=call)
        refused = any("learner" in problem for problem in problems)
        raise (_RefusedError if refused else LabError)("No etcd member answers", found="; ".join(problems) or "no members", where=call)


class _RefusedError(LabError):
    """A member answered, and said no."""
