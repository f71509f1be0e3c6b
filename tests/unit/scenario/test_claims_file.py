"""The record of Khusham is well-formed: claims, their graph, numbers, roles and sources."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

DATA = Path(__file__).parents[3] / "scenarios" / "khusham"
HISTORY = Path(__file__).parents[3] / "docs" / "history.md"

REQUIRED = {"id", "says", "said_by", "when", "source", "kind", "consequence", "contests", "numbers", "role"}
OPTIONAL = {"also", "confidence", "test", "note"}
UNITS = {"m", "km", "s", "min", "h", "people", "vehicles", "rounds", "rockets", "aircraft", "deg", "percent", ""}
FITTED = {"attackers_killed", "rounds_within_500m_before_reply", "sdf_wounded"}
METRICS = FITTED | {
    "attackers_committed",
    "wounded_per_killed",
    "attackers_wounded",
    "contractors_killed",
    "sdf_killed",
    "coalition_killed",
    "coalition_wounded",
    "tanks_destroyed",
    "artillery_destroyed",
    "advance_stopped",
    "hq_held",
    "recrossed_engaged",
    "first_fire_side",
    "hotline_before",
    "hotline_during",
    "hotline_after",
    "strike_duration_s",
    "fight_duration_s",
    "time_to_first_effect_s",
    "closest_approach_m",
}
MIDNIGHT = datetime.fromisoformat("2018-02-07T00:00+02:00")

STATED = {  # what the record gives, typed again from the record rather than from the file
    "C02": {(100, "people")},
    "C07": {(40, "people")},
    "C12": {(500, "people")},
    "C17": {(20, "rounds"), (30, "rounds"), (500, "m")},
    "C28": {(2, "")},
    "C29": {(2, "vehicles")},
    "C31": {(100, "people")},
    "C32": {(0, "people")},
    "C33": {(0, "people")},
    "C34": {(1, "people")},
    "C36": {(8.0, "km"), (5, "")},
    "C52": {(168, "h")},
    "C61": {(25, "people")},
    "C63": {(2000, "people")},
    "C64": {(50000, "people")},
}
STATED_SOMEWHERE = {  # (value, unit, source)
    (27, "vehicles", "kompas_b"),
    (3, "vehicles", "jambi_c"),
    (16, "people", "jambi_d"),
    (4, "vehicles", "jambi_d"),
    (32, "km", "kompas_b"),
    (12, "rockets", "nationalinterest_t"),
    (30, "people", "kompas_b"),
    (40, "people", "nyt_a"),
    (4, "aircraft", "audio_z2"),
    (300, "m", "audio_z2"),
    (700, "m", "audio_z2"),
    (1350, "min", "nationalinterest_t"),
    (1449, "min", "ephemeris"),
    (1013, "min", "ephemeris"),
    (300, "people", "examiner_y"),
    (257, "people", "closer_look_z"),
    (250, "people", "spiegel_n"),
    (68, "people", "wikipedia_r"),
    (55, "people", "damascus"),
    (215, "people", "audio_z2"),
    (6.4, "km", "dod_g"),
    (16, "km", "mattis_i"),
    (3, "h", "harrigian_j"),
    (4, "h", "nyt_a"),
}


def read(name):
    return YAML(typ="safe", pure=True).load(DATA / name)


@pytest.fixture(scope="module")
def record():
    return read("claims.yaml")


@pytest.fixture(scope="module")
def claims(record):
    return {claim["id"]: claim for claim in record["claims"]}


@pytest.fixture(scope="module")
def sources():
    return read("sources.yaml")


def conditions(claim):
    test = claim.get("test")
    return [] if test is None else [test, *test.get("and", [])]


def test_every_article_claim_stands_and_secondary_ones_follow_in_order(record):
    ids = [claim["id"] for claim in record["claims"]]
    article = [f"C{i:02d}" for i in range(1, 69)]
    assert ids == article + [f"S{i:02d}" for i in range(1, len(ids) - 67)]
    for claim in record["claims"]:
        assert claim["kind"] == ("article" if claim["id"][0] == "C" else "secondary")
        assert claim["kind"] == "secondary" or claim["source"] == "article"


def test_claims_have_their_fields_and_no_others(claims):
    for claim in claims.values():
        assert REQUIRED <= set(claim) <= REQUIRED | OPTIONAL, claim["id"]
        texts = [claim[key] for key in ("id", "says", "said_by", "when", "source", "consequence")]
        assert all(isinstance(text, str) and text.strip() for text in texts), claim["id"]
        assert claim["role"] in {"input", "rule", "fit", "check", "context"}
        assert claim.get("confidence") in {"H", "M", "L", "contested", None}
        assert claim.get("confidence") or (claim["kind"] == "article" and "test" not in claim)


def test_contests_is_a_symmetric_graph_of_claims(record, claims):
    for claim in claims.values():
        assert len(set(claim["contests"])) == len(claim["contests"])
        assert claim["id"] not in claim["contests"]
        for other in claim["contests"]:
            assert claim["id"] in claims[other]["contests"], (claim["id"], other)
    for one, other in record["framing"]:
        assert other in claims[one]["contests"]


def test_the_denials_stand_against_what_they_deny(claims):
    assert {"C04", "C09"} <= set(claims["C05"]["contests"])
    assert {"C02", "C07", "C31", "C48"} <= set(claims["C61"]["contests"])
    assert {"C09", "C16", "C17"} <= set(claims["C59"]["contests"])
    assert {"C42", "C49", "C56"} <= set(claims["C44"]["contests"])
    assert {"C54", "C55", "C62"} <= set(claims["C47"]["contests"])


def test_every_source_exists_and_every_source_is_cited(claims, sources):
    cited = {name for claim in claims.values() for name in [claim["source"], *claim.get("also", [])]}
    assert cited <= set(sources)
    prose = set(re.findall(r"\[([a-z0-9_]+)\](?!\()", HISTORY.read_text(encoding="utf-8")))
    assert prose <= set(sources)
    assert set(sources) - cited <= prose


def test_sources_say_what_where_and_how_far_to_trust(sources):
    required = {"title", "address", "via", "accessed", "confidence", "note"}
    for name, source in sources.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert required <= set(source) <= required | {"also"}, name
        assert source["confidence"] in {"H", "M", "L"}
        assert datetime.fromisoformat(source["accessed"])
        for address in [source["address"], *source.get("also", [])]:
            assert address is None or address.startswith(("http://", "https://")), name
    unplaced = {name for name, source in sources.items() if source["address"] is None}
    assert unplaced == {"article", "ephemeris"}


def test_numbers_have_known_units_and_times_agree_with_their_dates(claims):
    for claim in claims.values():
        for number in claim["numbers"]:
            assert {"value", "unit", "what"} <= set(number) <= {"value", "unit", "what", "at", "derived"}
            assert isinstance(number["value"], int | float)
            assert number["unit"] in UNITS, claim["id"]
            if "at" in number and number["unit"] == "min":
                at = MIDNIGHT + timedelta(minutes=number["value"])
                assert at == datetime.fromisoformat(number["at"]), claim["id"]


def test_our_own_arithmetic_is_marked_and_does_not_count_as_stated(claims):
    derived = {name for name, claim in claims.items() for n in claim["numbers"] if n.get("derived")}
    assert {"C07", "C28", "C29"} <= derived  # scores, multiple
    assert not {"C02", "C12", "C17", "C31", "C34", "C61"} & derived


def test_numbers_of_the_record_stand_in_their_claims(claims):
    for name, numbers in STATED.items():
        assert numbers <= {(n["value"], n["unit"]) for n in claims[name]["numbers"]}, name
    everywhere = {
        (number["value"], number["unit"], source)
        for claim in claims.values()
        for number in claim["numbers"]
        for source in [claim["source"], *claim.get("also", [])]
    }
    assert everywhere >= STATED_SOMEWHERE


def test_every_figure_of_a_statement_is_among_its_numbers(claims):
    month = r"(January|February|March|September)"
    figureless = (
        r"\b[A-Z][A-Za-z]*-\d+\w*",  # F-22, T-72, Su-22
        r"\bM777\b|\b4th\b",  # names of a gun and of a division
        rf"\d+ and \d+ {month}|\d+ {month}( to \d+ {month})?|\b20\d\d\b",  # dates
    )
    for claim in claims.values():
        text = re.sub("|".join(figureless), " ", claim["says"])
        at = {n.get("at", "")[11:16] for n in claim["numbers"]}
        assert set(re.findall(r"\d\d:\d\d", text)) <= at, claim["id"]
        text = re.sub(r"\d\d:\d\d", " ", text)
        figures = {float(word.replace(",", "")) for word in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
        assert figures <= {n["value"] for n in claim["numbers"]}, claim["id"]


def test_roles_and_tests_fit_together(claims):
    for claim in claims.values():
        if claim["role"] in {"check", "fit"}:
            assert "test" in claim, claim["id"]
        for condition in conditions(claim):
            assert condition["metric"] in METRICS, claim["id"]
            assert ("band" in condition) != ("equals" in condition), claim["id"]
            low, high = condition.get("band", (0, 0))
            assert low <= high, claim["id"]
            assert claim["role"] != "check" or condition["metric"] not in FITTED, claim["id"]
            assert claim["role"] != "fit" or condition["metric"] in FITTED, claim["id"]
        assert 0 < claim.get("test", {}).get("share", 1) <= 1


def test_what_is_true_by_construction_is_never_a_check(claims):
    rules = {name for name, claim in claims.items() if claim["role"] == "rule"}
    assert {"C05", "C09", "C32", "C36", "C50", "C52", "C53"} <= rules
    by_rule = {"first_fire_side", "recrossed_engaged", "hotline_before", "hotline_during", "hotline_after"}
    for claim in claims.values():
        if claim["role"] == "check":
            assert not {c["metric"] for c in conditions(claim)} & by_rule, claim["id"]


def test_the_fit_rows_are_the_three_agreed_and_enough_rows_are_left_to_check(claims):
    by_role = {
        role: {c["metric"] for claim in claims.values() if claim["role"] == role for c in conditions(claim)}
        for role in ("fit", "check")
    }
    assert by_role["fit"] == FITTED
    assert len(by_role["check"]) >= 6
    assert claims["C02"]["test"]["band"] == [80, 130]
    assert claims["C17"]["test"]["band"] == [15, 40]
    assert claims["C34"]["test"]["band"] == [0, 3]


def test_reports_model_each_party_with_ranges_and_basis(record, claims):
    reports = {report["id"]: report for report in record["reports"]}
    assert set(reports) == {"coalition", "sana", "mod"}
    told = Counter(name for report in reports.values() for name in report["claims"])
    assert set(told) <= set(claims)
    assert max(told.values()) == 1
    for report in reports.values():
        assert set(report) == {"id", "speaker", "claims", "model", "parameters", "basis"}
        for p in report["parameters"]:
            assert p["low"] <= p["value"] <= p["high"], p["id"]
            assert p["basis"] in {"stated", "derived", "analogue", "assumption"}
            assert p["unit"] in UNITS
            assert p["basis"] != "assumption" or p["note"], p["id"]
            if p["basis"] == "stated":
                stated = {n["value"] for n in claims[p["claim"]]["numbers"] if "derived" not in n}
                assert p["value"] in stated, p["id"]


def test_the_files_a_recording_carries_are_small():
    carried = ("claims.yaml", "terrain.asc", "rivers.geojson", "places.csv")
    assert sum((DATA / name).stat().st_size for name in carried) < 200_000
