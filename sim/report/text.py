"""The after-action summary on a terminal: what a historian wants to read first, each number with its doubt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim import metrics, why
from sim.metrics import Rows, Value, View
from sim.metrics.command import phase_of
from sim.metrics.fires import strikes
from sim.metrics.outcome import attack
from sim.recording import Recording

Found = dict[str, Value | None]

BASES = ("stated", "derived", "analogue", "assumption")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1) -> Group:
    """A plain table under its title; the first `left` columns are words, the others numbers; a Text stays as it is."""
    found = Table(box=None, pad_edge=False, header_style="dim", show_header=any(columns))
    for i, name in enumerate(columns):
        found.add_column(name, justify="left" if i < left else "right", overflow="fold")
    for row in rows:
        found.add_row(*(value if isinstance(value, Text) else Text(shown(value)) for value in row))
    if not found.row_count:
        found = Table("none", box=None, pad_edge=False, header_style="dim")
    return Group(Text(title, style="bold"), found) if title else Group(found)


def of_rows(title: str, rows: Rows, left: int = 1, drop: Sequence[str] = ()) -> Group:
    """A table of `sim.metrics` as it stands, without some columns."""
    names = [name for name in rows if name not in drop]
    listed = zip(*(rows[name] for name in names), strict=True)
    return table(title, [name.replace("_", " ") for name in names], listed, left)


def show(what: RenderableType) -> None:
    """Prints as wide as the terminal, or 120 columns into a file."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=120, no_color=True)
    console.print(what, highlight=False)


