"""Ways to numbers that are no mistakes of their own: they follow from what was written before."""
from __future__ import annotations

from .marks import Mistake

FOLLOWS = Mistake("follows", "", "It follows from the line before.", 0.0)
"""A number that follows from what stands to the left of it, or by an equal formula from numbers that are wrong already."""
PUT_IN = Mistake("follows", "", "It follows from the numbers put in on its left.", 2.2)
"""The same, where numbers stand on the left: one of them must be wrong then."""
BY_FORMULA = Mistake("follows", "", "It follows from a formula that was given before.", 0.0)
"""A number that follows from a wrong formula for another quantity."""
FOLLOWING = (FOLLOWS, PUT_IN, BY_FORMULA)
