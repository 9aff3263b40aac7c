"""python -m bench.simulation [--documents N] [--seed S] [--decimals 3,4] [--damage 0,2,5] [--jobs 2] [--kinds] [--faults N] [--show NUMBER]"""
from __future__ import annotations

import argparse
import sys
from time import perf_counter

from .markers import marker
from .report import by_kind, figures, table
from .trials import document


def main(arguments: list[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    decimals = [int(part) for part in options.decimals.split(",")]
    rates = [float(part) / 100 for part in options.damage.split(",")]
    if options.show is not None:
        show(options.show, options.seed, decimals[0], rates[0])
        return 0
    began = perf_counter()
    try:
        rows = [figures(options.documents, options.seed, places, rate, options.jobs) for places in decimals for rate in rates]
    except ImportError as missing:
        print(f"not measured: {missing}", file=sys.stderr)
        return 2
    print(table(rows))
    if options.kinds:
        print("\n" + by_kind(rows))
    for row in rows if options.faults else []:
        print(f"\n{row.decimals} decimals, {100 * row.rate:g} % damaged")
        print("\n".join(f"  {fault}" for fault in row.faults[:options.faults]))
    print(f"\n{perf_counter() - began:.0f} s, seed {options.seed}, {options.jobs} processes")
    return 0


def show(number: int, seed: int, decimals: int, rate: float) -> None:
    """One document: its sheet, its answer with what was planted, and the marks."""
    doc = document(number, seed, decimals, rate)
    planted = ", ".join(f"{plant.name} at {plant.key}" for plant in doc.plants) or "nothing"
    print(f"{doc.sheet}\n{'-' * 80}\n{doc.text}\n{'-' * 80}\n{doc.sort}, {doc.style}: {planted}")
    for key, at, result in sorted(doc.hurt):
        print(f"damaged: {key}{list(at)}{'' if result else ', put into a formula'}")
    for mark in marker(doc.sheet).mark(doc.text).marks:
        print(f"{mark.line:>4} {mark.verdict:<12} {mark.quantity:<10} {mark.mistake or '':<30} {mark.text[:60]!r} {mark.says}")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description="Measures `longhand check` on random documents.")
    parser.add_argument("--documents", type=int, default=600, help="documents for each number of decimals and rate of damage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decimals", default="3,4")
    parser.add_argument("--damage", default="0,2,5", help="percent of the printed numbers")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", action="store_true", help="a line for each kind of mistake")
    parser.add_argument("--faults", type=int, default=0, metavar="N", help="the first N documents on which the marker fails, of each row")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="one document and its marks, of the first decimals and damage")
    return parser


if __name__ == "__main__":
    sys.exit(main())
