"""A short cross-fade: the last picture of a region laid over the new one, weaker from frame to frame."""

from __future__ import annotations

import pygame

from viz.camera import Camera

LEVEL_EDGES_M = (60_000.0, 20_000.0, 8_000.0)


def level(camera: Camera) -> int:
    """Which level of detail the map is drawn at: 0 for the widest view."""
    return sum(camera.width_m <= edge for edge in LEVEL_EDGES_M)


class Fade:
    """For a region of the page: watches a key, and fades over when it changes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.picture: pygame.Surface | None = None
        self.begun = 0.0
        self.key: object = None

    def watch(self, key: object, region: pygame.Surface, wall: float, *, still: bool) -> None:
        """Before the region is drawn anew. `still`: no fading, for films and for whoever wants no motion."""
        if self.key is not None and key != self.key and not still:
            self.picture, self.begun = region.copy(), wall
        self.key = key

    def over(self, region: pygame.Surface, wall: float) -> None:
        """After the region was drawn."""
        if self.picture is None:
            return
        share = (wall - self.begun) / self.seconds
        if not 0 <= share < 1 or self.picture.get_size() != region.get_size():
            self.picture = None
            return
        self.picture.set_alpha(round(255 * (1 - share)))
        region.blit(self.picture, (0, 0))
