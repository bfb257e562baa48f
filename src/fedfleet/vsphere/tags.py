"""Tags: categories, tags in them, and the datastores that they are on.

Fields and calls are those of vmware-vcenter 9.1.1 com/vmware/cis/tagging_client.py (Category, Tag, TagAssociation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fedfleet.vsphere import errors
from fedfleet.vsphere.answers import Answer, read

if TYPE_CHECKING:
    from fedfleet.vsphere.client import Client

CATEGORY = "/cis/tagging/category"
TAG = "/cis/tagging/tag"
ASSOCIATION = "/cis/tagging/tag-association"

DATASTORE = "Datastore"

# Description of what was made here, and so may be removed here.
OURS = "Made by FedFleet"


class Category(Answer):
    """A category of tags: CategoryModel."""

    id: str
    name: str
    description: str
    associable_types: frozenset[str]


class Tag(Answer):
    """A tag: TagModel."""

    id: str
    category_id: str
    name: str
    description: str


class Attached(Answer):
    """An object that a tag is on: vapi/std_client.py DynamicID."""

    type: str
    id: str


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
    return next((tag for tag in tags_of(client, category) if tag.name == name), None)


def tags_of(client: Client, category: Category) -> list[Tag]:
    """The tags of a category."""
    query = {"action": "list-tags-for-category"}
    identifiers = read(list[str], client.rest.post(TAG, {"category_id": category.id}, query, repeatable=True), TAG)
    paths = [f"{TAG}/{quote(identifier, safe='')}" for identifier in identifiers]
    answers = ((path, client.rest.find(path)) for path in paths)
    return [read(Tag, answer, path) for path, answer in answers if answer is not None]


def make_category(client: Client, name: str) -> Category:
    """Make a category whose tags go on datastores; or the one that somebody has made since it was looked for."""
    body = {"name": name, "description": OURS, "cardinality": "MULTIPLE", "associable_types": [DATASTORE]}
    try:
        identifier = read(str, client.rest.post(CATEGORY, body, repeatable=True), CATEGORY)
    except errors.AlreadyExistsError:
        found = find_category(client, name)
        if found is None:
            raise
        return found
    return Category(id=identifier, name=name, description=OURS, associable_types=frozenset({DATASTORE}))


def make_tag(client: Client, category: Category, name: str) -> Tag:
    """Make a tag in a category; or the one that somebody has made since it was looked for."""
    body = {"name": name, "description": OURS, "category_id": category.id}
    try:
        identifier = read(str, client.rest.post(TAG, body, repeatable=True), TAG)
    except errors.AlreadyExistsError:
        found = find_tag(client, category, name)
        if found is None:
            raise
        return found
    return Tag(id=identifier, category_id=category.id, name=name, description=OURS)


def take_back(client: Client, category_name: str, tag_name: str, *, dry_run: bool = False) -> bool:
    """Remove a tag, and its category with the last one; either only where it was made here. Whether one was there to be removed."""
    category = find_category(client, category_name)
    if category is None:
        return False
    known = tags_of(client, category)
    mine = [tag for tag in known if tag.name == tag_name and tag.description == OURS]
    last = category.description == OURS and len(mine) == len(known)
    if dry_run:
        return bool(mine) or last
    for tag in mine:
        client.rest.delete(f"{TAG}/{quote(tag.id, safe='')}")
    if last and not tags_of(client, category):
        client.rest.delete(f"{CATEGORY}/{quote(category.id, safe='')}")
    return bool(mine) or last


def tagged_datastores(client: Client, tag: Tag) -> frozenset[str]:
    """The managed object ids of the datastores that a tag is on."""
    path = f"{ASSOCIATION}/{quote(tag.id, safe='')}"
    answer = client.rest.post(path, None, {"action": "list-attached-objects"}, repeatable=True)
    return frozenset(one.id for one in read(list[Attached], answer, path) if one.type == DATASTORE)


def attach(client: Client, tag: Tag, datastore: str) -> None:
    """Put a tag on a datastore, by its managed object id."""
    path = f"{ASSOCIATION}/{quote(tag.id, safe='')}"
    # What is tagged already stays so: it may be asked again.
    client.rest.post(path, {"object_id": {"type": DATASTORE, "id": datastore}}, {"action": "attach"}, repeatable=True)
