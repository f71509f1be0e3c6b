"""What pydantic found, told like a colleague: place in the file, path, what is wrong, what is allowed."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.scenario.overlay import Step, near, show, some
from sim.scenario.reading import Problem
from sim.scenario.schema import Scenario
from sim.scenario.tree import Map, Mark, Seq

_NAME = "a name: small letters, digits, `-`, `_` and `.`, at most 60"
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_FORMS = {
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number", "float_parsing": "a number", "finite_number": "a finite number",
    "bool_type": "true or false", "bool_parsing": "true or false", "string_type": "text",
    "dict_type": "a map of `key: value`", "model_type": "a map of `key: value`",
    "model_attributes_type": "a map of `key: value`", "tuple_type": "a list", "list_type": "a list",
}  # fmt: skip


def _members(annotation: Any) -> Sequence[Any]:
    """The alternatives of an annotation, None left out; one for anything that is no union."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        return [part for arg in get_args(annotation) for part in _members(arg) if part is not type(None)]
    return [annotation]


def _child(annotation: Any, step: Step) -> Any:
    """Annotation below a key or position; the annotation itself narrowed if the step is a tag of a union."""
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            for name, info in member.model_fields.items():
                if step in (info.alias, name):
                    return info.annotation
        elif get_origin(member) is dict:
            return get_args(member)[1]
        elif get_origin(member) is tuple and isinstance(step, int):
            args = get_args(member)
            return args[0] if args[-1] is Ellipsis else args[min(step, len(args) - 1)]
    return None


def _tagged(annotation: Any, tag: Step) -> Any:
    """The member of a union that a tag names."""
    for member in _members(annotation):
        field = member.model_fields.get("kind") if isinstance(member, type) and issubclass(member, BaseModel) else None
        if field is not None and tag in get_args(field.annotation):
            return member
    return annotation


def _keys(annotation: Any) -> list[str]:
    """Keys a map may have there."""
    return [
        info.alias or name
        for member in _members(annotation)
        if isinstance(member, type) and issubclass(member, BaseModel)
        for name, info in member.model_fields.items()
    ]


class _Place:
    """Where in the tree an error location points."""

    def __init__(self, tree: Map, loc: Sequence[Step]) -> None:
        self.node: Any = tree
        self.mark: Mark = tree.mark
        self.steps: list[Step] = []
        self.rest: list[Step] = []
        self.annotation: Any = Scenario
        self.key_at: Mark = tree.mark
        self.above: Any = Scenario
        for step in loc:
            self._into(step)

    def _into(self, step: Step) -> None:
        if isinstance(self.node, Map) and step in self.node and isinstance(step, str) and not self.rest:
            self.key_at, self.mark = self.node.keys_at[step], self.node.values_at[step]
            self.node = self.node[step]
        elif isinstance(self.node, Seq) and isinstance(step, int) and step < len(self.node) and not self.rest:
            self.key_at = self.mark = self.node.items_at[step]
            self.node = self.node[step]
        else:
            self.annotation = _tagged(self.annotation, step)
            self.rest.append(step)
            # A tag of a union is no step in the tree: what follows it is looked for in the same node.
            if isinstance(self.node, Map) and self.node.get("kind") == step:
                self.rest.pop()
            return
        self.above = self.annotation
        self.annotation = _child(self.annotation, step)
        self.steps.append(step)


def _shown(value: Any) -> str:
    if isinstance(value, Map | Seq):
        return "a map" if isinstance(value, Map) else "a list"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _text(error: Any, place: _Place) -> str:
    """Wording of one error."""
    kind, given, context = error["type"], _shown(place.node), error.get("ctx", {})
    if kind == "extra_forbidden":
        keys = _keys(place.above)
        if place.node is None and str(place.steps[-1])[:1].isdigit():
            return "a comma ends a value inside braces and brackets; write a decimal point"
        return f"unknown key; allowed: {some(keys, 20)}{near(str(place.steps[-1]), keys)}"
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        expected = str(context.get("expected") or context.get("expected_tags"))
        names = [word.strip(" '`") for word in expected.replace(" or ", ", ").split(",")]
        word = place.node.get("kind", "") if isinstance(place.node, Map) else place.node
        return f"{_shown(word)} is not allowed; allowed: {some(names, 20)}{near(str(word), names)}"
    if kind == "union_tag_not_found":
        kinds = [
            tag for member in _members(place.annotation) for tag in get_args(member.model_fields["kind"].annotation)
        ]
        return f"`kind` is missing; allowed: {some(kinds)}"
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{given} is out of bounds; allowed: {words} {context[key]}"
    if kind == "string_pattern_mismatch":
        wanted = _NAME if "a-z0-9" in str(context["pattern"]) else f"text like {context['pattern']}"
        return f"{given} is not allowed; allowed: {wanted}"
    if kind in _FORMS:
        return f"{given} is not allowed; allowed: {_FORMS[kind]}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if kind in ("value_error", "quantity") else f"{given}: {message[:1].lower()}{message[1:]}"


