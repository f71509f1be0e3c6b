"""Instants as people write them: elapsed since the first round, local time, UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property

MINUS = "\u2212"
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?$")
SINCE = re.compile(r"T([+\-\u2212])(\d{1,3}):(\d{2})(?::(\d{2}))?$", re.IGNORECASE)


def elapsed(ms: float) -> str:
    """`T+01:12:12` from milliseconds since the first round."""
    s = int(abs(ms) // 1000)
    sign = "+" if ms >= 0 or s == 0 else MINUS
    return f"T{sign}{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"


@dataclass(frozen=True)
class Calendar:
    """What t_ms = 0 was on the clock, how local time differs from UTC, and when the first round fell."""

    start: datetime
    offset_min: int
    t0_ms: int

    def at(self, ms: float) -> datetime:
        """Local time of an instant."""
        zone = timezone(timedelta(minutes=self.offset_min))
        return (self.start + timedelta(milliseconds=int(ms))).astimezone(zone)

    @cached_property
    def _of_day_ms(self) -> tuple[int, int]:
        """Milliseconds from midnight, local and UTC, at the start: offsets are whole minutes and never change."""
        local, utc = self.at(0), self.at(0).astimezone(UTC)
        return _since_midnight(local), _since_midnight(utc)

    def local(self, ms: float, seconds: bool = True) -> str:
        return _clock(self._of_day_ms[0] + int(ms), seconds)

    def utc(self, ms: float, seconds: bool = True) -> str:
        return _clock(self._of_day_ms[1] + int(ms), seconds)

    def day(self, ms: float) -> str:
        """`7 February 2018`."""
        at = self.at(ms)
        return f"{at.day} {at.strftime('%B %Y')}"

    def short_day(self, ms: float) -> str:
        at = self.at(ms)
        return f"{at.day} {at.strftime('%b')}"

    def elapsed(self, ms: float) -> str:
        return elapsed(ms - self.t0_ms)

    def ms_of(self, when: datetime) -> int:
        return round((when - self.start) / timedelta(milliseconds=1))

    def midnight(self, ms: float) -> int:
        """The local midnight before an instant."""
        at = self.at(ms)
        return self.ms_of(at.replace(hour=0, minute=0, second=0, microsecond=0))


def parse_at(text: str, calendar: Calendar) -> int:
    """`22:41`, `22:41:30` (nearest to the first round), `T+1:12`, or an ISO date and time, as ms."""
    said = text.strip()
    if found := SINCE.match(said):
        sign = 1 if found[1] == "+" else -1
        return calendar.t0_ms + sign * 1000 * _seconds(found[2], found[3], found[4])
    if found := CLOCK.match(said):
        seconds = _seconds(found[1], found[2], found[3])
        if seconds >= 86_400:
            raise ValueError(f"{said}: an hour goes from 00 to 23")
        day = 86_400_000
        first = calendar.midnight(calendar.t0_ms) + seconds * 1000
        return min((first + k * day for k in (-1, 0, 1)), key=lambda ms: abs(ms - calendar.t0_ms))
    try:
        when = datetime.fromisoformat(said)
    except ValueError as error:
        raise ValueError(f"'{said}' is no time: write 22:41, 22:41:30, T+1:12 or 2018-02-07T22:41:30+02:00") from error
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone(timedelta(minutes=calendar.offset_min)))
    return calendar.ms_of(when)


def _seconds(hours: str, minutes: str, seconds: str | None) -> int:
    if int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError(f"{hours}:{minutes}: minutes and seconds go from 00 to 59")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)


def _clock(ms: int, seconds: bool) -> str:
    """Time of day."""
    minutes, second = divmod(ms // 1000 % 86_400, 60)
    words = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{words}:{second:02d}" if seconds else words


def _since_midnight(t: datetime) -> int:
    return ((t.hour * 60 + t.minute) * 60 + t.second) * 1000 + t.microsecond // 1000
