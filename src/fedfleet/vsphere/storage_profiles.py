"""Storage policies made of a tag: whatever datastore has the tag fits.

vCenter keeps policies as profiles of its policy service (pyvmomi 9.1.1 pbm.profile); REST only lists them. A rule on a tag is a capability
in the namespace ``http://www.vmware.com/storage/tag``, with the category's name as id and the property
``com.vmware.storage.tag.CATEGORY.property`` (govmomi 0.56 pbm; public tools agree).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fedfleet.vsphere import errors, inventory, ownership, tags
from fedfleet.vsphere.storage_policies import storage_class_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fedfleet.vsphere.client import Client

NAMESPACE = "http://www.vmware.com/storage/tag"

_COOKIE = re.compile(r'vmware_soap_session="?([^";]+)')
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Profile:
    """A storage policy as the policy service has it.

    Attributes:
        storage_class: what Kubernetes calls it.
        rules: tags that a datastore has to have, by category.
    """

    id: str
    name: str
    description: str
    storage_class: str
    rules: dict[str, frozenset[str]]

    def settings(self) -> dict[str, Any]:
        """As plain values; for diffs and results."""
        rules = {category: sorted(values) for category, values in sorted(self.rules.items())}
        return {"name": self.name, "description": self.description, "storage_class": self.storage_class, "tags": rules}


@dataclass(frozen=True)
class Wanted:
    """A policy on one tag; ``datastores`` are names, put under the tag."""

    name: str
    category: str
    tag: str
    datastores: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be; ``tagged`` are the datastores that got the tag."""

    changed: bool
    before: Profile | None = None
    after: Profile | None = None
    tagged: tuple[str, ...] = ()


class Policies:
    """The policy service of one vCenter."""

    def __init__(self, client: Client) -> None:
        from pyVmomi import SoapStubAdapter, VmomiSupport, pbm

        self._soap = client.soap
        version = pbm_version(str(client.soap.instance._stub.version), VmomiSupport.GetServiceVersions("pbm"))
        self._stub = SoapStubAdapter(client.soap.host, client.soap.port, path="/pbm", version=version, sslContext=client.soap.context)
        self._use_session()
        service = pbm.ServiceInstance("ServiceInstance", self._stub)
        self._profiles = self._ask("find the policy service", service.RetrieveContent).profileManager

    def _use_session(self) -> None:
        """Be of the session of the SOAP API; again where that is another one by now."""
        from pyVmomi import VmomiSupport

        cookie = self._soap.instance._stub.cookie
        match = _COOKIE.search(cookie or "")
        if match is None:
            raise errors.AnswerError(
                "vCenter's session cannot be used for its policy service",
                expected="a cookie vmware_soap_session",
                found="another cookie",
                where=self._soap.origin,
            )
        # The service takes the session from the SOAP header, which pyvmomi fills from this context of the thread.
        VmomiSupport.GetRequestContext()["vcSessionCookie"] = match[1]
        self._stub.cookie = cookie

    def _ask(self, what: str, call: Callable[[], Any], *, repeatable: bool = True) -> Any:
        return self._soap.ask(what, call, repeatable=repeatable, renewed=self._use_session)

    def list_all(self) -> list[Profile]:
        """All policies."""
        from pyVmomi import pbm

        kind = pbm.profile.ResourceType(resourceType="STORAGE")
        what = "list storage policies"
        ids = self._ask(what, lambda: self._profiles.PbmQueryProfile(resourceType=kind, profileCategory="REQUIREMENT"))
        found = self._ask(what, lambda: self._profiles.PbmRetrieveContent(profileIds=ids)) if ids else []
        return [profile_of(one) for one in found]

    def find(self, name: str) -> Profile | None:
        """The policy of that name, or None."""
        return next((one for one in self.list_all() if one.name == name), None)

    def create(self, wanted: Wanted) -> None:
        """Make the policy.

        Raises:
            TaskError: vCenter does not make it.
        """
        spec = create_spec(wanted)
        self._ask(f"make storage policy {wanted.name}", lambda: self._profiles.PbmCreate(createSpec=spec), repeatable=False)

    def delete(self, identifier: str) -> None:
        """Delete the policy of that id.

        Raises:
            InUseError: something is still stored by it.
        """
        from pyVmomi import pbm

        wanted = [pbm.profile.ProfileId(uniqueId=identifier)]
        for outcome in self._ask("delete the storage policy", lambda: self._profiles.PbmDelete(profileId=wanted)) or []:
            if outcome.fault is not None:
                raise errors.InUseError(
                    "vCenter does not delete the storage policy",
                    status=400,
                    error_type=type(outcome.fault).__name__.rpartition(".")[2],
                    found=str(getattr(outcome.fault, "msg", None) or "no message"),
                    where=identifier,
                    next_step="Move what is stored by it to another policy, and take it out of namespaces",
                )


