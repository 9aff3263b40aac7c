"""The schematic on a page: the drawing, whose parts lead to cards and symbols, and the steps of a walk through both passes."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from ..calculus.derivation import gradient_name
from ..errors import UsageError
from ..forms import symbols
from ..forms.diagram import Diagram
from ..forms.diagram_neurons import is_small, net
from ..forms.maths import Maths, line
from ..forms.symbols import EQUALS
from . import svg
from .html_cards import Card
from .svg_canvas import Links
from .terminal_maths import clean, inline

WIDE = 1020.0
"""Pixels of a drawing of boxes on a page, which shows about 900 of them."""

BAR = """<div class="walk" role="group" aria-label="Step through both passes"><button type="button" data-walk="play" class="main">▶ run both
 passes</button><span class="running" hidden><button type="button" data-walk="first" aria-label="To the beginning" title="Home">⏮</button><button
 type="button" data-walk="back" aria-label="One step back" title="Left arrow">‹</button><button type="button" data-walk="on" aria-label="One step on"
 title="Right arrow">›</button><select data-walk="speed" aria-label="Speed"><option value="0.5">slow</option><option value="1" selected>normal</option><option
 value="2.5">fast</option></select><button type="button" data-walk="end" aria-label="End the walk" title="Escape">✕</button></span><progress
 class="running" max="1" value="0" aria-label="How far the walk is" hidden></progress><p class="now" role="status"></p></div>"""


def schematic(diagram: Diagram, cards: Iterable[Card], anchors: Mapping[str, str], known: Mapping[str, int], prefix: str) -> str:
    """The drawing as neurons, where the net is small, and as boxes; one of them is shown where a script runs."""
    found = net(diagram)
    small = found is not None and is_small(found)
    links = Links(anchors, known)
    views = []
    for kind, neurons in (("neurons", True), ("boxes", False)):
        if neurons and not small:
            continue
        try:
            drawn = svg.render(diagram, neurons=neurons, prefix=f"{prefix}-{kind}", width=WIDE, styled=False, links=links)
        except UsageError:
            continue
        views.append(f'<div class="drawing" data-view="{kind}" tabindex="0" role="group" aria-label="Drawing as {kind}">{drawn}</div>')
    if not views:
        return ""
    switch = "".join(f'<button type="button" data-drawn="{kind}" aria-pressed="{"true" if kind == "neurons" else "false"}">{kind}</button>'
                     for kind in ("neurons", "boxes")) if len(views) > 1 else ""
    switch = f'<span class="group views" role="group" aria-label="How it is drawn">{switch}</span>' if switch else ""
    shown = ' data-shown="neurons"' if switch else ""
    return f'<figure class="schematic"{shown}><div class="bar">{BAR}{switch}</div>{"".join(views)}{_steps(diagram, cards)}</figure>'


def _steps(diagram: Diagram, cards: Iterable[Card]) -> str:
    """What happens, card by card: the pass, the quantity whose node or wire it concerns, the card, and the step in words."""
    items = []
    for card in cards:
        way, name = _place(diagram, card.about)
        words = clean(f"{card.number} {''.join(part if isinstance(part, str) else inline(part) for part in card.title)}{_formula(diagram, card.about)}")
        items.append(f'<li data-pass="{way}" data-name="{escape(name)}" data-card="{card.anchor}">{escape(words)}</li>')
    return f'<ol class="steps" hidden>{"".join(items)}</ol>'


def _place(diagram: Diagram, about: str) -> tuple[str, str]:
    """Forward or backward, and the quantity of the drawing that it is about; "" where there is none."""
    if about in diagram.nodes:
        return "forward", about
    parts = symbols.derivative(about)
    name = parts.of if parts is not None and parts.of != diagram.ending else parts.wrt[-1] if parts is not None else ""
    if parts is not None and parts.of != diagram.ending:
        return "local", name if name in diagram.nodes else ""
    return "backward", name if name in diagram.nodes else ""


def _formula(diagram: Diagram, about: str) -> str:
    """", h = W x + b" where the drawing says so."""
    for name, node in diagram.nodes.items():
        if name == about and node.formula is not None:
            return f", {inline(_equation(node.symbol, node.formula))}"
        if gradient_name(diagram.ending, name) == about and node.gradient is not None and node.backward is not None:
            return f", {inline(_equation(node.gradient, node.backward))}"
    return ""


def _equation(symbol: Maths, formula: Maths) -> Maths:
    return line(symbol, EQUALS, formula)
