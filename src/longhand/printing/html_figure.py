"""The schematic on a page: each path from the data to the loss, what flows forward above what flows back."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from ..errors import UsageError
from ..forms.diagram import Diagram, Node
from ..forms.maths import Maths, line
from ..forms.symbols import EQUALS
from . import svg, svg_neurons
from .terminal_maths import clean, inline

Formula = Callable[[Maths], str]


def schematic(diagram: Diagram, formula: Formula, anchors: Mapping[str, str], gradient_of: Callable[[str], str], prefix: str) -> str:
    """The drawing; of a net that is drawn neuron by neuron, the flow of the whole quantities too."""
    found = svg_neurons.net(diagram)
    small = found is not None and svg_neurons.is_small(found)
    try:
        drawn = f'<div class="drawing" tabindex="0" role="group" aria-label="Drawing">{svg.render(diagram, neurons=small, prefix=prefix)}</div>'
    except UsageError:
        drawn = ""
    flow = _flow(diagram, formula, anchors, gradient_of) if small or not drawn else ""
    return f'<figure class="schematic">{drawn}{flow}</figure>'


def _flow(diagram: Diagram, formula: Formula, anchors: Mapping[str, str], gradient_of: Callable[[str], str]) -> str:
    """The paths, one below the other. A formula leads to the card that derives it."""
    shown: set[str] = set()
    paths = []
    for path in diagram.paths:
        nodes = [_node(diagram, name, name not in shown, formula, anchors, gradient_of) for name in path]
        shown.update(path)
        paths.append(f'<ol class="flow">{"".join(nodes)}</ol>')
    return "".join(paths)


def _node(diagram: Diagram, name: str, first: bool, formula: Formula, anchors: Mapping[str, str], gradient_of: Callable[[str], str]) -> str:
    node = diagram.nodes[name]
    top = _linked(_equation(node.symbol, node.formula if first else None), formula, anchors.get(name))
    back = []
    if first and node.gradient is not None:
        back.append(_linked(_equation(node.gradient, node.backward), formula, anchors.get(gradient_of(name))))
    for each in diagram.parameters.get(name, ()) if first else ():
        parameter: Node = diagram.nodes[each]
        if parameter.gradient is not None:
            back.append(_linked(_equation(parameter.gradient, parameter.backward), formula, anchors.get(gradient_of(each)), ' class="of"'))
    behind = f'<div class="back"><span class="sr">backward: </span>{"".join(back)}</div>' if back else ""
    return f'<li class="node {escape(node.role)}"><div class="ahead">{top}</div>{behind}</li>'


def _equation(symbol: Maths, formula: Maths | None) -> Maths:
    return symbol if formula is None else line(symbol, EQUALS, formula)


def _linked(maths: Maths, formula: Formula, anchor: str | None, kind: str = "") -> str:
    shown = formula(maths)
    return f'<a{kind} href="#{anchor}" title="{escape(clean(inline(maths)))}">{shown}</a>' if anchor else f"<span{kind}>{shown}</span>"
