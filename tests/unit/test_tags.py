"""Tags in a text: found however they are written, told once, and never without whose word they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import tags
from sim.tags import Attributions, feet, named, with_whose

SAID = Attributions.of(
    {
        "contractor": {"attributed_to": "two officials (C44)", "contested_by": "a ministry (C56)"},
        "militia": {"attributed_to": "a ministry (C56)"},
    },
    "made-up",
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("contractors_killed", ["contractor"]),
        ("a halt of Contractor.", ["contractor"]),
        ("composition-regime-army.yaml", ["regime_army"]),
        ("Regime army, tank?", ["regime_army"]),
        ("the regular army and the tribes", ["regime_army", "tribal"]),
        ("Iran-backed units, a people's militia", ["militia", "iran_backed"]),
        ("authority.iran_backed", ["iran_backed"]),
        ("subcontractors, militiamen, contractual, the army of the SDF, coalition", []),
    ],
)
def test_a_tag_is_found_however_it_is_written(text: str, found: list[str]) -> None:
    assert named(text) == found


@given(
    st.sampled_from(tags.OF_SIDE["attackers"]), st.sampled_from("_- "), st.sampled_from(["", "s"]), st.booleans(),
    st.text("().,:; 0123456789", max_size=4),
)  # fmt: skip
def test_every_tag_is_found(tag: str, joint: str, many: str, loud: bool, around: str) -> None:
    written = tag.replace("_", joint) + many
    assert tag in named(f"{around}{written.upper() if loud else written}{around}")


def test_a_foot_tells_of_what_is_named_and_of_nothing_else() -> None:
    assert SAID.foot("nobody here") == ""
    assert SAID.foot("30 contractors") == (
        "Tags are attributions, not findings. contractor: two officials (C44); contested by a ministry (C56)."
    )
    assert "tribal: nobody named here" in SAID.foot("tribal units")


def test_what_a_text_says_itself_is_not_said_again() -> None:
    told = "30 contractors (two officials (C44);\n  contested by a ministry (C56)) and a militia"
    assert SAID.of_text(told) == {"militia": "a ministry (C56)"}
    assert SAID.foot(f"{told}\n{SAID.foot(told)}") == ""


def test_scenarios_that_agree_share_a_line_and_others_have_their_own() -> None:
    other = Attributions.of({"contractor": {"attributed_to": "a newspaper"}}, "rival")
    assert feet("contractors", [SAID, Attributions.told_in(SAID, "copy")]) == [SAID.foot("contractors")]
    first, second = feet("contractors", [SAID, other])
    assert first.startswith("made-up: ")
    assert second == "rival: Tags are attributions, not findings. contractor: a newspaper."
    assert feet("contractors", []) == ["Tags are attributions, not findings. contractor: nobody named here."]


def test_json_says_it_beside_the_numbers_and_once() -> None:
    body = with_whose({"contractors_killed": 3}, [SAID])
    assert body["contractors_killed"] == 3
    assert body[tags.WHOSE] == {"contractor": SAID["contractor"]}
    assert with_whose(body, [SAID]) == body
    assert with_whose({"attackers_killed": 3}, [SAID]) == {"attackers_killed": 3}
