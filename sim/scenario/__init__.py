"""What the user writes: a scenario in YAML, read, checked and frozen.

load      the scenario in a file; load_text: in a text, as a recording holds it; check: what is wrong with one
changed   a scenario after its first `changes:`
explain   what is known of a number; numbers: of all below a path; values: every scalar; diff: how two scenarios
          differ; variants: what lies in a folder

Side and Light are the words a scenario has for the two sides and for the light.
"""

from sim.scenario.base import Light, Side
from sim.scenario.editor import schema_json
from sim.scenario.inquiry import Variant, diff, explain, numbers, values, variants
from sim.scenario.loader import changed, check, load, load_text
from sim.scenario.reading import ScenarioError
from sim.scenario.schema import ProvenanceRow, Scenario

__all__ = [
    "Light", "ProvenanceRow", "Scenario", "ScenarioError", "Side", "Variant", "changed", "check", "diff", "explain",
    "load", "load_text", "numbers", "schema_json", "values", "variants",
]  # fmt: skip