def ensure(client: Client, wanted: Wanted, *, adopt: bool = True, dry_run: bool = False) -> Outcome:
    """See to it that category, tag and policy are there and the tag is on the datastores. Tags on other datastores stay.

    Raises:
        RefusedChangeError: there is a policy of that name with other rules; those of policies in use are not changed here. Or, without
            ``adopt``, one of another description is not on these datastores.
        SettingsError: there is no such datastore, or the category does not go on datastores.
    """
    places = inventory.datastores(client, wanted.datastores)
    policies = Policies(client)
    before = policies.find(wanted.name)
    rules = {wanted.category: frozenset({wanted.tag})}
    if before is not None and before.rules != rules:
        raise errors.RefusedChangeError(
            f"Storage policy {wanted.name} has other rules",
            expected=f"tag {wanted.tag} of category {wanted.category}",
            found=", ".join(f"{key}: {', '.join(sorted(values))}" for key, values in before.rules.items()) or "no rule on tags",
            where=client.soap.origin,
            next_step="Choose another name: to change the rules of a policy moves what is stored by it",
        )
    category = tags.find_category(client, wanted.category)
    if category is not None and category.associable_types and tags.DATASTORE not in category.associable_types:
        raise errors.SettingsError(
            f"Category {wanted.category} is not one for datastores",
            expected=tags.DATASTORE,
            found=", ".join(sorted(category.associable_types)),
            where=client.rest.origin,
            next_step="Choose another category",
        )
    tag = tags.find_tag(client, category, wanted.tag) if category is not None else None
    have = tags.tagged_datastores(client, tag) if tag is not None else frozenset()
    missing = tuple(name for name, identifier in places.items() if identifier not in have)
    changed = before is None or tag is None or bool(missing)
    planned = before or Profile("", wanted.name, wanted.description, storage_class_name(wanted.name), rules)
    if before is not None and changed and not adopt and before.description != wanted.description:
        tagged = sorted(set(places) - set(missing))
        ownership.refuse(
            f"storage policy {wanted.name}", before.description, {"datastores": tagged}, {"datastores": sorted(wanted.datastores)}
        )
    if dry_run or not changed:
        return Outcome(changed, before, planned, missing)
    category = category or tags.make_category(client, wanted.category)
    tag = tag or tags.make_tag(client, category, wanted.tag)
    for name in missing:
        tags.attach(client, tag, places[name])
    if before is None:
        _create(policies, wanted)
    return Outcome(changed, before, policies.find(wanted.name), missing)


def remove(client: Client, name: str, category: str, tag: str, *, described: str | None = None, dry_run: bool = False) -> Outcome:
    """Delete the policy, then its tag and the tag's category, where they were made here and no other policy has the tag.

    They go also where the policy is gone already: an earlier run may have ended in between. Where ``described`` is given, only a policy of
    that description goes.

    Raises:
        InUseError: something is still stored by it.
    """
    policies = Policies(client)
    known = policies.list_all()
    before = next((one for one in known if one.name == name), None)
    if before is not None and described not in (None, before.description):
        return Outcome(changed=False, before=before, after=before)
    if before is not None and not dry_run:
        policies.delete(before.id)
    own = {(category, tag)} | ({(key, value) for key, values in before.rules.items() for value in values} if before else set())
    used = {(key, value) for one in known if one.name != name for key, values in one.rules.items() for value in values}
    left = [tags.take_back(client, *one, dry_run=dry_run) for one in sorted(own - used)]
    return Outcome(before is not None or any(left), before)


def _create(policies: Policies, wanted: Wanted) -> None:
    """Make the policy, unless somebody has made it since it was looked for."""
    try:
        policies.create(wanted)
    except errors.TaskError:
        # Names are unique (PbmDuplicateName); what another run made in the same moment is on the same tag.
        found = policies.find(wanted.name)
        if found is None or found.rules != {wanted.category: frozenset({wanted.tag})}:
            raise


def create_spec(wanted: Wanted) -> Any:
    """The CapabilityBasedProfileCreateSpec of a policy on one tag."""
    from pyVmomi import pbm

    capability = pbm.capability
    rule = capability.PropertyInstance(id=property_of(wanted.category), value=capability.types.DiscreteSet(values=[wanted.tag]))
    instance = capability.CapabilityInstance(
        id=capability.CapabilityMetadata.UniqueId(namespace=NAMESPACE, id=wanted.category),
        constraint=[capability.ConstraintInstance(propertyInstance=[rule])],
    )
    part = pbm.profile.SubProfileCapabilityConstraints.SubProfile(name="Tag based placement", capability=[instance])
    return pbm.profile.CapabilityBasedProfileCreateSpec(
        name=wanted.name,
        description=wanted.description,
        category="REQUIREMENT",
        resourceType=pbm.profile.ResourceType(resourceType="STORAGE"),
        constraints=pbm.profile.SubProfileCapabilityConstraints(subProfiles=[part]),
    )


def profile_of(found: Any) -> Profile:
    """A policy from its CapabilityBasedProfile; rules on anything but tags are left out."""
    rules: dict[str, frozenset[str]] = {}
    for part in getattr(found.constraints, "subProfiles", None) or []:
        for instance in part.capability:
            if instance.id.namespace == NAMESPACE:
                values = [rule.value for one in instance.constraint for rule in one.propertyInstance]
                rules[str(instance.id.id)] = frozenset(str(value) for some in values for value in getattr(some, "values", None) or [some])
    name = str(found.name)
    kubernetes = str(getattr(found, "k8sCompliantName", None) or storage_class_name(name))
    return Profile(str(found.profileId.uniqueId), name, str(found.description or ""), kubernetes, rules)


def property_of(category: str) -> str:
    """The property of a rule on tags of that category."""
    return f"com.vmware.storage.tag.{category}.property"


def pbm_version(vim: str, known: Sequence[str]) -> str:
    """The version of the policy service that goes with a version of the SOAP API, such as ``vim.version.v8_0_3_0``.

    The same if there is one, else the highest below. Never ``pbm.version.version2``, though pyvmomi would take it: with that a policy's category
    is lost, and nobody finds the policy again.
    """
    wanted = _numbers(vim)
    numbered = [one for one in known if one.rpartition(".")[2].startswith("v") and not one.rpartition(".")[2].startswith("version")]
    below = [one for one in numbered if _numbers(one) <= wanted]
    return max(below or numbered, key=_numbers) if below else min(numbered, key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(version.rpartition(".")[2]))
