"""Why: every kind has its sentence, a loss has its chain, a silent shooter has its reasons."""

import re
import string

import pytest

from sim import events as ev
from sim import why
from sim.recording import Recording
from sim.why.sentences import FIELDS, SENTENCES, WORDS, hull_words, speaker
from tests import synthetic
from tests.synthetic import T0_MS, Night, assemble


@pytest.fixture(scope="module")
def night() -> Recording:
    return synthetic.recording()


@pytest.fixture
def story() -> Night:
    n = Night(0, 240)
    synthetic._deploy(n)
    return n


def texts(steps: list[why.Step]) -> str:
    return "\n".join(step.text for step in steps)


# ---------------------------------------------------------------- sentences


def test_every_kind_has_a_sentence() -> None:
    assert set(SENTENCES) == set(ev.BY_NAME)


def test_every_member_has_a_word() -> None:
    for words in (ev.Act, ev.Reason, ev.Wait, ev.Answer, ev.Says, ev.CallPhase, ev.Rung):
        assert set(WORDS[words]) == set(words)
    assert set(FIELDS.values()) == set(WORDS)


@pytest.mark.parametrize("kind", ev.KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("value", [0, 1, 4, -7, 1_234_567])
def test_every_kind_reads_as_a_sentence(night: Recording, kind: ev.Kind, value: int) -> None:
    payload = dict.fromkeys(kind.fields, value)
    for target in ("a-1", None):
        said = speaker(night).say(ev.Event(0, 0, kind.name, "mq9-1", target, (), payload))
        assert said[0].isupper()
        assert not set("{}") & set(said)
        assert "None" not in said
        assert said == said.strip()


def test_a_sentence_uses_only_what_its_kind_has() -> None:
    derived = {"actor", "target", "at_target", "of_attack", "crossing", "part", "place", "n_rounds"}
    for name, form in SENTENCES.items():
        fields = {re.sub(r"_(key|mm|ms)$", "", f) for f in ev.BY_NAME[name].fields}
        used = {field for _, field, _, _ in string.Formatter().parse(form) if field}
        assert used <= fields | derived, name


def test_plain_words_only() -> None:
    proud = "kill(?!ed)|enem|destroyer|annihil|eliminat|neutrali|obliterat|victor|triumph|hero|slaughter|target kill|!"
    every = [*SENTENCES.values(), *(word for words in WORDS.values() for word in words.values())]
    assert not [said for said in every if re.search(proud, said, re.IGNORECASE)]


def test_wording(night: Recording) -> None:
    log = night.events
    assert why.sentence(night, int(log.of("killed")[0])).endswith(": 1 person of A-1 killed (HIMARS)")
    crossed = why.sentence(night, int(log.of("line_crossed")[0]))
    assert crossed == "A-1 crossed to the right bank of River"
    assert why.sentence(night, int(log.of("forbidden")[0])) == "The rules forbid fire on A-1: river"
    assert hull_words(3) == "unable to move and unable to fire"


def test_losses_are_counted_once(story: Night) -> None:
    rows = []
    for i, entity in enumerate((3, 4, 3)):
        kind = "wounded" if i < 2 else "killed"
        story.emit(T0_MS + i, kind, "ac130", "a-1", (), entity=entity, weapon_key="gunship", salvo=0)
        rows.append(i)
    for unit in ("t72-1", "t72-2"):
        story.emit(T0_MS + 9, "vehicle", "ac130", unit, (), entity=0, weapon_key="gunship", salvo=0, flags=4)
    recording = assemble(story, 240)
    people = list(range(3))
    assert why.losses(recording, people) == "AC130: 2 people out of action"
    assert why.losses(recording, [0, 3, 4]) == "AC130: 1 person and 2 vehicles or guns out of action"


def test_kinds_of_a_newer_program(night: Recording) -> None:
    assert speaker(night).say(ev.Event(0, 0, "kind 999", "a-1", None, (), {})) == "A-1: kind 999"


# ---------------------------------------------------------------- chains


def test_a_loss_walks_back_to_the_first_sight(night: Recording) -> None:
    steps = why.chain(night, "t72-1")
    kinds = [night.events.event(step.event).kind for step in steps if step.event is not None]
    wanted = ["seen", "act_observed", "roe_state", "reported", "permitted", "approved", "assigned", "fired",
              "impact", "killed"]  # fmt: skip
    assert [kind for kind in kinds if kind in wanted] == wanted
    times = [step.t_ms for step in steps]
    assert times == sorted(times)
    fate = next(step for step in steps if step.event is not None and kinds[steps.index(step)] == "killed")
    assert fate.facts["draw"] <= fate.facts["pk"]
    assert "chance of this effect 0.350, drawn 0." in fate.text


def test_only_causes_stand_in_a_chain(night: Recording) -> None:
    for step in why.chain(night, "t72-1"):
        event = night.events.event(step.event) if step.event is not None else None
        if event is not None and event.target is not None and event.kind != "controller_taken":
            assert event.target in ("t72-1", "hotline/russian")


def test_a_chain_of_an_entity_and_of_an_event(night: Recording) -> None:
    log = night.events
    row = int(log.of("killed")[0])
    event = log.event(row)
    by_entity = why.chain(night, f"{event.target}/{event.payload['entity']}")
    assert [step.event for step in by_entity] == [step.event for step in why.chain(night, row)]
    assert by_entity[-1].event == row


def test_the_gravest_comes_first(story: Night) -> None:
    story.emit(T0_MS, "pinned", "t72-1", None, ())
    story.emit(T0_MS + 5, "vehicle", "f15-1", "t72-1", (), entity=0, weapon_key="gbu", salvo=0, flags=4)
    story.emit(T0_MS + 9, "wounded", "f15-1", "t72-1", (), entity=2, weapon_key="gbu", salvo=0)
    steps = why.chain(assemble(story, 240), "t72-1")
    assert "the tank of T72-1 destroyed" in steps[0].text
    assert steps[-1].event is None
    assert steps[-1].text.startswith("2 more losses")


def test_nothing_happened_to_them(story: Night) -> None:
    assert why.chain(assemble(story, 240), "t72-1") == []


def test_a_deep_chain_is_walked(story: Night) -> None:
    cause = story.emit(0, "airspace_open", "command", None, ())
    for t in range(1, 20_000):
        cause = story.emit(t, "airspace_open", "command", None, (cause,))
    story.emit(T0_MS, "killed", "f15-1", "a-1", (cause,), entity=0, weapon_key="gbu", salvo=0)
    steps = why.chain(assemble(story, 240), "a-1")
    assert steps[0].text == "The airspace is open (the latest of 20000)"


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("t72-9", "no unit 't72-9' in this recording; did you mean t72-"),
        ("zzzzzz", "no unit 'zzzzzz' in this recording"),
        ("t72-1/9", "unit t72-1 has no '9'; it has 0 to 3: tank (1), crew (3)"),
        ("t72-1/crew-4", "unit t72-1 has no 'crew-4'"),
        ("t72-1/((", "unit t72-1 has no '(('"),
    ],
)
def test_nobody_of_that_name(night: Recording, who: str, said: str) -> None:
    with pytest.raises(why.NotFound, match=re.escape(said)):
        why.chain(night, who)


