"""What is made once for equal things, though they have no hash."""
from __future__ import annotations

from longhand.core.lately import Lately


def test_equal_keys_share_what_was_made_and_the_last_ones_stay():
    lately, made = Lately(2), []

    def of(k: int) -> int:
        return lately.of({"key": [k]}, lambda: made.append(k) or k)

    assert [of(k) for k in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert made == [1, 2, 3, 2]                          # 2 had to go for 3, since 1 was asked for later
