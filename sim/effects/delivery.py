"""Delivery error: where rounds fall, and how often a circle, an ellipse or a box catches them.

Impact of round j of volley i: X_ij = m + U_i + V_ij. The bias m is fixed, U_i (mean point of impact: survey, met,
target location) is common to the volley, V_ij (precision) belongs to the round. Range errors lie along the line of
fire, deflection across it. sigma is a standard deviation per axis; PE is the half-width holding 50 % on one axis;
CEP the radius holding 50 % of a circular normal: three different numbers.
Sources: Washburn, *Notes on Firing Theory*, NPS 2002; Eckler & Burr, MORS 1972; Przemieniecki, AIAA.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import chndtr, erf, ndtr, ndtri

from sim.geometry import Floats, Real, rotate

PE_PER_SIGMA = float(ndtri(0.75))
CEP_PER_SIGMA = float(np.sqrt(2.0 * np.log(2.0)))
RAD_PER_MIL = 2.0 * np.pi / 6400.0

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
