"""Small valid scenarios drawn at random for the laws: both sides, every kind of weapon of the base, aircraft, guns."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from benchmarks.scale import flow
from sim.scenario import Scenario, load_text
from tests.battle import BASE, tree

ATTACKERS = ("rifle_section", "t72", "ifv", "gun_truck", "large_section")
GUNS = {"d30_gun": "d30", "mortar_section": "mortar_120", "bm21_launcher": "bm21"}
DEFENDERS = ("sdf_section", "sdf_gun_section", "mrap")
FIRES = ("m777_gun", "himars")
AIRCRAFT = ("mq9", "f15", "ac130", "ah64", "b52", "f22")
NIGHT = "2018-02-07T"
TAGS = ("contractor", "regime_army", "militia", "tribal", "iran_backed")


@st.composite
def scenes(draw: st.DrawFn) -> Scenario:
    """A fight of a few units over some hours, of the kinds and weapons of the base."""
    data = tree()
    data.update(id="scene", title="A scene", published=False)
    data["clock"] = {
        "start": f"{NIGHT}21:30+02:00",
        "end": "2018-02-08T01:30+02:00",
        "scripted_until": f"{NIGHT}22:30+02:00",
    }
    light = draw(st.sampled_from(["day", "night", "moon", "dusk"]))
    data["light"] = [{"id": "l", "at": f"{NIGHT}00:00+02:00", "light": light}]
    sight = draw(st.sampled_from(["800 m", "4 km", "10 km"]))
    data["weather"] = [{"id": "w", "at": f"{NIGHT}00:00+02:00", "visibility": sight}]
    data["formations"], data["units"], data["orders"] = [], [], []
    _attackers(draw, data)
    _defenders(draw, data)
    data["hotline"] = _calls(data["hotline"]) if draw(st.booleans()) else None
    for part in ("morale", "wounds"):
        if draw(st.integers(0, 3)) == 0:
            data[part] = None
    _quick(data)
    data["suppression"]["model"] = draw(st.sampled_from(["leaky", "restart", "ignore", "markov"]))
    for weapon in data["weapons"].values():
        if weapon.get("kind") == "guided":
            weapon["reliability"] = draw(st.sampled_from([0.5, 0.9, 1]))
    text = "".join(f"{key}: {flow(value)}\n" for key, value in data.items() if value is not None)
    return load_text(text, BASE.parent)


def _quick(data: dict[str, Any]) -> None:
    """Command that takes minutes less, so that small fights see supporting fires."""
    for rung in data["roe"]["defenders"]["ladder"]:
        if "wait" in rung:
            rung["wait"] = "20 s"
    data["roe"]["defenders"]["trigger"].update(rounds=1, near="1 km", advance_within="2 km")
    for name in ("report", "approval", "control", "assess"):
        data["command"]["defenders"][name] = "20 s"


def _attackers(draw: st.DrawFn, data: dict[str, Any]) -> None:
    for f in range(draw(st.integers(1, 2))):
        name, far_m = f"att{f}", draw(st.integers(300, 2500))
        east_m = draw(st.integers(-far_m, far_m))
        routes = {
            "main": {"points": ["hq"], "half_width": "3 km", "speed": f"{draw(st.integers(2, 12))} km/h"},
            "retreat": {"points": ["khusham"], "half_width": "6 km", "speed": "6 km/h"},
            "home": {"points": ["bridge", "far_bank"], "half_width": "6 km", "speed": "8 km/h"},
        }
        data["formations"].append(
            {"id": name, "side": "attackers", "at": [f"{east_m} m", f"{-far_m} m"], "routes": routes}
        )
        for n, kind in enumerate(draw(st.lists(st.sampled_from(ATTACKERS), min_size=1, max_size=3))):
            tag = draw(st.sampled_from(TAGS))
            data["units"].append(
                {"id": f"{name}-{n}", "kind": kind, "formation": name, "tag": tag, "slot": [f"{80 * n} m", "0 m"]}
            )
        at = {"at": f"{NIGHT}22:{draw(st.integers(0, 25)):02d}+02:00"}
        data["orders"].append({"id": f"go{f}", "who": name, "when": at, "do": {"assault": "main"}})
    for n, kind in enumerate(draw(st.lists(st.sampled_from(sorted(GUNS)), max_size=2, unique=True))):
        name = f"gun{n}"
        routes = {"retreat": {"points": ["khusham"], "half_width": "9 km", "speed": "8 km/h"}}
        data["formations"].append({"id": name, "side": "attackers", "at": "gun_ground", "routes": routes})
        data["units"].append({"id": f"{name}-u", "kind": kind, "formation": name, "tag": "regime_army"})
        shell = {"weapon": GUNS[kind], "at": "hq", "rounds": draw(st.integers(1, 8)), "location_error": "100 m"}
        at = {"at": f"{NIGHT}22:{draw(st.integers(0, 25)):02d}+02:00"}
        data["orders"].append({"id": f"shell{n}", "who": name, "when": at, "do": {"shell": shell}})


def _defenders(draw: st.DrawFn, data: dict[str, Any]) -> None:
    routes = {"retreat": {"points": ["north_gate"], "half_width": "3 km", "speed": "4 km/h"}}
    data["formations"].append({"id": "hold", "side": "defenders", "at": "hq", "known": True, "routes": routes})
    for n, kind in enumerate(draw(st.lists(st.sampled_from(DEFENDERS), min_size=1, max_size=3))):
        data["units"].append(
            {"id": f"hold-{n}", "kind": kind, "formation": "hold", "tag": "sdf", "slot": [f"{50 * n} m", "0 m"]}
        )
    if draw(st.integers(0, 4)):
        data["units"].append(
            {
                "id": "hold-adv",
                "kind": "adviser_team",
                "formation": "hold",
                "tag": "coalition",
                "controllers": draw(st.integers(1, 3)),
            }
        )
    fires, wing = (draw(st.lists(st.sampled_from(kinds), max_size=most)) for kinds, most in ((FIRES, 2), (AIRCRAFT, 3)))
    for name, at, kinds in (("fires", "battery", fires), ("wing", "air_base", wing)):
        if kinds:
            data["formations"].append({"id": name, "side": "defenders", "at": at})
    for n, kind in enumerate(fires):
        data["units"].append({"id": f"fires-{n}", "kind": kind, "formation": "fires", "tag": "coalition"})
    for n, kind in enumerate(wing):
        delay = {"law": "fixed", "time": f"{draw(st.integers(1, 30))} min"}
        data["units"].append(
            {"id": f"air-{n}", "kind": kind, "formation": "wing", "tag": "coalition", "station": ["1 km", "2 km"],
             "arrives": draw(st.sampled_from([{"at": f"{NIGHT}21:40+02:00"}, {"event": "first_fire", "delay": delay}]))}
        )  # fmt: skip


def _calls(hotline: dict[str, Any]) -> dict[str, Any]:
    """The calls of the fight; those of days before lie before this clock."""
    return {**hotline, "calls": [row for row in hotline["calls"] if row["phase"] != "before"]}
