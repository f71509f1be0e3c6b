"""The report of one recorded night: what happened, when, to whom, by what, beside what the record claims."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from sim import claims, metrics, why
from sim.experiment.verify import scenario_of
from sim.metrics import View, words
from sim.metrics.lanchester import comparator
from sim.recording import Recording
from sim.report import chain, figures, people, text, timeline
from sim.report import claims as claim_words
from sim.report.outcome import outcome_rows
from sim.report.page import Grid, Picture, Section, grid, html, of_rows
from sim.report.people import NOT_MODELLED

HURT = ("wounded", "killed")


def report(recording: Recording, beside: tuple[Grid, ...] = ()) -> str:
    """HTML of one night; `beside`: tables of many nights of other scenarios to set beside its outcome."""
    view, meta = View(recording), recording.meta
    found, tables = metrics.measure(view), metrics.tables(view)
    scenario = scenario_of(recording)
    said = text.stamp(recording)
    others = text.ensemble_of(recording)
    heads, asked = outcome_rows(found, others)
    parts = [
        Section("Outcome", (people.NOTE, *(() if others else (people.NO_INTERVAL,))), (),
                (grid(f"What came of it ({said})", heads, asked, 3), *beside)),
        Section(
            "Clock",
            ("The hours at which orders and first calls are set are inputs; every later one emerged in the run.",),
            (timeline.picture(view, said),), (_clock(view, said), timeline.table(view, said)),
        ),
        _losses(view, tables, said),
        Section("From sight to impact", chain.notes(tables["waits"], found), (_chain(tables["waits"], said),),
                (of_rows(f"Waits ({said})", text.waits(tables["waits"])),
                 of_rows(f"What missions waited for ({said})", tables["waiting"]),
                 of_rows(f"Controllers ({said})", tables["controllers"]))),
        Section("Hotline and rules",
                ("No verbatim record is public: all is reported, disputed or modelled speech.",), (),
                (grid(f"Hotline ({said})", ("time", "the fight", "in reported speech", "which is"),
                      text.hotline_rows(view), 4),
                 grid(f"Rules of engagement ({said})", ("decision", "times"), text.rules_rows(view)),
                 of_rows(f"Why things ended ({said})", tables["endings"], 3))),
        *_lanchester(view, said),
        Section("Claims beside this night", (
            "One night cannot be consistent or not with a statement; `khusham claims` judges many. Inside: whether "
            "this night alone meets it.",), (),
            (grid(f"This night as each party could have reported it ({said})", text.PARTIES,
                  text.party_rows(recording, found), 2), _claims(recording, found, said))),
        Section("Where rounds fell", ("Civilians are not modelled; these are distances to places on the map.",), (),
                (of_rows(f"Within 500 m of the headquarters ({said})",
                         text.labelled(recording, tables["rounds_within_500m"]), 2),
                 _places(view, said))),
        Section("Sources", (text.provenance_shares(recording), NOT_MODELLED), (), (_sources(scenario),)),
    ]  # fmt: skip
    reasons = metrics.undefined(view)
    foot = [
        "Undefined: " + "; ".join(f"{name}: {why_not}" for name, why_not in reasons.items()) + "." if reasons else "",
        f"{meta['program']}, seed {meta['seed']}, replication {meta['replication']}, history {meta['history']}; "
        f"scenario {meta['scenario_sha256']}; digest {recording.digest}",
    ]
    first = f"{said[0].upper()}{said[1:]}; seed {meta['seed']}, replication {meta['replication']}. "
    first += "A model's answer, not a record of events."
    if meta.get("truncated"):
        first += f" The recording is cut at {why.local_time(recording, int(meta['truncated_at_ms']))}."
    return html(
        str(meta["scenario_title"]), str(meta.get("question") or ""), first, parts, [row for row in foot if row],
        [recording.attributed],
    )  # fmt: skip


def _losses(view: View, tables: dict[str, metrics.Rows], said: str) -> Section:
    """Who was hurt, by whom, when; the ensemble behind the curves if the recording carries it."""
    attached = view.recording.attachments
    bands = json.loads(attached["ensemble.json"]) if "ensemble.json" in attached else None
    rows = tables["losses"]
    others, attributed = text.ensemble_of(view.recording), view.recording.attributed
    losses = people.losses(rows, others) | {"attributed_to": [attributed.by(tag) for tag in rows["tag"]]}
    return Section(
        "Strength and losses",
        ("A force tag is an attribution by those named, not a finding.",),
        (
            Picture(
                figures.strength(view, said, bands),
                f"Unhurt people of both sides by the minute; {said}"
                + ("; shaded: the middle 80 % of the ensemble." if bands else "."),
            ),
            Picture(
                figures.by_weapon(view, said), f"Attackers hurt so far, by the weapon that first hurt them; {said}."
            ),
        ),
        (
            of_rows(f"People by tag ({said})", losses, 2),
            of_rows(f"Where the attackers are at the end ({said})", people.where(tables["disposition"])),
            of_rows(f"Who hurt whom with what ({said})", people.rounded(tables["scoreboard"], HURT), 3),
            of_rows(f"Weapons ({said})", text.weapon_rows(tables["weapons"]), 2),
        ),
    )


def _clock(view: View, said: str) -> Grid:
    heads = ("time", "T", "what", "is")
    return grid(f"Clock of the night, local time ({said})", heads, timeline.rows(view), 4)


def _chain(waits: metrics.Rows, said: str) -> Picture:
    found = chain.medians(waits)
    return Picture(
        figures.waterfall(list(found), list(found.values()), said),
        f"Median waits of supporting fires from the act that was seen to the impact, end to end; {said}.",
    )


def _lanchester(view: View, said: str) -> list[Section]:
    found = comparator(view)
    if found is None:
        return []
    note = f"{text.exchange_words(found)} The dashed and dotted curves are the two laws."
    alt = f"Unhurt people of this night and of the two laws by the minute; {said}."
    return [Section("Beside Lanchester's laws", (note,), (Picture(figures.lanchester(found, said), alt),))]


def _claims(recording: Recording, found: dict[str, metrics.Value | None], said: str) -> Grid:
    raw = recording.attachments.get("claims.yaml")
    rows: list[tuple[object, ...]] = []
    if raw is not None:
        record = claims.read(raw)
        for claim in record.tested:
            assert claim.test is not None
            first = claim.test.first
            value = found[first.metric]
            here = words.amount(first.metric, value)
            rows.append((claim.id, claim.said_by, claim.says, claim_words.band_of(claim),
                         here, claim.test.holds(found), claim.role, ", ".join(claim.contests)))  # fmt: skip
    heads = ("", "said by", "says", "test", "this night", "inside", "worth", "contests")
    return grid(f"Statements with a test ({said})", heads, rows, 8)


def _places(view: View, said: str) -> Grid:
    """The nearest impact to each named place."""
    at, rows = view.log.payload("impact"), []
    places = view.recording.places
    x, y = at["x_mm"] / 1000, at["y_mm"] / 1000
    for n in range(len(places["name"])):
        far = np.hypot(x - places["x_m"][n], y - places["y_m"][n])
        nearest = f"{far.min() / 1000:.1f} km" if len(far) else None
        rows.append((str(places["name"][n]), nearest, int(np.count_nonzero(far < 1000)), str(places["source"][n])))
    heads = ("place", "nearest impact", "impacts within 1 km", "source of the place")
    return grid(f"Impacts and places ({said})", heads, rows)


def _sources(scenario: Any) -> Grid:
    rows = [(name, s.title, s.trust, s.address) for name, s in sorted(scenario.sources.items())]
    return grid("Sources of the scenario", ("id", "title", "trust", "address"), rows, 4)
