"""The JSON schema for editors: the models, plus what the loader takes off before the models see it.

Any number, quantity or word may stand as `{value: ..., basis: ...}`, any map may carry provenance, a variant
needs nothing but `extends`, and a unit leaves to its kind what it does not override.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from sim.scenario.provenance import BASES, TRUST
from sim.scenario.quantity import Duration
from sim.scenario.schema import Scenario

_TEXT = {"type": "string"}
_NAMES = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_DOUBT = {"type": ["string", "number"], "description": "a factor as `x2`, or give or take as `300 m`"}
_ABOUT: dict[str, Any] = {
    "basis": {"enum": list(BASES)},
    "source": _NAMES,
    "claim": _NAMES,
    "doubt": {"anyOf": [_DOUBT, {"type": "array", "items": _DOUBT}]},
    "confidence": {"enum": list(TRUST)},
    "note": _TEXT,
}
_NOT_ABOUT = f"^(?!(?:{'|'.join(['provenance', *_ABOUT])})$)"
_UNIT_OWN = ("id", "kind", "formation", "tag")


def _annotated() -> dict[str, Any]:
    bound = {"type": ["string", "number", "integer"]}
    return {
        "type": "object",
        "description": "a value with what is known about it",
        "properties": {"value": {}, "low": bound, "high": bound, **_ABOUT},
        "required": ["value"],
        "additionalProperties": False,
    }


def _is_map(form: dict[str, Any], defs: dict[str, Any]) -> bool:
    name = str(form.get("$ref", "")).rpartition("/")[2]
    target = defs.get(name, form)
    return name != "DelayLaw" and (target.get("type") == "object" or "discriminator" in form)


def _valued(form: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """A form, or the same as a value with what is known about it."""
    loose: dict[str, Any] = _loosen(form, defs)
    return loose if _is_map(form, defs) else {"anyOf": [loose, {"$ref": "#/$defs/Annotated"}]}


def _loosen(form: Any, defs: dict[str, Any]) -> Any:
    """Let provenance stand wherever the loader takes it off."""
    if isinstance(form, list):
        return [_loosen(item, defs) for item in form]
    if not isinstance(form, dict):
        return form
    if form == {"$ref": "#/$defs/DelayLaw"}:
        return {"anyOf": [form, TypeAdapter(Duration).json_schema()]}
    out = {key: _loosen(item, defs) if key != "properties" else item for key, item in form.items()}
    if "properties" in form:
        out["properties"] = {key: _valued(item, defs) for key, item in form["properties"].items()} | {
            "provenance": {"$ref": "#/$defs/Provenance"},
            **_ABOUT,
        }
    extra = form.get("additionalProperties")
    if isinstance(extra, dict):
        out["properties"] = {"provenance": {"$ref": "#/$defs/Provenance"}, **_ABOUT}
        if "propertyNames" in form:
            out["propertyNames"] = {"anyOf": [form["propertyNames"], {"enum": ["provenance", *_ABOUT]}]}
        out["additionalProperties"] = _valued(extra, defs)
    named = form.get("patternProperties")
    if isinstance(named, dict):
        out["patternProperties"] = {_NOT_ABOUT + key[1:]: _valued(item, defs) for key, item in named.items()}
        out["properties"] = {"provenance": {"$ref": "#/$defs/Provenance"}, **_ABOUT}
        out["additionalProperties"] = False
    return out


def schema_json() -> str:
    """Schema of a scenario file, as scenarios/schema.json holds it."""
    raw = Scenario.model_json_schema(by_alias=True)
    defs = raw["$defs"]
    out = _loosen(raw, defs)
    out["$defs"] |= {
        "Annotated": _annotated(),
        "Provenance": {"type": "object", "properties": _ABOUT, "additionalProperties": False},
    }
    out["$defs"]["Unit"]["required"] = list(_UNIT_OWN)
    for key in ("DelayLaw", "Element", "Load", "Signature", "Bodies", "AirKind"):  # a unit may override one key of many
        out["$defs"][key].pop("required", None)
    wanted = out.pop("required")
    out["properties"] |= {
        "extends": {"type": "string", "description": "the scenario this one lies over, from this file's folder"},
        "set": {"type": "object", "description": "path: value; null takes away"},
        "sources": {"anyOf": [out["properties"]["sources"], {"type": "string", "description": "a file of sources"}]},
    }
    out["anyOf"] = [{"required": ["extends"]}, {"required": wanted}]
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(out, indent=1, sort_keys=True) + "\n"
