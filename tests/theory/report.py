"""`python -m tests.theory.report [--full]`: every oracle case, what was expected and what we get, as a page.

Exit code 1 if anything is missed. `--full` also runs the engine cases at their sample sizes (some ten
minutes of computing); without it their rows only show the exact answer of the reference solver.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.theory import adapter
from tests.theory.battles import zscores
from tests.theory.battles.page import Judged, engine_part, judge, scores
from tests.theory.battles.plans import PLANS
from tests.theory.verdicts import differences, leaves, well_formed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verification.md"
ENGINE = "engine case: run by make verify"
BY_ENGINE = "engine case: see above"
PASS, FAIL, BLIND = "pass", "**FAIL**", "blind: compared independently"

HEAD = """# Verification

Written by `python -m tests.theory.report` (`make verify` with `--full`); do not edit. Each row is one numeric case with
a value known from outside: a closed form, an exact recursion, a published table. Blind cases carry no expected value
here; the value we get is printed and compared elsewhere.

A function passes if |got - expected| <= max(abs, rel |expected|), element by element (1e-12 where zero is expected).
An engine case is the whole engine run n times on a scenario of `scenarios/verification/`, in the grammar of every
scenario. It passes within 4 standard errors; n was fixed beforehand so that a known-wrong engine would lie at least 6
standard errors off; seeds follow from the names of the cases and were never changed. In the tables by component such a
case shows the exact answer of an independent solver in `tests/theory/solvers.py`; the simulation is in "The engine".
"""

SAYING = {
    "delivery_error": "Miss distances: circular and elliptical normals, probable errors, bias and precision.",
    "cookie_cutter": "Chance to land within a radius of a point that is off the aim, also far in the tails.",
    "damage_function": "Gaussian and Carleton damage against normal delivery errors.",
    "area_target": "Area targets, random fire and the best any pattern can do.",
    "salvo": "Several rounds with a common aim error, and several targets that share an impact.",
    "direct_fire": "Aimed fire: hits on rectangles, bursts, duels and the sharing out of a salvo.",
    "detection": "Looking: glimpses, constant and range-dependent hazards, sweeps, recognition by resolution.",
    "suppression_morale": "Pinning by clocks that restart or ignore, a leaky level, a two-state chain; break-points.",
    "lanchester_deterministic": "Lanchester's differential equations (reference solvers: the engine is stochastic).",
    "lanchester_stochastic": "Fights of two sections as Markov chains, and volleys in step.",
    "kill_chain": "Chains from detection over report and queue to a kill, with and without enough controllers.",
    "queueing": "Queues: calls for a line of the hotline, orders for a gun, contacts for a controller, two priorities.",
    "random_numbers": "Random numbers, bit by bit.",
    "output_analysis": "Intervals, comparisons, sensitivity and designs.",
}


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


def page(table: list[tuple[dict[str, Any], Any, str]], engine: list[Judged]) -> str:
    """The whole page in Markdown."""
    lines = [HEAD]
    if engine:
        table = [(case, got, BY_ENGINE if said == ENGINE else said) for case, got, said in table]
    counts = Counter(said for _, _, said in table)
    lines.append("".join(f"- {said}: {count}\n" for said, count in counts.items()))
    lines.append(engine_part(engine))
    components = dict.fromkeys(case["component"] for case, _, _ in table)
    for component in components:
        lines.append(f"## {component.replace('_', ' ').capitalize()}\n")
        if component in SAYING:
            lines.append(f"{SAYING[component]}\n")
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


def simulated(names: Iterable[str], workers: int) -> list[Judged]:
    """Engine cases at their sample sizes, in the order asked for."""
    cases = {case["id"]: case for case in adapter.CASES}
    with ProcessPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(judge, [cases[name] for name in names]))


def main(arguments: list[str] | None = None) -> int:
    """Write the page; 0 if every closed form is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.theory.report", description=__doc__)
    parser.add_argument("--full", action="store_true", help="run the engine cases at their sample sizes")
    parser.add_argument("--workers", type=int, default=2, help="processes for the engine cases")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help="where to write the page")
    options = parser.parse_args(arguments)
    table = rows()
    engine = simulated(sorted(PLANS), options.workers) if options.full else []
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(page(table, engine), encoding="utf-8")
    failed = [case["id"] for case, _, said in table if said == FAIL]
    failed += [f"{row.case['id']} (engine)" for row in engine if not row.good]
    failed += zscores.strange(scores(engine)) if engine else []
    counts = Counter(said for _, _, said in table)
    print(", ".join(f"{count} {said}" for said, count in counts.items()), f"-> {options.output}")
    if failed:
        print("missed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