def shown(value: object) -> str:
    """A value as people read it: no needless decimals, a dash for what there is not, yes and no."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 or value.is_integer() else f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")


def after(view: View, t_ms: int) -> str:
    """Time since the first round, as T+1:12 or T-34:00."""
    if view.t0 is None:
        return "-"
    minutes = round(abs(t_ms - view.t0) / 60_000)
    return f"T{'-' if t_ms < view.t0 else '+'}{minutes // 60}:{minutes % 60:02d}"


# ---------------------------------------------------------------- one run


def after_action(recording: Recording) -> Group:
    """The whole summary of one run."""
    view = View(recording)
    found, tables = metrics.measure(view), metrics.tables(view)
    parts: list[RenderableType] = [
        head(recording),
        outcome(found),
        clock(view),
        of_rows("Strength and losses", tables["losses"], left=2),
        of_rows("Where the attackers are at the end", tables["disposition"]),
        weapons(tables["weapons"]),
        of_rows("Rounds within 500 m of the headquarters", tables["rounds_within_500m"], left=2),
        hotline(view, tables["answers"]),
        rules(view),
        of_rows("From sight to impact, seconds", tables["waits"]),
        of_rows("Why things ended", tables["endings"], left=3),
        foot(recording, found, metrics.undefined(view)),
    ]
    spaced: list[RenderableType] = []
    for part in parts:
        spaced += [part, ""]
    return Group(*spaced[:-1])


def head(recording: Recording) -> Text:
    """Which night this is: one of many, simulated."""
    meta = recording.meta
    of = f" of {meta['replications']:,}" if meta.get("replications") else ""
    text = Text(str(meta["scenario_title"]), style="bold")
    if meta.get("question"):
        text.append(f"\n{meta['question']}", style="italic")
    text.append(
        f"\n1{of or ' of many possible nights'}, simulated; seed {meta['seed']}, replication {meta['replication']}, "
        f"history {meta['history']}. A model's answer, not a record of events.",
        style="default",
    )
    if meta.get("truncated"):
        until = why.local_time(recording, int(meta["truncated_at_ms"]))
        text.append(f"\nThe recording is cut: nothing is known after {until}.", style="bold")
    return text


def outcome(found: Found) -> Group:
    """The few numbers people ask for first."""
    return table("Outcome", ("", ""), outcome_rows(found))


def outcome_rows(found: Found) -> list[tuple[str, Any]]:
    """The same as rows of words and values."""
    return [
        ("Headquarters held", found["hq_held"]),
        ("Advance stopped", found["advance_stopped"]),
        ("First fire", f"{shown(found['first_fire_side'])}, {shown(found['first_fire_kind'])}"),
        ("Attackers killed / wounded", f"{found['attackers_killed']} / {found['attackers_wounded']}"),
        ("SDF killed / wounded", f"{found['sdf_killed']} / {found['sdf_wounded']}"),
        ("Coalition killed / wounded", f"{found['coalition_killed']} / {found['coalition_wounded']}"),
        ("Tanks / guns and launchers / vehicles destroyed",
         f"{found['tanks_destroyed']} / {found['artillery_destroyed']} / {found['vehicles_destroyed']}"),
        ("Rounds within 500 m before the reply", found["rounds_within_500m_before_reply"]),
        ("Strikes lasted", _hours(found["strike_duration_s"])),
        ("Fight lasted", _hours(found["fight_duration_s"]) + (" (the clock ran out)" if found["censored"] else "")),
        ("People who recrossed the river", found["recrossed_people"]),
        ("Fire decisions against contacts across it", found["recrossed_engaged"]),
    ]  # fmt: skip


def _hours(seconds: Value | None) -> str:
    if not isinstance(seconds, int | float):
        return "-"
    return f"{int(seconds) // 3600} h {int(seconds) % 3600 // 60:02d} min"


def clock(view: View) -> Group:
    """The clock of the night: the first of each thing that mattered."""
    recording = view.recording
    listed = [(why.local_time(recording, t), after(view, t), what) for t, what in sorted(moments(view))]
    return table("Clock of the night (local time)", ("time", "", ""), listed, left=3)


def moments(view: View) -> Iterator[tuple[int, str]]:
    """(ms, what) of the first of each thing that mattered, unordered."""
    log, recording = view.log, view.recording
    attackers = log.of("seen")[view.unit_side[view.target_unit[log.of("seen")]] == metrics.ATTACKERS]
    calls = log.of("call_placed")
    phases = phase_of(view, log.t_ms[calls])
    firsts = [
        ("", attackers), ("", attack(view, "order_begun")[0]), ("First round: ", view.rounds),
        ("First warning: ", log.of("warning_fired")), ("First approval: ", log.of("approved")),
        ("Reply: ", view.reply_rounds), ("First surrender: ", log.of("surrendered")),
        *((f"First call {phase} the fight: ", calls[phases == phase]) for phase in ("before", "during", "after")),
    ]  # fmt: skip
    for code, side in enumerate(metrics.SIDES):
        firsts.append((f"First loss of the {side}: ", view.fates.row[view.unit_side[view.fates.victim] == code]))
        firsts += [(f"First of the {side}: ", view.of_side(kind, code)) for kind in ("broke", "withdrew")]
    for words, rows in firsts:
        if len(rows):
            row = int(rows[0])
            yield int(log.t_ms[row]), words + why.sentence(recording, row)
    for row in log.of("roe_state").tolist():
        yield int(log.t_ms[row]), why.sentence(recording, row)
    struck = strikes(view)
    if len(struck):
        yield int(log.t_ms[struck[-1]]), "Last impact of the strikes"
    if view.last_round is not None:
        yield view.last_round, "Last round of either side"
    for row in log.of("end").tolist():
        yield int(log.t_ms[row]), why.sentence(recording, row)


def weapons(rows: Rows) -> Group:
    """What each weapon did; those declared held say so."""
    label = [f"{name} (held)" if held else name for name, held in zip(rows["label"], rows["held"], strict=True)]
    return of_rows("Weapons", rows | {"label": label}, left=2, drop=("weapon", "held"))


def hotline(view: View, answers: Rows) -> Group:
    """The calls, in reported speech, each line tagged as reported, modelled or disputed; without a transcript what
    the log knows of them."""
    title = "Hotline (no verbatim record is public: all is reported or modelled)"
    if not view.recording.transcript:
        return of_rows(title, answers, left=5, drop=("t_ms",))
    return table(title, ("time", "the fight", "in reported speech", "which is"), hotline_rows(view), left=4)


def hotline_rows(view: View) -> list[tuple[object, ...]]:
    """The transcript: local time, phase by the clock, reported speech, its standing."""
    calls = sorted(view.recording.transcript, key=lambda call: int(call["t_ms"]))
    phases = phase_of(view, np.array([int(call["t_ms"]) for call in calls], np.int64)).tolist()
    return [
        (why.local_time(view.recording, int(call["t_ms"])), phase, call.get("text", ""), call.get("tag", "modelled"))
        for call, phase in zip(calls, phases, strict=True)
    ]


def rules(view: View) -> Group:
    """What the rules of engagement and the approving authority refused, passed over and allowed."""
    return table("Rules of engagement", ("decision", "times"), rules_rows(view))


def rules_rows(view: View) -> list[tuple[str, int]]:
    """Decisions and how often."""
    log = view.log
    counts: Counter[str] = Counter()
    for kind in ("permitted", "forbidden", "rung_passed", "approved", "denied", "warning_noticed"):
        for row in log.of(kind).tolist():
            event = log.event(row)
            about = " ".join(str(view.recording.names.get(v, v)) for f, v in event.payload.items() if f == "rule_key")
            counts[f"{kind.replace('_', ' ')} {about.rpartition('/')[2]}".strip()] += 1
    return list(counts.items())


def provenance_shares(recording: Recording) -> str:
    """How much of the scenario is stated, derived, by analogy, assumed."""
    rows = json.loads(recording.attachments.get("provenance.json", b"[]"))
    counts = Counter(str(row.get("basis")) for row in rows)
    total = sum(counts.values())
    if not total:
        return "The recording carries no provenance."
    shares = ", ".join(f"{counts[basis] / total:.0%} {basis}" for basis in BASES)
    unsaid = total - sum(counts[basis] for basis in BASES)
    shares += f", {unsaid / total:.0%} without a basis" if unsaid else ""
    return f"Of {total} numbers in the scenario: {shares}."


def foot(recording: Recording, found: Found, reasons: dict[str, str]) -> Text:
    """What the numbers rest on, and why some are missing."""
    text = Text(provenance_shares(recording), style="default")
    text.append(
        "\nEffectiveness numbers are coarse, abstract and open; none is a real weapon table."
        "\nStated figures are claims by named sources, not ground truth."
    )
    if reasons:
        listed = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        text.append(f"\nUndefined: {listed}.", style="dim")
    text.append(f"\ndigest {recording.digest}, scenario {recording.meta['scenario_sha256'][:12]}", style="dim")
    return text


# ---------------------------------------------------------------- many runs


def ensemble(title: str, n: int, seed: int, summary: dict[str, dict[str, Any]]) -> Group:
    """Every metric over n replications: mean with its 95 % interval, median and the middle 90 %."""
    rows = []
    for name, s in summary.items():
        if "shares" in s:
            words = ", ".join(f"{word} {share['share']:.0%}" for word, share in s["shares"].items())
            rows.append((name, words, None, None, None, None, s["n_defined"]))
        elif s["n_defined"]:
            rows.append((name, *(s[k] for k in ("mean", "low", "high", "median")), _span(s), s["n_defined"]))
    missing = ", ".join(shown(name) for name, s in summary.items() if not s["n_defined"])
    columns = ("metric", "mean", "low", "high", "median", "5-95 %", "n")
    return Group(
        Text(f"{title}\n{n} simulated nights, seed {seed}; low and high bound the mean (95 %).", style="bold"),
        "",
        table("", columns, rows),
        Text(f"Undefined in every run: {missing}." if missing else "Every metric is defined in some run."),
    )


def _span(s: dict[str, Any]) -> str | None:
    return f"{shown(s['p5'])}-{shown(s['p95'])}" if s["p5"] is not None else None
