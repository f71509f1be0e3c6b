"""Engine cases: the whole engine on degenerate scenarios of scenarios/verification, the same grammar as the night."""
