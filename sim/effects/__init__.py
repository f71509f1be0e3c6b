"""What fire and looking do: pure functions of numbers, arrays and luck drawn beforehand.

- seeing: hazards of detection, exact along straight legs
- resolution: the same by resolvable cycles
- delivery: where rounds fall: bias, common error, precision; circles and ellipses
- damage: what one impact does to what stands near it; area targets
- direct: hits on rectangles, bursts, rates, duels, distribution of fire
- suppression: the leaking level, its stationary laws, break points
- salvo: many rounds with a common error, on targets that share the impacts

No clock, no scenario, no random generator. Metres, seconds, radians; shapes broadcast. Only
`salvo` sees its siblings.
"""