def test_names_are_found_by_id_label_and_part(night: Recording) -> None:
    unit = night.units["id"].tolist().index("t72-1")
    assert why.find(night, "T72-1") == (unit, None)
    assert why.find(night, "t72-1/tank") == (unit, 0)
    assert why.find(night, "t72-1/crew-2") == (unit, 2)
    assert why.find(night, "t72-1/3") == (unit, 3)


# ---------------------------------------------------------------- why not


def test_a_held_weapon_and_a_shooter_that_never_fired(night: Recording) -> None:
    said = texts(why.why_not(night, "f22"))
    assert "F-22 gun: held by the scenario" in said
    assert "F22 never fired; no mission was assigned to it; no opponent came nearer than" in said
    assert said.splitlines()[-1].endswith("its longest weapon reaches 1.5 km")
    assert "On its side: The rules forbid fire on A-1: river" in said


def test_waits_of_its_own_missions_only(night: Recording) -> None:
    log = night.events
    steps = why.why_not(night, "himars-1")
    mine = {
        int(serial)
        for row, serial in zip(log.of("assigned"), log.payload("assigned")["serial"], strict=True)
        if log.event(int(row)).actor == "himars-1"
    }
    for step in steps:
        event = night.events.event(step.event) if step.event is not None else None
        if event is not None and "serial" in event.payload:
            assert event.payload["serial"] in mine
    assert "never fired" not in texts(steps)


def test_its_own_state(story: Night) -> None:
    story.emit(T0_MS, "fired", "gun-1", None, (), weapon_key="d30", rounds=1, range_mm=1, salvo=0)
    for t in (5, 7):
        story.emit(T0_MS + t, "pinned", "gun-1", None, ())
    story.emit(T0_MS + 9, "empty", "gun-1", None, (), weapon_key="d30")
    story.emit(T0_MS + 9, "empty", "gun-2", None, (), weapon_key="d30")
    steps = why.why_not(assemble(story, 240), "gun-1")
    assert [step.text.split(" (and")[0] for step in steps] == [
        "GUN-1 is pinned down",
        "GUN-1 has no rounds left (122 mm howitzer)",
    ]
    assert "(and 1 more of the kind, until 22:30:00)" in steps[0].text


def test_without_legs_no_distance_is_claimed(story: Night) -> None:
    import dataclasses

    recording = assemble(story, 240)
    bare = dataclasses.replace(recording, legs={c: v[:0] for c, v in recording.legs.items()})
    assert why.why_not(bare, "f22")[-1].text == "F22 never fired; no mission was assigned to it"


def test_local_time_carries_the_date_of_days_before(night: Recording) -> None:
    assert why.local_time(night, T0_MS) == "22:30:00"
    assert why.local_time(night, 0) == "31 Jan 00:00"


def test_labels_do_not_keep_a_recording_alive() -> None:
    import gc
    import weakref

    night = synthetic.recording(seed=9, minutes=60)
    why.sentence(night, 0)
    gone = weakref.ref(night)
    del night
    gc.collect()
    assert gone() is None
