"""Why a loss happened, and why a shooter did not fire; and the sentence of every event."""

from sim.why.chains import NotFound, Step, ancestors, chain, fates, find, local_time
from sim.why.refusals import why_not
from sim.why.sentences import SENTENCES, losses, sentence

__all__ = [
    "SENTENCES",
    "NotFound",
    "Step",
    "ancestors",
    "chain",
    "fates",
    "find",
    "local_time",
    "losses",
    "sentence",
    "why_not",
]
