"""What every kind of fire by guns and launchers shares: delays, who is able, and the common error of a mission."""

from __future__ import annotations

from typing import Any

from scipy.special import ndtri

from sim.context import Context
from sim.draws import Purpose, span_ms
from sim.events import Reason
from sim.rounds import mean_point
from sim.world import Mount

LAY, GAP = 1, 2  # own address of delays: to the first round, between rounds


class Guns:
    """Counts of delays and missions by mount."""

    def __init__(self, ctx: Context):
        self.ctx, self.world = ctx, ctx.world
        self.missions: dict[int, int] = {}
        self.gaps: dict[tuple[int, int], int] = {}

    def delay(self, mount: Mount, law: Any, what: int) -> int:
        """A drawn span of a mount, counted per mount and purpose."""
        event = self.gaps.get((mount.key, what), 0)
        self.gaps[(mount.key, what)] = event + 1
        return max(1, span_ms(law, self.ctx.draws.one(Purpose.DELAY, mount.key ^ what << 8, event)))

    def able(self, mount: Mount) -> bool:
        """It can fire."""
        return self.why_not(mount) is None

    def why_not(self, mount: Mount) -> Reason | None:
        """Why a mount fires no more: lost with its crew, empty, or its unit has had enough or was halted."""
        world, u = self.world, mount.unit
        if not world.present[u] or not world.alive(u) or world.servers(mount) == 0:
            return Reason.LOST
        if mount.left == 0:
            return Reason.EMPTY
        if world.broken[u] or world.surrendered[u]:
            return Reason.BROKE
        if world.halted[u]:
            return Reason.HALTED
        return Reason.TURNED_BACK if world.withdrawing[u] else None

    def mean(
        self, mount: Mount, event: int, turn: float, battery: tuple[int, int] | None = None
    ) -> tuple[float, float]:  # fmt: skip
        """Common error of a mission, or of this gun in it; guided rounds have none but their CEP.

        `battery`: key and number of a mission that several guns share: at the level `mission` they err together.
        """
        if mount.weapon.kind != "indirect":
            return 0.0, 0.0
        if battery is not None and mount.weapon.mpi.redrawn == "mission":
            return mean_point(self.ctx.draws, mount, battery[1], turn, battery[0])
        return mean_point(self.ctx.draws, mount, event, turn)

    def adjusted(self, mount: Mount, mean: tuple[float, float], event: int) -> tuple[float, float]:
        """The mean point moved by an observer who sees the fall of shot and errs."""
        z = [ndtri(u) * mount.weapon.spotting_m for u in self.ctx.draws.few(Purpose.SPOTTING, mount.key, event, 2)]
        keep = mount.weapon.adjust
        return mean[0] * keep + float(z[0]) * (1.0 - keep), mean[1] * keep + float(z[1]) * (1.0 - keep)
