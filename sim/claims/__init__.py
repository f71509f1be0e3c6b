"""What people said about the night, held against what runs give: statements, their tests, reports, verdicts.

A verdict is *consistent* or *not consistent with these inputs*, never true or false.

read       the record in a claims file
judge      one column of the table: every tested statement against the metrics of many runs
said       what a party could have reported of a run, by its stated reporting model
"""

from sim.claims.judging import CONSISTENT, LEAST, NO_VALUE, NOT_CONSISTENT, Finding, failed, judge
from sim.claims.record import Claim, Condition, Parameter, Record, Report, Test, read
from sim.claims.reports import Said, said, usual

__all__ = [
    "CONSISTENT", "LEAST", "NOT_CONSISTENT", "NO_VALUE", "Claim", "Condition", "Finding", "Parameter", "Record",
    "Report", "Said", "Test", "failed", "judge", "read", "said", "usual",
]  # fmt: skip
