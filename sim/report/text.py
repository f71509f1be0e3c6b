"""The after-action summary on a terminal: what a historian wants to read first, each number with its doubt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim import claims, metrics, why
from sim.metrics import Rows, Value, View, hurt
from sim.metrics.command import phase_of
from sim.metrics.fires import strikes
from sim.metrics.lanchester import Comparator, comparator
from sim.metrics.outcome import attack
from sim.metrics.words import shown, span
from sim.recording import Recording, one_of_many
from sim.report import chain, people
from sim.report.outcome import outcome_rows
from sim.report.people import NOT_MODELLED
from sim.scenario.provenance import BASES, TRUST

Found = dict[str, Value | None]


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


def after(view: View, t_ms: int) -> str:
    """Time since the first round, as T+1:12 or T-34:00."""
    if view.t0 is None:
        return "-"
    minutes = round(abs(t_ms - view.t0) / 60_000)
    return f"T{'-' if t_ms < view.t0 else '+'}{minutes // 60}:{minutes % 60:02d}"


# ---------------------------------------------------------------- one run


def after_action(recording: Recording) -> Group:
    """The whole summary of one run."""
    view, said = View(recording), stamp(recording)
    found, tables = metrics.measure(view), metrics.tables(view)
    others = ensemble_of(recording)
    parts: list[RenderableType] = [
        head(recording),
        outcome(found, others, said),
        clock(view),
        of_rows(f"Strength and losses ({said})", people.losses(tables["losses"], others), left=2),
        of_rows(f"Where the attackers are at the end ({said})", people.where(tables["disposition"])),
        of_rows(f"Weapons ({said})", weapon_rows(tables["weapons"]), left=2),
        of_rows(f"Rounds within 500 m of the headquarters ({said})", labelled(recording, tables["rounds_within_500m"]),
                left=2),
        hotline(view, tables["answers"], said),
        table(f"Rules of engagement ({said})", ("decision", "times"), rules_rows(view)),
        of_rows(f"From sight to impact ({said})", waits(tables["waits"])),
        Text(" ".join(chain.notes(tables["waits"], found))),
        exchange(view, said),
        parties(recording, found, said),
        of_rows(f"Why things ended ({said})", tables["endings"], left=3),
        foot(recording, found, metrics.undefined(view)),
    ]  # fmt: skip
    spaced: list[RenderableType] = []
    for part in parts:
        spaced += [part, ""]
    return Group(*spaced[:-1])


def stamp(recording: Recording) -> str:
    """1 of N, simulated."""
    return one_of_many(recording).partition(";")[0]


def ensemble_of(recording: Recording) -> dict[str, Any] | None:
    """The summary of the nights of which this is one, if the recording carries it: by metric."""
    raw = recording.attachments.get("ensemble.json")
    found: dict[str, Any] | None = None if raw is None else json.loads(raw)["summary"]
    return found


def head(recording: Recording) -> Text:
    """Which night this is: one of many, simulated."""
    meta = recording.meta
    text = Text(str(meta["scenario_title"]), style="bold")
    if meta.get("question"):
        text.append(f"\n{meta['question']}", style="italic")
    text.append(
        f"\n{stamp(recording)}; seed {meta['seed']}, replication {meta['replication']}, "
        f"history {meta['history']}. A model's answer, not a record of events.",
        style="default",
    )
    if meta.get("truncated"):
        until = why.local_time(recording, int(meta["truncated_at_ms"]))
        text.append(f"\nThe recording is cut: nothing is known after {until}.", style="bold")
    return text


def outcome(found: Found, others: Mapping[str, Any] | None, said: str) -> Group:
    """The few numbers people ask for first."""
    heads, rows = outcome_rows(found, others)
    return Group(table(f"Outcome ({said})", heads, rows), Text(people.NOTE, style="dim"))


def clock(view: View) -> Group:
    """The clock of the night: the first of each thing that mattered."""
    recording = view.recording
    listed = [
        (why.local_time(recording, t), after(view, t), what, "set" if given else "emerged")
        for t, what, given in sorted(moments(view))
    ]
    title = f"Clock of the night, local time ({stamp(recording)}); set by the scenario or emerged in the run"
    return table(title, ("time", "", "", "is"), listed, left=4)


SET = ("order_begun", "call_placed")
"""What a scenario can set to an hour; with a cause it did not."""


def moments(view: View) -> Iterator[tuple[int, str, bool]]:
    """(ms, what, whether the scenario set the hour) of the first of each thing that mattered, unordered. After T0
    nothing is set."""
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
            t_ms = int(log.t_ms[row])
            given = log.event(row).kind in SET and not len(log.causes_of(row))
            yield t_ms, words + why.sentence(recording, row), given and (view.t0 is None or t_ms < view.t0)
    for row in log.of("roe_state").tolist():
        yield int(log.t_ms[row]), why.sentence(recording, row), False
    struck = strikes(view)
    if len(struck):
        yield int(log.t_ms[struck[-1]]), "Last impact of the strikes", False
    if view.last_round is not None:
        yield view.last_round, "Last round of either side", False
    for row in log.of("end").tolist():
        yield int(log.t_ms[row]), why.sentence(recording, row), False


def weapon_rows(rows: Rows) -> Rows:
    """What each weapon did; those declared held say so."""
    label = [f"{name} (held)" if held else name for name, held in zip(rows["label"], rows["held"], strict=True)]
    kept = {name: column for name, column in rows.items() if name not in ("weapon", "held")}
    return people.rounded(kept | {"label": label}, ("wounded", "killed"))


def labelled(recording: Recording, rows: Rows) -> Rows:
    """A table with the labels of weapons in place of their ids."""
    weapons = recording.weapons
    label = dict(zip(weapons["id"].tolist(), weapons["label"].tolist(), strict=True))
    return dict(rows) | {"weapon": [label.get(name, name) for name in rows["weapon"]]}


def exchange(view: View, said: str) -> Text:
    """Loss exchange beside what Lanchester's laws make of it."""
    beside = comparator(view)
    told = "Nobody was hurt, so that there is nothing to compare." if beside is None else exchange_words(beside)
    return Text.assemble((f"Loss exchange ({said})", "bold"), f"\n{told}")


