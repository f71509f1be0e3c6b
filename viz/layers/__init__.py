"""The layers of the map, from the ground up. Each draws on a canvas from a frame and knows no other layer."""
