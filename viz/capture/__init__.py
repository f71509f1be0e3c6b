"""Whole pictures: the scene composed of layers and panels, and from it snapshots, clips and films. No display needed."""

from viz.capture.scene import Scene

__all__ = ["Scene"]
