"""Belief, command, rules of engagement, hotline, suppression, morale: the parameters of control."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.base import Chance, Count, Delay, Name, NonNegative, Part, Point, Share, Side, Tag, When
from sim.scenario.forces import CountsAs
from sim.scenario.quantity import Duration, Length


class Belief(Part):
    """How a side's picture ages. A contact out of sight turns stale, then is dropped; its error grows with `drift`."""

    stale_s: Duration = Field(alias="stale", gt=0)
    drop_s: Duration = Field(alias="drop", gt=0)
    drift_mps: NonNegative = Field(alias="drift")
    known_points: bool = True  # a fixed, known target (the HQ) needs no detection


class Monitoring(Part):
    """Communications monitoring: cues whose a contact is (affiliation), after `delay`, right with `p_right`."""

    delay: Delay
    p_right: Share


class Preference(Part):
    """For a class of target, the weapons to use, best first, and the priority of such a target (larger first)."""

    id: CountsAs
    priority: Annotated[int, Field(ge=0, le=99)]
    weapons: tuple[Name, ...]


class Remote(Part):
    """Control from afar, by radio and pictures alone: so many `attacks` at once, each taking `control` to set up."""

    attacks: Annotated[int, Field(gt=0)]
    control: Delay


class Command(Part):
    """A side's queue of supporting fires.

    report -> permission -> approval -> queue -> controller -> shooter -> flight -> effect -> assessment.
    `remote`: a cell far from the field that controls attacks where nobody on the ground is free to.
    Assessment: `miss_dead` = chance to call an effective target dead,
    `miss_alive` = chance to call a dead one alive. `attacks`: most attacks on one contact before it is closed.
    """

    report: Delay
    approval: Delay
    approval_in_contact: Delay
    control: Delay
    assess: Delay
    miss_dead: Share
    miss_alive: Share
    attacks: Annotated[int, Field(gt=0)]
    retry: Delay
    merge_radius_m: Length = Field(alias="merge_radius", ge=0)
    contact_range_m: Length = Field(alias="contact_range", ge=0)  # nearer than this, troops are in contact
    contact_priority: Count  # added to the priority of a contact within contact_range of own troops
    monitoring: Monitoring | None = None
    remote: Remote | None = None
    targets: tuple[Preference, ...] = Field(min_length=1)


class Rung(Part):
    """A rung of the ladder. `wait`: time given before the next. `unit`: the formation that performs it.

    warning_shots: `weapon`, `rounds`, aim by `offset` beside the contact, on its clearer side; each company that
    notices (`notice` within its chance) may heed it (`heed`) and turn back.
    """

    id: Literal["hotline_call", "show_of_force", "warning_shots", "engage"]
    wait: Delay | None = None
    weapon: Name | None = None
    rounds: Annotated[int, Field(gt=0)] | None = None
    offset_m: Length | None = Field(None, alias="offset")
    notice: Share | None = None
    heed: Share | None = None

    @model_validator(mode="after")
    def _needs(self) -> Rung:
        if (self.wait is None) != (self.id == "engage"):
            raise ValueError("every rung but engage needs `wait`, and engage takes none")
        warning = (self.weapon, self.rounds, self.offset_m)
        if self.id == "warning_shots" and None in warning:
            raise ValueError("warning_shots needs weapon, rounds and offset")
        if self.id != "warning_shots" and any(item is not None for item in warning):
            raise ValueError(f"{self.id} takes no weapon, rounds or offset")
        if self.id in ("show_of_force", "warning_shots") and None in (self.notice, self.heed):
            raise ValueError(f"{self.id} needs notice and heed")
        return self


class Forbid(Part):
    """A prohibition: no fire at contacts believed beyond a line, to the left or right of it in the order of its points.

    `scope`: those who have crossed it to that side (recrossed), or whoever is there from the start too (anyone).
    """

    id: Name
    line: Name
    beyond: Literal["left", "right"]
    scope: Literal["recrossed", "anyone"]


class Trigger(Part):
    """What opens the ladder, each if it is given: `rounds` fallen within `near` of a protected point, an advance to
    within a range of it, and others.

    `line_crossing`: a line; going over it is then a hostile act in itself. `build_up`: so is gathering.
    `own_losses`: so many of the own people hurt, by whatever. `direct_fire`: so many of the other side's units that
    have opened direct fire at own people.
    """

    point: Point
    near_m: Length = Field(alias="near", gt=0)
    rounds: Annotated[int, Field(gt=0)] | None = None
    advance_within_m: Length | None = Field(None, alias="advance_within")
    line_crossing: Name | None = None
    build_up: bool = False
    own_losses: Annotated[int, Field(gt=0)] | None = None
    direct_fire: Annotated[int, Field(gt=0)] | None = None


class Roe(Part):
    """Rules of engagement of one side; only an act opens them, never an affiliation.

    `pursue`: contacts seen to turn back stay targets (without it they are spared, whatever else the rules say).
    """

    trigger: Trigger
    ladder: tuple[Rung, ...] = Field(min_length=1)
    forbid: tuple[Forbid, ...] = ()
    danger_close_slower: Delay  # extra time when friends are inside a weapon's danger_close distance
    approval_needed: bool = True
    pursue: bool = False