def exchange_words(found: Comparator) -> str:
    """The exchange, and how far each law misses the course of the night."""
    rate = "No defender was hurt" if found.exchange is None else f"{found.exchange:.0f} attackers hurt for one defender"
    return (
        f"{rate}. Lanchester's square and linear laws, with the two rates that give this night's own losses, miss its "
        f"course by {found.error(found.square):.0f} and {found.error(found.linear):.0f} attackers (root mean square). "
        "A comparator and no explanation: most losses here come from outside the garrison, and neither law knows of "
        "distance, cover or permission."
    )


def parties(recording: Recording, found: Found, said: str) -> Group:
    """The one night as each party could have told it."""
    title = f"This night as each party could have reported it, by the stated model of its reports ({said})"
    return table(title, PARTIES, party_rows(recording, found), left=2)


PARTIES = ("", "")


def party_rows(recording: Recording, found: Found) -> list[tuple[str, str]]:
    """The truth of the run, then each speaker and his words; none if the recording carries no record."""
    raw = recording.attachments.get("claims.yaml")
    if raw is None:
        return []
    killed, wounded = (hurt.count(found[f"attackers_{state}"]) for state in ("killed", "wounded"))
    truth = f"{killed} attackers killed, {wounded} wounded; first fire: {shown(found['first_fire_side'])}"
    reports = claims.read(raw).reports
    return [("the run itself", truth), *((r.speaker, claims.said(r, found, claims.usual(r)).words) for r in reports)]


def waits(rows: Rows) -> Rows:
    """Waits in words instead of seconds."""
    return {
        name: column if name in ("link", "missions") else [span(s) for s in column] for name, column in rows.items()
    }


def hotline(view: View, answers: Rows, said: str) -> Group:
    """The calls, in reported speech, each line tagged as reported, modelled or disputed; without a transcript what
    the log knows of them."""
    title = f"Hotline ({said}; no verbatim record is public: all is reported, disputed or modelled)"
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
    """How much of the scenario is stated, derived, by analogy, assumed; how far it is trusted, how much has a range."""
    rows = json.loads(recording.attachments.get("provenance.json", b"[]"))
    counts = Counter(str(row.get("basis")) for row in rows)
    total = sum(counts.values())
    if not total:
        return "The recording carries no provenance."
    shares = ", ".join(f"{counts[basis] / total:.0%} {basis}" for basis in BASES)
    unsaid = total - sum(counts[basis] for basis in BASES)
    shares += f", {unsaid / total:.0%} without a basis" if unsaid else ""
    trust = Counter(row.get("confidence") for row in rows)
    rated = ", ".join(f"{trust[rating] / total:.0%} {rating}" for rating in TRUST)
    ranged = sum(row.get("low") is not None or row.get("high") is not None for row in rows)
    return (
        f"Of {total} numbers in the scenario: {shares}; confidence {rated}; {ranged} have a range, the rest are held."
    )


def foot(recording: Recording, found: Found, reasons: dict[str, str]) -> Text:
    """What the numbers rest on, and why some are missing."""
    text = Text(provenance_shares(recording), style="default")
    if "ensemble.json" not in recording.attachments:
        text.append(f"\n{people.NO_INTERVAL}")
    text.append(f"\n{NOT_MODELLED}")
    if reasons:
        listed = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        text.append(f"\nUndefined: {listed}.", style="dim")
    text.append(f"\ndigest {recording.digest}, scenario {recording.meta['scenario_sha256'][:12]}", style="dim")
    return text
