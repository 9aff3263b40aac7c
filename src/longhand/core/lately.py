"""What was made last, for things that have no hash: numbers and notation are compared instead."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Lately:
    """The last few things that were made, by all that they were made of."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._made: tuple[tuple[Any, Any], ...] = ()              # replaced as a whole, so that threads do not trip over each other

    def of(self, key: Any, make: Callable[[], Any]) -> Any:
        """What was made of an equal key, or is made now."""
        known = self._made
        found = next((pair for pair in known if pair[0] == key), None) or (key, make())
        self._made = (found, *(pair for pair in known if pair is not found))[:self.most]
        return found[1]
