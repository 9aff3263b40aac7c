"""The data flow of a problem as a layout: which quantity stands where, the wires, what flows along them."""
from __future__ import annotations


def diagram(page: object) -> None:
    return None
