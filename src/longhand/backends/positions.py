"""Inputs that stand as positions on an axis (a class, a word): the lines with which a written module refuses others."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.axis import Axis
from .array_code import Code, pointers


def outside(code: Code, given: Sequence[str], extent: Callable[[Axis], str]) -> Iterator[tuple[str, str, str]]:
    """(array, least value, first value too large) of every given array of positions, as source text."""
    for name, (c, shift, axis) in pointers(code).items():
        if name in given and c == 1:
            size = extent(axis)
            yield name, str(-shift), str(int(size) - shift) if size.isdigit() else f"{size} - {shift}".removesuffix(" - 0").replace("- -", "+ ")


def array_lines(code: Code, given: Sequence[str], extent: Callable[[Axis], str], module: str) -> list[str]:
    """For a library of whole arrays whose numbers are known when the line runs."""
    return [line for name, least, end in outside(code, given, extent)
            for line in (f"if {module}.any(({name} < {least}) | ({name} >= {end})):", f'    raise IndexError("{name} points outside its axis")')]


def loop_lines(code: Code, given: Sequence[str], extent: Callable[[Axis], str]) -> list[str]:
    """For loops in Python."""
    return [line for name, least, end in outside(code, given, extent)
            for line in (f"for position in {name}.flat:" if code.arrays[name].axes else f"for position in ({name}[()],):",
                         f"    if position < {least} or position >= {end}:", f'        raise IndexError("{name} points outside its axis")')]


def c_lines(code: Code, given: Sequence[str], extent: Callable[[Axis], str], count: Callable[[str], str]) -> list[str]:
    """For C: the program ends."""
    return [f'must_be_inside({name}, {count(name)}, {least}, {end}, "{name}");' for name, least, end in outside(code, given, extent)]


C_HELPER = """/* Ends the program where a position is outside its axis. */
static void must_be_inside(const real *positions, long count, long least, long end, const char *name)
{
    for (long k = 0; k < count; k++)
        if (!(positions[k] >= least && positions[k] < end)) {
            fprintf(stderr, "%s points outside its axis\\n", name);
            exit(2);
        }
}"""
