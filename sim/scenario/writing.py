"""A tree as canonical YAML text, for recordings: what is read back is the same tree."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from sim.scenario.tree import scalar

_PLAIN = re.compile(r"[A-Za-z0-9_.+(/-][A-Za-z0-9 _./()+;'%=<>*-]*")
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
WIDTH = 110


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and not value.endswith(" ") and not value.startswith(("- ", "---", "..."))
    return (
        value
        if plain and value != "-" and scalar(value) == value
        else _ODD.sub(_escaped, json.dumps(value, ensure_ascii=False))
    )


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _lines(value: Any, indent: str, out: list[str]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _entry(f"{indent}{_scalar(key)}:", item, indent + "  ", out)
    else:
        for item in value:
            begin = len(out)
            _entry(f"{indent}-", item, indent + "  ", out)
            if isinstance(item, dict) and out[begin] == f"{indent}-":  # `- key: ...`, as people write it
                out[begin : begin + 2] = [f"{indent}- {out[begin + 1].lstrip()}"]


def _entry(head: str, item: Any, indent: str, out: list[str]) -> None:
    text = _flow(item)
    if not isinstance(item, dict | list) or not item or len(head) + len(text) < WIDTH:
        out.append(f"{head} {text}")
    else:
        out.append(head)
        _lines(item, indent, out)


def write_yaml(tree: Mapping[str, Any]) -> str:
    """Block style, short collections on one line."""
    out: list[str] = []
    _lines(tree, "", out)
    return "\n".join(out) + "\n"


def digest(tree: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """SHA-256 over the tree as canonical JSON and over the named data files."""
    total = hashlib.sha256(json.dumps(tree, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(files):
        total.update(b"\0" + name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return total.hexdigest()