class Repeat(Part):
    """Ask again after `every` until answered with a halt, at most `times`.

    `counted_from`: the answer to the last one; or its placing, whatever is answered (a stream).
    """

    every: Delay
    times: Annotated[int, Field(gt=0)]
    counted_from: Literal["answer", "placed"] = "answer"


OnRecord = Literal["reported", "disputed"]
"""What the record says of words over the line: somebody tells of them, or somebody else contests it. Else: modelled."""


class Call(Part):
    """A call over the hotline, triggered by an event (or, before the fight, at a time)."""

    id: Name
    phase: Literal["before", "during", "after"]
    when: When
    says: Literal["position", "build_up", "warning", "stop", "after"]
    repeat: Repeat | None = None
    on_record: OnRecord | None = None  # of its first asking; the further ones are modelled


class Counterpart(Part):
    """The other end: latent state drawn once per history. Answers follow from knows x authority x will."""

    answers: Share
    answer_delay: Delay
    knows: Chance
    will: Chance
    authority: dict[Tag, Share]
    admits: Share  # chance to own up when it knows and has no will to stop them
    assures: Share  # chance to give an assurance that its own forces will not engage
    on_record: dict[Literal["none", "disown", "assure", "ask_time", "own_up", "halt_ordered"], OnRecord] = Field(
        default_factory=dict
    )
    halt_delay: Delay


class Hotline(Part):
    """Two ends and a line. `effect_on_fires`: none, informs (an answer is a parent of approvals) or gates (approvals
    wait for the first answer of the fight, or `gate_timeout`). `withhold`: kinds of answer after which approvals
    are held back for `withhold_for`, counted anew from each such answer; they open no gate either.
    `lines`: so many calls at once, each until it is answered, in the order placed; `holding`: of those that find no
    free line so many wait, and the rest are lost. Without `lines` no call waits for another.
    """

    calls: tuple[Call, ...]
    counterpart: Counterpart
    effect_on_fires: Literal["none", "informs", "gates"]
    gate_timeout_s: Duration = Field(alias="gate_timeout", gt=0)
    assurance_releases: bool  # an assurance given in the fight releases aircraft held in overwatch for strikes
    withhold: tuple[Literal["disown", "assure", "ask_time", "own_up", "halt_ordered"], ...] = ()
    withhold_for_s: Duration | None = Field(None, alias="withhold_for", gt=0)
    lines: Annotated[int, Field(gt=0)] | None = None
    holding: Count | None = None

    @model_validator(mode="after")
    def _how_many(self) -> Hotline:
        if self.holding is not None and self.lines is None:
            raise ValueError("`holding` goes with `lines`: without it every call finds a line")
        return self

    @model_validator(mode="after")
    def _how_long(self) -> Hotline:
        if bool(self.withhold) != (self.withhold_for_s is not None):
            raise ValueError("`withhold` and `withhold_for` go together")
        return self


class Suppression(Part):
    """Level per unit: pinned from `pin` on, recovers below `recover`; decay time `tau`.

    leaky: pushes add up. restart: a push sets the level to at least `pin`, pinned or not. ignore: the same, but a
    pinned unit takes no push. markov: pinned by a push, recovers at the constant rate 1 / tau whatever falls.
    """

    tau_s: Duration = Field(alias="tau", gt=0)
    pin: Annotated[float, Field(gt=0)]
    recover: Annotated[float, Field(gt=0)]
    fire_factor: Share  # fire of a pinned unit
    model: Literal["leaky", "restart", "ignore", "markov"] = "leaky"


class BreakLaw(Part):
    """Share at which a company gives up, truncated normal on [0, 1] drawn once per company."""

    mean: Share
    sd: NonNegative


class Morale(Part):
    """Per company. Pressure = sum of weights; it breaks when pressure reaches the drawn `resolve`.

    `guns`: all supporting tubes lost (times the share lost); `leader`: leader's unit out; `neighbours`: share of
    neighbours that broke; `unanswered`: per impact of enemy supporting fire within `near` while own guns are out or
    silent; `losses`: loss share divided by the drawn `loss_fraction`, so that 1 means broken by losses alone.
    `recross`: chance that a broken company goes back across the river rather than to the enclave.
    """

    resolve: BreakLaw
    loss_fraction: BreakLaw
    guns: NonNegative
    leader: NonNegative
    neighbours: NonNegative
    unanswered: NonNegative
    near_m: Length = Field(alias="near", gt=0)
    turn_delay: Delay
    surrender: Share
    recross: Share
    retreat: Name  # route of the formation used to go to the enclave
    home: Name  # route of the formation used to recross
    retreat_speed_factor: Annotated[float, Field(gt=0)]


class Wounds(Part):
    """Wounded who die later: each with `p_die`, after `delay`. The run counts those who die before it ends; of the
    others `attackers_die_later` counts those whose time comes within `horizon` of their wound.
    """

    p_die: Share
    delay: Delay
    horizon_s: Duration | None = Field(None, alias="horizon", gt=0)


class End(Part):
    """The run ends when both sides have ceased for `quiet` and nobody withdraws, reinforces or recovers, not before
    `clock.scripted_until`.
    """

    quiet_s: Duration = Field(alias="quiet", gt=0)


Commands = dict[Side, Command]
