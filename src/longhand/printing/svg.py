"""The schematic as SVG, and as PNG where the extra is installed.

One file without scripts, fonts or anything else from outside. Groups carry data-from, data-to, data-pass and data-step, so that a page can
run the passes wire by wire.
"""
from __future__ import annotations

from collections.abc import Sequence

from ..errors import LonghandError, UsageError
from ..forms.diagram import Diagram
from ..forms.diagram_neurons import is_small, net
from .svg_blocks import WIDEST, legend, paint
from .svg_canvas import Canvas, Links, document
from .svg_neurons import paint_neurons


def render(diagrams: Diagram | Sequence[Diagram], *, neurons: bool | None = None, prefix: str = "lh", width: float = WIDEST,
           styled: bool = True, links: Links | None = None) -> str:
    """The diagrams as one picture, one below the other.

    neurons  True: as neurons with weights on the edges, an error where it is no such net; False: as boxes; None: as neurons where the net is
             small and has numbers
    prefix   begins the ids: another one for each picture of a page
    width    pixels above which boxes stand in several rows
    styled   False: without the style sheet, for a page that has `svg_style.rules()` in its own
    links    where the parts lead, on a page
    """
    canvas = Canvas(prefix, links)
    pictures = []
    diagrams = [diagrams] if isinstance(diagrams, Diagram) else diagrams
    for diagram in diagrams:
        found = None if neurons is False else net(diagram)
        if neurons and found is None:
            raise UsageError("This is no net of dense layers with numbers for its sizes, which could be drawn neuron by neuron.",
                             suggestion="longhand draw sheet.md --blocks -o net.svg")
        if found is not None and (neurons or is_small(found)):
            pictures.append(paint_neurons(canvas, diagram, found))
        else:
            pictures.append(paint(canvas, diagram, width))
    if not pictures:
        raise UsageError("Nothing is computed from anything here, so there is nothing to draw.")
    backward = any('data-pass="backward"' in picture.body for picture in pictures)
    return document(canvas, [*pictures, legend(canvas, backward)], styled)


def png(svg: str, scale: float = 2.0) -> bytes:
    """The picture in pixels. Needs the extra `png`."""
    try:
        import resvg_py
    except ImportError:
        raise UsageError("A PNG needs the package resvg-py, which is not installed.", suggestion="pip install 'longhand[png]', or -o net.svg") from None
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, skip_system_fonts="<text" not in svg))
    except ValueError as error:
        raise LonghandError(f"The picture could not be drawn in pixels: {error}.") from None
