"""How many contacts an observer can follow at once. With its hands full it looks for no other, but an act draws its
eye: who acts is looked at all the same, and then the one that does least, followed longest, is let go.
"""

from __future__ import annotations


class Custody:
    """Observers whose sensor follows a limited number, what they follow, and which of their pairs rest for that."""

    def __init__(self, limits: dict[int, int]):
        self.limits = limits
        self.follows: dict[int, dict[int, int]] = {a: {} for a in limits}  # observer -> pair -> since, ms
        self.resting: dict[int, int] = {}  # pair that rests because its observer is full -> since, ms
        self.rested: dict[int, list[tuple[int, int]]] = {}  # pair -> earlier such spans, ms

    def took(self, a: int, row: int, now: int) -> None:
        """Observer a follows the target of one more pair."""
        if a in self.limits:
            self.follows[a][row] = now

    def gave(self, a: int, row: int) -> None:
        """It follows that one no more."""
        if a in self.limits:
            self.follows[a].pop(row, None)

    def full(self, a: int) -> bool:
        """Whether it can follow no other."""
        return a in self.limits and len(self.follows[a]) >= self.limits[a]

    def over(self, a: int, gravity: dict[int, int], row: int) -> int | None:
        """The pair to let go if it follows one too many: the gravest stay (`gravity` by pair), `row` is the newest."""
        if a not in self.limits or len(self.follows[a]) <= self.limits[a]:
            return None
        return min((r for r in self.follows[a] if r != row), key=lambda r: (gravity[r], self.follows[a][r], r))

    def rest(self, rows: list[int], now: int) -> list[int]:
        """These pairs rest from now; returns them."""
        for row in rows:
            self.resting.setdefault(row, now)
        return rows

    def wake(self, rows: list[int], now: int) -> list[int]:
        """These look again; returns them."""
        for row in rows:
            since = self.resting.pop(row, None)
            if since is not None:
                self.rested.setdefault(row, []).append((since, now))
        return rows