def _branch_fits(place: _Place) -> bool:
    """Whether an error inside a union speaks of the alternative that was written."""
    tags = [step for step in place.rest if isinstance(step, str)]
    if any(tag.startswith("tuple") for tag in tags):
        return isinstance(place.node, Seq) or not isinstance(place.node, str | Map)
    if any("str" in tag for tag in tags):
        return isinstance(place.node, str)
    return True


def problems_of(error: ValidationError, tree: Map) -> list[Problem]:
    """Every problem pydantic found, at its place; what a unit inherits from its kind is told once."""
    out: list[Problem] = []
    told: set[tuple[Any, ...]] = set()
    for item in error.errors(include_url=False, include_input=False):
        place = _Place(tree, item["loc"])
        if not _branch_fits(place) or (item["type"] == "too_short" and isinstance(place.node, Seq) and place.node):
            continue
        steps, mark, text = place.steps, place.mark, ""
        if item["type"] == "missing":
            steps = [*steps, *[step for step in place.rest if step == item["loc"][-1]]]
            text = f"`{steps[-1]}` is missing"
        elif item["type"] == "extra_forbidden" or "[key]" in place.rest:
            mark = place.key_at
        if "[key]" in place.rest:
            place.node = steps[-1]
        if item["type"] == "union_tag_invalid" and isinstance(place.node, Map):
            steps, mark = [*steps, "kind"], place.node.values_at["kind"]
        text = text or _text(item, place)
        if {(mark, item["type"]), (_as_of_kind(tree, steps), text)} & told:
            continue
        told |= {(mark, item["type"]), (tuple(steps), text)} if steps[:1] == ["kinds"] else set()
        out.append(Problem(mark, show(tree, steps), text))
    return out


def _as_of_kind(tree: Map, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Path of a unit's key in its kind."""
    if len(steps) < 3 or steps[0] != "units" or not isinstance(steps[1], int):
        return tuple(steps)
    return ("kinds", str(tree["units"][steps[1]].get("kind")), *steps[2:])


_PARTS = (
    ("units",), ("orders",), ("sensors",), ("weapons",), ("kinds",), ("formations",), ("light",), ("weather",),
    ("map", "lines"), ("map", "areas"), ("hotline", "calls"), ("hotline",), ("wounds",), ("tags",),
)  # fmt: skip


def prune(tree: Map, locs: Sequence[Sequence[Step]]) -> tuple[Map, set[str]]:
    """A copy without the entries that errors point into, and the names that went."""
    drop: dict[tuple[Step, ...], set[Step]] = {}
    for loc in locs:
        part = next((part for part in _PARTS if tuple(loc[: len(part)]) == part), None)
        if part is not None:
            drop.setdefault(part, set()).add(loc[len(part)] if len(loc) > len(part) else "")
    gone: set[str] = set()
    return _without(tree, (), drop, gone), gone


def _without(node: Map, path: tuple[Step, ...], drop: dict[tuple[Step, ...], set[Step]], gone: set[str]) -> Map:
    out = Map(node.mark)
    for key, value in node.items():
        steps, wanted = (*path, key), drop.get((*path, key), set())
        if "" in wanted or key in drop.get(path, ()) or (steps in (("hotline",), ("wounds",)) and wanted):
            gone.add(key)
            continue
        kept = value
        if isinstance(value, Seq) and wanted:
            kept = Seq(value.mark)
            for n, item in enumerate(value):
                if n in wanted:
                    gone.add(str(item.get("id")) if isinstance(item, dict) else str(n))
                else:
                    kept.add(item, value.items_at[n])
        elif isinstance(value, Map):
            kept = _without(value, steps, drop, gone)
        out.copy_from(node, key, kept)
    return out
