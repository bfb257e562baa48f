"""VMware's own bindings (vmware-vcenter), asked what fields, types and URLs there are, to hold ours against."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from vmware.vapi.bindings import stub
from vmware.vapi.bindings.type import (
    BooleanType,
    DynamicStructType,
    EnumType,
    IntegerType,
    ListType,
    MapType,
    OptionalType,
    ReferenceType,
    SetType,
    StructType,
)

# Of services of vSphere 6 the bindings' URLs lack the action; these are VMware's own in PowerCLI (VMware.Sdk.vSphere.vCenter.Storage 8.0.2).
_ACTIONS_LEFT_OUT = {"_PoliciesStub.check_compatibility": "?action=check-compatibility"}


@dataclass(frozen=True)
class Operation:
    """One call of the REST API: its method, its URL, and the types of what goes in and comes out."""

    name: str
    method: str
    template: str
    body: str | None
    path_names: frozenset[str]
    query_names: frozenset[str]
    takes: Any
    gives: Any

    def fits(self, method: str, path: str) -> bool:
        """Whether a request, without its query of parameters, is this call."""
        pattern = re.sub(r"\\\{[^}]*\\\}", r"[^/?]+", re.escape(self.template))
        action, _, query = path.partition("?")
        named = set(re.findall(r"(?:^|&)(\w+)=", query)) - {"action"}
        actions = re.findall(r"action=[\w-]+", query)
        return (
            method == self.method
            and re.fullmatch(pattern.removesuffix(r"\?library_id"), action + (f"?{actions[0]}" if actions else "")) is not None
            and named <= self.query_names
        )

    def faults(self, body: Any) -> list[str]:
        """What is wrong with the body of a request of this call."""
        if self.body is not None:
            return list(faults(body, self.takes.get_field(self.body), "body"))
        rest = [name for name in self.takes.get_field_names() if name not in self.path_names | self.query_names]
        if not rest:
            return [] if body in (None, {}) else ["body: there is none"]
        sent = body or {}
        unknown = [f"body.{name}: no such field" for name in set(sent) - set(rest)]
        return unknown + [text for name in rest for text in faults(sent.get(name), self.takes.get_field(name), f"body.{name}")]


def operations(stub_class: type) -> list[Operation]:
    """All calls of one service."""
    caught: dict[str, Any] = {}

    def catch(_self: object, *_: object, **given: Any) -> None:
        caught.update(given)

    before = stub.ApiInterfaceStub.__init__
    stub.ApiInterfaceStub.__init__ = catch
    try:
        stub_class(None)
    finally:
        stub.ApiInterfaceStub.__init__ = before
    return [
        Operation(
            name,
            rest.http_method,
            rest._url_template + _ACTIONS_LEFT_OUT.get(f"{stub_class.__name__}.{name}", ""),
            rest.request_body_parameter,
            frozenset(rest._path_variables),
            frozenset(rest._query_parameters)
            | frozenset(re.findall(r"\?(\w+)$", rest._url_template))
            | _filter_names(rest.http_method, caught["operations"][name]["input_type"]),
            caught["operations"][name]["input_type"],
            caught["operations"][name]["output_type"],
        )
        for name, rest in caught["rest_metadata"].items()
    ]


def _filter_names(method: str, takes: Any) -> frozenset[str]:
    """The fields of the filter of a list: below /api each is a parameter of the query, and the bindings name none."""
    if method != "GET" or "filter" not in takes.get_field_names():
        return frozenset()
    given = takes.get_field("filter")
    spec = resolved(given.element_type if isinstance(given, OptionalType) else given)
    return frozenset({"filter", *spec.get_field_names()})


def resolved(kind: Any) -> Any:
    """A type without references to it."""
    return kind.resolved_type if isinstance(kind, ReferenceType) else kind


def faults(value: Any, declared: Any, where: str) -> Iterator[str]:
    """What is wrong with a JSON value, if it is to be of a type of the bindings."""
    kind = resolved(declared)
    if isinstance(kind, OptionalType):
        if value is not None:
            yield from faults(value, kind.element_type, where)
    elif isinstance(kind, StructType) and not isinstance(kind, DynamicStructType):
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no {kind.name}"
            return
        yield from (f"{where}.{name}: no such field in {kind.name}" for name in value if name not in kind.get_field_names())
        for name in kind.get_field_names():
            yield from faults(value.get(name), kind.get_field(name), f"{where}.{name}")
    elif isinstance(kind, (ListType, SetType)):
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for number, one in enumerate(value):
            yield from faults(one, kind.element_type, f"{where}[{number}]")
    elif isinstance(kind, MapType):
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no map"
    elif isinstance(kind, EnumType):
        if value not in values(kind):
            yield f"{where}: {value!r} is none of {values(kind)}"
    elif isinstance(kind, BooleanType):
        if not isinstance(value, bool):
            yield f"{where}: {value!r} is no boolean"
    elif isinstance(kind, IntegerType):
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{where}: {value!r} is no integer"
    elif not isinstance(value, str):
        yield f"{where}: {value!r} is no text"


def values(kind: Any) -> list[str]:
    """The values of an enumeration."""
    return sorted(name for name in vars(kind.binding_class) if name.isupper() and not name.startswith("_"))


def unread(model: type[BaseModel], struct: Any) -> Iterator[str]:
    """What of a model of ours is not as the bindings have the struct that it reads."""
    kind = resolved(struct)
    for name, field in model.model_fields.items():
        wire = field.alias or name
        if wire not in kind.get_field_names():
            yield f"{model.__name__}.{name}: {kind.name} has no {wire}"
            continue
        declared = resolved(kind.get_field(wire))
        if isinstance(declared, OptionalType):
            if field.is_required():
                yield f"{model.__name__}.{name}: needed, but {kind.name} may leave it out"
            declared = resolved(declared.element_type)
        for literal in _literals(field.annotation):
            if not isinstance(declared, EnumType) or set(literal) != set(values(declared)):
                yield f"{model.__name__}.{name}: {sorted(literal)} is not what {kind.name} has"


def _literals(annotation: Any) -> Iterator[tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        yield get_args(annotation)
    for part in get_args(annotation):
        yield from _literals(part)
