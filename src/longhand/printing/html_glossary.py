"""The symbols of a solution: what each is, its shape and value, where it is defined and where it flows to. The page shows an entry at its symbol."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..core.walk import tensors
from ..forms import symbols
from ..forms.maths import Maths
from ..forms.worked import filled, forward
from ..forms.worked.page import Page
from ..forms.worked.titles import ROLES, kind
from .html import said
from .html_symbols import Symbols
from .terminal_maths import inline

if TYPE_CHECKING:
    from .html_solution import SolutionWriter


def table(page: Page, known: Symbols, writer: SolutionWriter, anchors: Mapping[str, str]) -> str:
    """One entry for each symbol that occurs, in the order of the computation."""
    readers = _readers(page)
    entries: dict[str, str] = {}
    while waiting := [name for name in known.met if name not in entries]:         # an entry may mention more symbols
        entries |= {name: _entry(page, name, known, writer, anchors, readers) for name in waiting}
    return '<div class="glossary">' + "".join(entries[name] for name in known.numbers if name in entries) + "</div>"


def _entry(page: Page, name: str, known: Symbols, writer: SolutionWriter, anchors: Mapping[str, str], readers: Mapping[str, list[str]]) -> str:
    shape = page.shape(name)
    size = f' <span class="shape">{writer.shape(shape)}</span>' if shape is not None else ""
    long = page.symbol(name, short=False)
    other = f" = {writer.formula(long)}" if page.is_short(name) else ""
    head = f'<p class="head"><b>{writer.formula(page.symbol(name))}{other}</b>{size} <span class="kind">{writer.run((_kind(page, name),))}</span></p>'
    value = f'<div class="value scroll">{writer.formula(forward.numbers(page, name), True, _equals(page, name))}</div>' if _has_value(page, name) else ""
    where = _where(page, name, writer, anchors)
    onward = [_link(writer, page.symbol(r), anchors.get(r)) for r in readers.get(name, ())]
    flows = f'<p class="flows"><span>flows to</span> {", ".join(onward)}</p>' if onward else ""
    return f'<section class="entry" id="y{known.numbers[name]}">{head}{value}{where}{flows}</section>'


def _where(page: Page, name: str, writer: SolutionWriter, anchors: Mapping[str, str]) -> str:
    anchor = anchors.get(name)
    if anchor is None:
        return ""
    end = anchor.removeprefix(writer.prefix)
    words = {"data": "given", "given-and-asked": "given", "update": "in the update"}.get(end) or (
        f"in the forward pass, {end.upper()}" if end.startswith("f") else f"in step {end.lstrip('s')}")
    verb = "" if words == "given" else "defined "
    return f'<p class="where">{verb}<a href="#{anchor}">{words}</a></p>'


def _link(writer: SolutionWriter, symbol: Maths, anchor: str | None) -> str:
    return f'<a href="#{anchor}" title="{said(inline(symbol))}">{writer.formula(symbol)}</a>' if anchor else writer.formula(symbol)


def _kind(page: Page, name: str) -> str:
    tensor = page.tensors[name]
    base, mark, _ = name.rpartition("@")
    if mark:
        return "after the update"
    parts = symbols.derivative(name)
    if parts is not None:
        loss = page.problem.loss
        return "gradient of the loss" if parts.of == loss else "derivative"
    if tensor.role in ("parameter", "intermediate"):
        return kind(page.forward, tensor).lower()
    return ROLES.get(tensor.role, ("quantity", ""))[0].lower()


def _has_value(page: Page, name: str) -> bool:
    figures = page.figures
    return figures is not None and page.tensors[name].rank <= 2 and figures.has(name) and figures.count(name) <= filled.MOST_ENTRIES


def _equals(page: Page, name: str) -> str:
    return "=" if forward.exact(page, name) else forward.ROUNDED


def _readers(page: Page) -> dict[str, list[str]]:
    """Quantity -> the quantities whose definitions hold it: of the forward pass, the backward pass and the update."""
    found: dict[str, list[str]] = {}
    for equation in _equations(page):
        for name in tensors(equation.right):
            if equation.name not in found.setdefault(name, []):
                found[name].append(equation.name)
    return found


def _equations(page: Page) -> Iterator:
    """Every definition on the page; of a later pass only what is read from this one."""
    made = {*page.derivation.results, *(e.name for e in page.forward.equations)}
    for equation in page.program.equations:
        if equation.name in made or "@" in equation.name and page.tensors[equation.name].role == "parameter":
            yield equation
