"""`longhand draw`."""
from __future__ import annotations

import click

from ..errors import NotUnderstood, UsageError
from .formats import chosen_format
from .given import about, data_of, title_of
from .streams import deliver, report


@click.command()
@click.argument("problem")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there, .svg or .png (extra `png`). Default: SVG to standard output.")
@click.option("--neurons/--blocks", default=None, help="Neurons with weights on the edges, or boxes. Default: neurons where the net is small.")
def draw(problem: str, data_file: str | None, output: str | None, neurons: bool | None) -> int:
    """The schematic of PROBLEM as a picture: values flow forward, gradients back."""
    from ..files import read_text, write_bytes
    form = chosen_format(None, False, output, ("svg", "png"), "longhand draw sheet.md -o net.svg", "svg")
    if problem == "-" == data_file:
        raise UsageError("The problem and the data cannot both come from standard input.")
    text, data = read_text(problem), data_of(data_file)
    from ..printing import svg
    from ..solution import solve as solved
    with about(problem):
        solution = solved(text, name=title_of(problem), data=data)
    for each in solution.problems:
        report(problem, each.not_understood)
    picture = svg.render(solution.diagrams, neurons=neurons)
    if form == "png":
        write_bytes(output, svg.png(picture))
    else:
        deliver(picture, output)
    return NotUnderstood.exit_code if solution.not_understood else 0
