"""The first file of a sweep's folder: which design, scenarios, program and seed its runs belong to."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.design import Base, Design, Stop
from sim.experiment.factors import Factor, Level
from sim.faults import Fault
from sim.tags import Attributions

NAME = "sweep.json"
SCHEMA = 1


class SweepError(Fault):
    """A sweep that cannot begin or go on; the text says why, what is safe, and what to do."""


def versions() -> dict[str, str]:
    """Of everything that may change a run. Model and program must be the same in all runs of a table; the rest is
    written down."""
    from sim.recorder import MODEL_VERSION

    return {
        "model": MODEL_VERSION,
        "khusham": version("khusham"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": version("scipy"),
    }


def plain(design: Design) -> dict[str, Any]:
    """A design as JSON, whole: nothing else is needed to analyse its runs, or to name the command of any."""
    return {
        "id": design.id,
        "title": design.title,
        "question": design.question,
        "file": design.file,
        "sha256": design.sha256,
        "seed": design.seed,
        "replications": design.replications,
        "common_luck": design.common_luck,
        "stop": design.stop.__dict__ if design.stop is not None else None,
        "kind": design.kind,
        "options": design.options,
        "scenarios": {
            name: {
                "file": base.shown,
                "folder": base.folder,
                "sha256": base.sha256,
                "start": base.start,
                "tags": base.attributed,
            }
            for name, base in design.bases.items()
        },
        "factors": [factor.plain() | {"base": factor.base} for factor in design.factors],
        "unit": design.unit.tolist(),
    }


def _factor(row: dict[str, Any]) -> Factor:
    if "levels" in row:
        levels = [
            Level(level["id"], tuple((path, value) for path, value in level["set"]), level["scenario"])
            for level in row["levels"]
        ]
        return Factor(row["id"], (), tuple(levels), base=row["base"])
    scale = row["scale"]
    return Factor(
        row["id"], tuple(row["paths"]), (), row["low"], row["high"], row["unit"], scale == "whole", scale == "log",
        row["base"], tuple((number, unit) for number, unit in row.get("stated", ())),
    )  # fmt: skip


def design_of(row: dict[str, Any]) -> Design:
    """The design of a manifest. Its scenarios are known by file and digest, not by text."""
    bases = {
        name: Base(one["file"], "", one["folder"], one["sha256"], one["start"],
                   Attributions.told_in(one.get("tags", {}), one["file"]))
        for name, one in row["scenarios"].items()
    }  # fmt: skip
    return Design(
        row["id"], row["title"], row["question"], row["file"], bases, tuple(_factor(one) for one in row["factors"]),
        row["kind"], row["options"], np.array(row["unit"], dtype=np.float64), row["seed"], row["replications"],
        row["common_luck"], Stop(**row["stop"]) if row["stop"] is not None else None,
    )  # fmt: skip


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; raises SweepError if there is none or it cannot be read."""
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
    except FileNotFoundError:
        raise SweepError(f"{folder}: there is no sweep here ({NAME} is missing)") from None
    except (OSError, ValueError) as fault:
        raise SweepError(f"{folder / NAME}: cannot be read: {fault}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise SweepError(f"{folder / NAME}: is not a manifest of version {SCHEMA}")
    return found


def differences(old: dict[str, Any], design: Design) -> list[str]:
    """Why runs of a design may not be mixed with those of a manifest; empty if they may."""
    new, found = plain(design), list[str]()
    before: dict[str, Any] = old["design"]
    for name, base in new["scenarios"].items():
        known = before["scenarios"].get(name)
        if known is None or known["sha256"] != base["sha256"]:
            was = known["sha256"][:12] if known else "none"
            found.append(f"scenario {base['file']} has changed (sha256 {base['sha256'][:12]}, was {was})")
    for key in ("seed", "common_luck", "kind"):
        if new[key] != before[key]:
            found.append(f"{key} is {new[key]}, was {before[key]}")
    if new["factors"] != before["factors"]:
        names = [row["id"] for row in new["factors"] if row not in before["factors"]]
        found.append(f"factors have changed: {', '.join(names) or 'some are gone'}")
    elif new["unit"] != before["unit"]:
        found.append("the points of the design have changed")
    if not found and new["sha256"] != before["sha256"]:
        found.append("the rule of stopping has changed")
    now = versions()
    for key in ("model", "khusham"):
        if now[key] != old["versions"][key]:
            found.append(f"{key} is version {now[key]}, was {old['versions'][key]}")
    return found
