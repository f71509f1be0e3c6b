"""khusham: an open, historical-analytical engagement simulator."""
