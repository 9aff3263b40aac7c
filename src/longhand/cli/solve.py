"""`longhand solve`."""
from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .formats import FORMATS, chosen_format, rendered
from .given import about, data_of, names_of, title_of
from .streams import deliver, report

if TYPE_CHECKING:
    from ..solution import Solution


@click.command()
@click.argument("problem")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there; the format follows from the ending unless --format says otherwise.")
@click.option("--format", "form", metavar="|".join(FORMATS), help="How the solution is written. Default: term.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--wrt", metavar="W_1,b_1", help="Gradients with respect to these, beside what the problem asks.")
@click.option("--layout", type=click.Choice(["column", "row"]), help="How vectors stand, where the sheet does not say.")
@click.option("--digits", type=click.IntRange(1, 1000), default=12, show_default=True, help="Significant digits of each decimal.")
def solve(problem: str, data_file: str | None, output: str | None, form: str | None, as_json: bool,
          wrt: str | None, layout: str | None, digits: int) -> int:
    """The worked solution of what PROBLEM asks."""
    from ..files import read_text
    form = chosen_format(form, as_json, output)
    if problem == "-" == data_file:
        raise UsageError("The problem and the data cannot both come from standard input.")
    names = names_of(wrt)
    text = read_text(problem)
    data = data_of(data_file)
    from ..solution import solve as solved
    with about(problem):
        solution = solved(text, name=title_of(problem), data=data, wrt=names, layout=layout, digits=digits)
    deliver(_printed(solution, form, output), output)
    for each in solution.problems:
        report(problem, each.not_understood)
    return solution.exit_code


def _printed(solution: Solution, form: str, output: str | None) -> str | bytes:
    if form == "json":
        import json
        return json.dumps(solution.json(), ensure_ascii=False, indent=1)
    if form == "html":
        return solution.html()
    if form == "ipynb":
        return solution.notebook()
    return rendered(solution.document, form, output)
