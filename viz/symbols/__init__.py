"""Signs as cached pictures: APP-6 symbols by milsymbol, event glyphs and buttons drawn once, large, and scaled down."""

from viz.symbols.app6 import box_of, neutral_code, unknown_code
from viz.symbols.store import Pictures

__all__ = ["Pictures", "box_of", "neutral_code", "unknown_code"]
