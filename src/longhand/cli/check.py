"""`longhand check`."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..errors import UsageError, printable, render
from .formats import FORMATS, chosen_format, rendered
from .given import about, data_of, title_of
from .streams import Progress, complain, deliver, report

if TYPE_CHECKING:
    from ..marking.rubric import Rubric


@click.command()
@click.argument("problem")
@click.argument("answers", metavar="[ANSWER...]", nargs=-1)
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there; the format follows from the ending unless --format says otherwise.")
@click.option("--format", "form", metavar="|".join(FORMATS), help="How the marked answer is written. Default: term.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--rubric", metavar="FILE.toml", help="Points for the quantities of the problem.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Processes for a folder of answers. Default: one for each core.")
def check(problem: str, answers: tuple[str, ...], data_file: str | None, output: str | None, form: str | None, as_json: bool,
          rubric: str | None, jobs: int | None) -> int:
    """Marks each line of each ANSWER to PROBLEM.

    Without ANSWER, PROBLEM holds both the problem and its worked solution. An ANSWER may be a folder of answers.

    Exit codes: 0 nothing wrong, 1 a wrong line, 2 a file that cannot be read, 3 something that was not understood and nothing wrong.
    """
    from ..files import read_text
    if [problem, *answers, data_file, rubric].count("-") > 1:
        raise UsageError("Only one of the files can come from standard input.")
    folder = next((answer for answer in answers if os.path.isdir(answer)), None)
    if folder is not None and len(answers) > 1:
        raise UsageError("A folder of answers is marked alone.", suggestion=f"longhand check {problem} {folder}")
    if folder is None or as_json or form == "json":
        form = chosen_format(form, as_json, output if folder is None else None, FORMATS, "longhand check sheet.md answer.md --format html")
    elif form not in (None, "term"):
        raise UsageError(f"A folder is marked as lines and tables, or as json, not as {form}.")
    text, data = read_text(problem), data_of(data_file)
    points = None if rubric is None else _rubric(rubric)
    if folder is not None:
        return _check_folder(problem, text, folder, data, points, output, jobs, form == "json")
    from ..marking.mark import Marker
    from ..marking.papers import STANDARD_INPUT, exit_code, mark_files, scored
    with about(problem):
        marker = (Marker if answers else Marker.of_worked)(text, name=title_of(problem), data=data)
    marked, unread = mark_files(marker, answers) if answers else ([marker.mark(text, STANDARD_INPUT if problem == "-" else problem)], [])
    scores = scored(marked, marker, points)
    for error in unread:
        complain(render(error))
    if form == "json":
        import json

        from ..marking.json import render as listed
        deliver(json.dumps(listed(marked, scores), ensure_ascii=False, indent=1), output)
    else:
        from ..marking.page import pages
        deliver(rendered(pages(marked, scores), form, output), output)
    for each in marked:
        report(each.file, each.not_understood)
    return UsageError.exit_code if unread else exit_code(marked)


def _check_folder(problem: str, text: str, folder: str, data: dict | None, rubric: Rubric | None, output: str | None, jobs: int | None,
                  as_json: bool) -> int:
    """A line for each answer as it is marked; the tables stand in the folder that -o names, or beside the answers."""
    from pathlib import Path

    from ..marking.folder import default_out, mark_folder, summary
    from ..marking.json import SCHEMA, answer
    from ..marking.papers import exit_code
    out = default_out(Path(folder)) if output in (None, "-") else Path(output)
    bar = Progress()
    found, listed = [], []
    with about(problem):
        for each in mark_folder(Path(folder), text, name=title_of(problem), data=data, rubric=rubric, out=out, jobs=jobs, progress=bar.show):
            found.append(exit_code([each.marked]))
            if as_json:
                listed.append(answer(each.marked, each.score))
            else:
                bar.clear()
                deliver(summary(each), None)
    bar.clear()
    if as_json:
        import json
        deliver(json.dumps({"schema": SCHEMA, "answers": listed}, ensure_ascii=False, indent=1), None)
    complain(f"The tables are in {printable(str(out))}.")
    return 1 if 1 in found else max(found, default=0)


def _rubric(path: str) -> Rubric:
    from ..files import read_text
    from ..marking.rubric import read_rubric
    return read_rubric(read_text(path), path)
