"""The replay viewer: it reads one recording (or two) and shows what happened, and how sure one can be.

`theme` colours and layout, `camera`, `playback`, `keys`: plain data, no pygame. `frame` turns a recording
and an instant into everything that can be drawn, again without pygame. `canvas` holds the few drawing verbs,
`symbols` the cached signs, `layers` the map, `panels` the margin, `capture` whole pictures and films, `app` the window.
"""
