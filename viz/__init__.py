"""The viewer. It reads recordings and never the engine."""
