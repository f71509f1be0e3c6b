"""Whole pictures: the scene made of layers and panels; from it snapshots and films. No display needed."""

from viz.capture.scene import Scene

__all__ = ["Scene"]
