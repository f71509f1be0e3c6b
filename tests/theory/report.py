"""`python -m tests.theory.report`: every oracle case, what was expected and what we get, as docs/verification.md.

Exit code 1 if any closed form is missed. Cases of the running engine show the exact answer of the reference solver;
their simulation is the engine's own part of the page.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.theory import adapter
from tests.theory.verdicts import differences, leaves, well_formed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verification.md"
ENGINE = "engine case: run by make verify"
PASS, FAIL, BLIND = "pass", "**FAIL**", "blind: compared independently"

HEAD = """# Verification

Written by `python -m tests.theory.report` (part of `make verify`); do not edit. Each row is one numeric case with a
value known from outside: a closed form, an exact recursion, a published table. Blind cases carry no expected value
here; the value we get is printed and compared elsewhere.

A function passes if |got - expected| <= max(abs, rel |expected|), element by element (1e-12 where zero is expected).
An engine case is accepted within 4 standard errors at a number of replications fixed beforehand, never re-seeded; its
row shows the exact answer of an independent solver in `tests/theory/solvers.py`, not a simulation.
"""


def text(value: Any) -> str:
    """Numbers at fifteen digits, names before them; strings as they are."""
    parts = [(name, item if isinstance(item, str) else f"{item:.15g}") for name, item in leaves(value)]
    return ", ".join(f"{name}={item}" if name and not name.startswith("[") else item for name, item in parts)


def verdict(case: dict[str, Any], got: Any) -> str:
    """One of pass, FAIL, blind, engine case."""
    if "expected" in case:
        good = not differences(got, case["expected"], case["tolerance"])
    else:
        good = well_formed(got)
    if not good:
        return FAIL
    if adapter.is_engine_only(case):
        return ENGINE
    return PASS if "expected" in case else BLIND


def rows() -> list[tuple[dict[str, Any], Any, str]]:
    """(case, answer, verdict) of all cases, in the order of the file."""
    answers = [(case, adapter.evaluate(case)) for case in adapter.CASES]
    return [(case, got, verdict(case, got)) for case, got in answers]


def page(table: list[tuple[dict[str, Any], Any, str]]) -> str:
    """The whole page in Markdown."""
    lines = [HEAD]
    counts = Counter(said for _, _, said in table)
    lines.append("".join(f"- {said}: {count}\n" for said, count in counts.items()))
    components = dict.fromkeys(case["component"] for case, _, _ in table)
    for component in components:
        lines.append(f"## {component.replace('_', ' ').capitalize()}\n")
        lines.append("| case | method of the expected value | expected | got | tolerance | verdict |")
        lines.append("|---|---|---|---|---|---|")
        for case, got, said in table:
            if case["component"] == component:
                wanted = text(case["expected"]) if "expected" in case else ""
                how = case["how_computed"].replace("|", "\\|")
                limit = f"rel {case['tolerance']['rel']:g}" if case["tolerance"]["rel"] else "exact"
                lines.append(f"| {case['id']} | {how} | {wanted} | {text(got)} | {limit} | {said} |")
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the page; 0 if every closed form is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.theory.report", description=__doc__)
    parser.add_argument("--full", action="store_true", help="engine cases at full sample size, once they are attached")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="where to write the page")
    options = parser.parse_args(arguments)
    if options.full:
        print("engine cases: no simulation is attached to this report yet", file=sys.stderr)
    table = rows()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(page(table), encoding="utf-8")
    failed = [case["id"] for case, _, said in table if said == FAIL]
    counts = Counter(said for _, _, said in table)
    print(", ".join(f"{count} {said}" for said, count in counts.items()), f"-> {options.output}")
    if failed:
        print("missed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
