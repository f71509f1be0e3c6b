"""Units at the border: text such as `15 km/h` becomes SI floats; strict syntax, a small whitelist of units."""

from __future__ import annotations
