"""Tags: categories, tags in them, and the datastores that they are on.

Fields and calls are those of vmware-vcenter 9.1.1 com/vmware/cis/tagging_client.py (Category, Tag, TagAssociation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedfleet.vsphere.client import Client

CATEGORY = "/cis/tagging/category"
TAG = "/cis/tagging/tag"
ASSOCIATION = "/cis/tagging/tag-association"

DATASTORE = "Datastore"


class Category(Answer):
    """A category of tags: CategoryModel."""

    id: str
    name: str
    associable_types: frozenset[str]


class Tag(Answer):
    """A tag: TagModel."""

    id: str
    category_id: str
    name: str


class Attached(Answer):
    """An object that a tag is on: vapi/std_client.py DynamicID."""

    type: str
    id: str


class BatchResult(Answer):
    """How attaching went: TagAssociation.BatchResult."""

    success: bool


def find_category(client: Client, name: str) -> Category | None:
    """The category of that name, or None."""
    for identifier in read(list[str], client.rest.get(CATEGORY), CATEGORY):
        path = f"{CATEGORY}/{quote(identifier, safe='')}"
        answer = client.rest.find(path)
        if answer is not None:
            category = read(Category, answer, path)
            if category.name == name:
                return category
    return None


def find_tag(client: Client, category: Category, name: str) -> Tag | None:
    """The tag of that name in a category, or None."""
    query = {"action": "list-tags-for-category"}
    for identifier in read(list[str], client.rest.post(TAG, {"category_id": category.id}, query, repeatable=True), TAG):
        path = f"{TAG}/{quote(identifier, safe='')}"
        answer = client.rest.find(path)
        if answer is not None:
            tag = read(Tag, answer, path)
            if tag.name == name:
                return tag
    return None


def make_category(client: Client, name: str) -> Category:
    """Make a category whose tags go on datastores, one of them on each at most."""
    body = {"name": name, "description": "Made by FedFleet", "cardinality": "SINGLE", "associable_types": [DATASTORE]}
    identifier = read(str, client.rest.post(CATEGORY, body), CATEGORY)
    return Category(id=identifier, name=name, associable_types=frozenset({DATASTORE}))


def make_tag(client: Client, category: Category, name: str) -> Tag:
    """Make a tag in a category."""
    body = {"name": name, "description": "Made by FedFleet", "category_id": category.id}
    return Tag(id=read(str, client.rest.post(TAG, body), TAG), category_id=category.id, name=name)


def tagged_datastores(client: Client, tag: Tag) -> frozenset[str]:
    """The managed object ids of the datastores that a tag is on."""
    path = f"{ASSOCIATION}/{quote(tag.id, safe='')}"
    answer = client.rest.post(path, None, {"action": "list-attached-objects"}, repeatable=True)
    return frozenset(one.id for one in read(list[Attached], answer, path) if one.type == DATASTORE)


def attach(client: Client, tag: Tag, datastores: Sequence[str]) -> None:
    """Put a tag on datastores, by managed object id.

    Raises:
        TaskError: vCenter could not put it on every one of them.
    """
    path = f"{ASSOCIATION}/{quote(tag.id, safe='')}"
    body = {"object_ids": [{"type": DATASTORE, "id": one} for one in datastores]}
    # What is tagged already stays so: it may be asked again.
    answer = client.rest.post(path, body, {"action": "attach-tag-to-multiple-objects"}, repeatable=True)
    if not read(BatchResult, answer, path).success:
        raise errors.TaskError(
            f"Tag {tag.name} could not be put on every datastore",
            expected=", ".join(datastores),
            where=client.rest.origin,
            next_step="Check that the category allows tags on datastores and one more on each, and the user's right to assign tags",
        )
