"""The command line: read arguments, call the front door, print. Results go to standard output, all else to standard error."""
from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from . import __version__
from .errors import DataError, FileError, LonghandError, NotUnderstood, Place, UsageError, at, pointer, printable, render

if TYPE_CHECKING:
    from .core.problem import Remark
    from .forms.document import Document
    from .marking.rubric import Rubric
    from .solution import Solution

FORMATS = {"term": "terminal", "md": "markdown", "tex": "latex", "html": "html", "json": "json"}     # those that are built
PLANNED = ("pdf", "ipynb")
MARKED_FORMATS = ("term", "md", "tex", "html", "json")     # of a marked answer
PAGE = 100         # columns of a solution that does not go to a terminal
INTERNAL = 4


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="longhand", message="%(prog)s %(version)s")
def cli() -> None:
    """Back-propagation, written out in full.

    PROBLEM is a sheet in Markdown with LaTeX, or the plain-text form that `read` prints; - is standard input.

    Exit codes: 0 all right, 1 findings, 2 usage or a file that cannot be read, 3 part of the input was not understood, 4 internal error.
    """


@cli.command()
@click.argument("problem")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there; the format follows from the ending unless --format says otherwise.")
@click.option("--format", "form", metavar="|".join((*FORMATS, *PLANNED)), help="How the solution is written. Default: term.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--wrt", metavar="W_1,b_1", help="Gradients with respect to these, beside what the problem asks.")
@click.option("--layout", type=click.Choice(["column", "row"]), help="How vectors stand, where the sheet does not say.")
@click.option("--digits", type=click.IntRange(1, 1000), default=12, show_default=True, help="Significant digits of each decimal.")
def solve(problem: str, data_file: str | None, output: str | None, form: str | None, as_json: bool,
          wrt: str | None, layout: str | None, digits: int) -> int:
    """The worked solution of what PROBLEM asks."""
    from .files import read_text
    form = _format(form, as_json, output)
    if problem == "-" == data_file:
        raise UsageError("The problem and the data cannot both come from standard input.")
    names = _names(wrt)
    text = read_text(problem)
    data = _data(data_file)
    from .solution import solve as solved
    with _about(problem):
        solution = solved(text, name=_title(problem), data=data, wrt=names, layout=layout, digits=digits)
    _deliver(_printed(solution, form, output), output)
    for each in solution.problems:
        _report(problem, each.not_understood)
    return solution.exit_code


@cli.command()
@click.argument("problem")
def read(problem: str) -> int:
    """What was understood of PROBLEM, in the plain-text form, which `solve` reads back to the same problem.

    Every span that was not understood is listed on standard error, with line, column and what to write instead.
    """
    from .files import read_text
    text = read_text(problem)
    from .printing import plain
    from .solution import read as understood
    with _about(problem):
        sheet = understood(text, name=_title(problem))
    _deliver(plain.render(*sheet.problems), None)
    _report(problem, sheet.not_understood)
    return NotUnderstood.exit_code if sheet.not_understood else 0


@cli.command()
@click.argument("problem")
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there, .svg or .png (extra `png`). Default: SVG to standard output.")
@click.option("--neurons/--blocks", default=None, help="Neurons with weights on the edges, or boxes. Default: neurons where the net is small.")
def draw(problem: str, data_file: str | None, output: str | None, neurons: bool | None) -> int:
    """The schematic of PROBLEM as a picture: values flow forward, gradients back."""
    from .files import read_text, write_bytes
    form = _format(None, False, output, ("svg", "png"), "longhand draw sheet.md -o net.svg", "svg")
    if problem == "-" == data_file:
        raise UsageError("The problem and the data cannot both come from standard input.")
    text, data = read_text(problem), _data(data_file)
    from .printing import svg
    from .solution import solve as solved
    with _about(problem):
        solution = solved(text, name=_title(problem), data=data)
    for each in solution.problems:
        _report(problem, each.not_understood)
    picture = svg.render(solution.diagrams, neurons=neurons)
    if form == "png":
        write_bytes(output, svg.png(picture))
    else:
        _deliver(picture, output)
    return NotUnderstood.exit_code if solution.not_understood else 0


@cli.command()
@click.argument("problem")
@click.argument("answers", metavar="[ANSWER...]", nargs=-1)
@click.option("--data", "data_file", metavar="FILE.json", help="Numbers for symbols: a JSON object from names to nested lists.")
@click.option("-o", "--output", metavar="FILE", help="Write there; the format follows from the ending unless --format says otherwise.")
@click.option("--format", "form", metavar="|".join(MARKED_FORMATS), help="How the marked answer is written. Default: term.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--rubric", metavar="FILE.toml", help="Points for the quantities of the problem.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Processes for a folder of answers. Default: one for each core.")
def check(problem: str, answers: tuple[str, ...], data_file: str | None, output: str | None, form: str | None, as_json: bool,
          rubric: str | None, jobs: int | None) -> int:
    """Marks each line of each ANSWER to PROBLEM.

    Without ANSWER, PROBLEM holds both the problem and its worked solution. An ANSWER may be a folder of answers.

    Exit codes: 0 nothing wrong, 1 a wrong line, 2 a file that cannot be read, 3 something that was not understood and nothing wrong.
    """
    from .files import read_text
    if [problem, *answers, data_file, rubric].count("-") > 1:
        raise UsageError("Only one of the files can come from standard input.")
    folder = next((answer for answer in answers if os.path.isdir(answer)), None)
    if folder is not None and len(answers) > 1:
        raise UsageError("A folder of answers is marked alone.", suggestion=f"longhand check {problem} {folder}")
    if folder is None or as_json or form == "json":
        form = _format(form, as_json, output if folder is None else None, MARKED_FORMATS, "longhand check sheet.md answer.md --format html")
    elif form not in (None, "term"):
        raise UsageError(f"A folder is marked as lines and tables, or as json, not as {form}.")
    text, data = read_text(problem), _data(data_file)
    points = None if rubric is None else _rubric(rubric)
    if folder is not None:
        return _check_folder(problem, text, folder, data, points, output, jobs, form == "json")
    from .marking.mark import Marker
    from .marking.papers import STANDARD_INPUT, exit_code, mark_files, scored
    with _about(problem):
        marker = Marker(text, name=_title(problem), data=data)
    marked, unread = mark_files(marker, answers) if answers else ([marker.mark(text, STANDARD_INPUT if problem == "-" else problem)], [])
    scores = scored(marked, marker, points)
    for error in unread:
        _complain(render(error))
    if form == "json":
        import json

        from .marking.json import render as listed
        _deliver(json.dumps(listed(marked, scores), ensure_ascii=False, indent=1), output)
    else:
        from .marking.page import pages
        _deliver(_rendered(pages(marked, scores), form, output), output)
    for each in marked:
        _report(each.file, each.not_understood)
    return UsageError.exit_code if unread else exit_code(marked)


def _check_folder(problem: str, text: str, folder: str, data: dict | None, rubric: Rubric | None, output: str | None, jobs: int | None,
                  as_json: bool) -> int:
    """A line for each answer as it is marked; the tables stand in the folder that -o names, or beside the answers."""
    from pathlib import Path

    from .marking.folder import default_out, mark_folder, summary
    from .marking.json import SCHEMA, answer
    from .marking.papers import exit_code
    out = default_out(Path(folder)) if output in (None, "-") else Path(output)
    bar = _Progress()
    found, listed = [], []
    with _about(problem):
        for each in mark_folder(Path(folder), text, name=_title(problem), data=data, rubric=rubric, out=out, jobs=jobs, progress=bar.show):
            found.append(exit_code([each.marked]))
            if as_json:
                listed.append(answer(each.marked, each.score))
            else:
                bar.clear()
                _deliver(summary(each), None)
    bar.clear()
    if as_json:
        import json
        _deliver(json.dumps({"schema": SCHEMA, "answers": listed}, ensure_ascii=False, indent=1), None)
    _complain(f"The tables are in {printable(str(out))}.")
    return 1 if 1 in found else max(found, default=0)


class _Progress:
    """A bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, done: int, of: int) -> None:
        if self.shown and of:
            full = 30 * done // of
            print(f"\r{'━' * full}{'╌' * (30 - full)} {done} of {of}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _rubric(path: str) -> Rubric:
    from .files import read_text
    from .marking.rubric import read_rubric
    return read_rubric(read_text(path), path)


def main(arguments: list[str] | None = None) -> NoReturn:
    """The `longhand` command."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """One command, to its exit code. Nothing that a user can mend ends in a traceback."""
    arguments = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return cli.main(arguments, prog_name="longhand", standalone_mode=False) or 0
    except LonghandError as error:
        _complain(render(error))
        return error.exit_code
    except click.ClickException as error:
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx else ""
        _complain(render(UsageError(error.format_message(), suggestion=usage)))
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SystemExit:                        # click's way out where the reader of the help text has gone
        return 0
    except Exception as error:
        if os.environ.get("LONGHAND_TRACEBACK") == "1":
            _complain(traceback.format_exc().rstrip())
        else:
            said = " ".join(str(error).split())[:200]
            _complain(f"Internal error: {type(error).__name__}: {said}\nThis is a fault of longhand, not of your input. Please report it "
                      "with the file that led to it and the output of the same command with LONGHAND_TRACEBACK=1 set.")
        return INTERNAL


def _format(form: str | None, as_json: bool, output: str | None, built: Iterable[str] = FORMATS,
            instead: str = "longhand solve sheet.md --format md", default: str = "term") -> str:
    """The format asked for; a clear error for one that is not built."""
    if as_json:
        if form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other.")
        return "json"
    if form is None:
        ending = os.path.splitext(output)[1].lower().removeprefix(".") if output else ""
        form = {"htm": "html"}.get(ending, ending)
        form = form if form in built or form in PLANNED else default
    if form not in built:
        what = f"{form} is not built yet" if form in PLANNED else f"{form} is no format"
        raise UsageError(f"{what}; built are {', '.join(built)}.", suggestion=instead)
    return form


def _names(listed: str | None) -> tuple[str, ...]:
    """W_1, W_{2,1} from "W_1,W_{2,1}": commas inside braces separate nothing."""
    if listed is None:
        return ()
    names, depth = [""], 0
    for c in listed:
        depth += (c == "{") - (c == "}")
        if c == "," and depth <= 0:
            names.append("")
        else:
            names[-1] += c
    names = [name.strip() for name in names]
    if not all(names):
        raise UsageError(f"--wrt {listed}: a name is missing between the commas.", suggestion="--wrt W_1,b_1")
    return tuple(names)


def _data(path: str | None) -> dict | None:
    if path is None:
        return None
    from .files import read_text
    from .reading.values import read_data
    try:
        return read_data(read_text(path), words=True)
    except DataError as error:
        raise at(error, Place(source=path)) from None


def _title(path: str) -> str:
    return "" if path == "-" else os.path.basename(path)


@contextmanager
def _about(path: str) -> Iterator[None]:
    """An error from inside says which file it is about."""
    try:
        yield
    except LonghandError as error:
        if error.place is not None and not error.place.source and path != "-":
            error.place = replace(error.place, source=path)
        raise


def _printed(solution: Solution, form: str, output: str | None) -> str:
    if form == "json":
        import json
        return json.dumps(solution.json(), ensure_ascii=False, indent=1)
    if form == "html":
        return solution.html()
    return _rendered(solution.document, form, output)


def _rendered(document: Document, form: str, output: str | None) -> str:
    match form:
        case "md":
            from .printing import markdown
            return markdown.render(document)
        case "tex":
            from .printing import latex
            return latex.render(document)
        case "html":
            from .printing import html
            return html.render(document)
    from .printing import terminal
    screen = output is None and sys.stdout is not None and sys.stdout.isatty()
    return terminal.render(document, shutil.get_terminal_size((PAGE, 24)).columns if screen else PAGE, screen and _colours())


def _colours() -> bool:
    """NO_COLOR (no-color.org) counts where it is set and not empty."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _deliver(text: str, output: str | None) -> None:
    """The result, where it was asked for, in UTF-8 whatever the locale."""
    text = text if text.endswith("\n") else text + "\n"
    if output is not None and output != "-":
        from .files import write_text
        write_text(output, text)
        return
    if sys.stdout is None:
        raise FileError("Standard output is closed.")
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:                                    # a stand-in for the stream, as tests and notebooks use
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            stream.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    except BrokenPipeError:                                   # the reader has seen enough (| head)
        _silence()
    except OSError as error:
        from .files import reason
        _silence()
        raise FileError(f"Standard output cannot be written: {reason(error)}.") from None


def _silence() -> None:
    """What is left in the buffer goes nowhere, so that the interpreter does not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(path: str, remarks: Iterable[Remark]) -> None:
    """Each span that was not understood, in the house form."""
    for remark in remarks:
        text, _, marks = (remark.caret or f"{remark.text}\n^").partition("\n")
        place = Place(remark.line, marks.find("^") + 1, text, marks.count("^"), source="" if path == "-" else path)
        where = pointer(place, "Not understood", remark.column)
        said = printable(remark.text) if remark.text not in text else ""          # the words themselves stand above the carets
        _complain("\n".join(filter(None, (where, said, printable(remark.why), printable(remark.suggestion)))))


def _complain(message: str) -> None:
    """A message on standard error, which may be closed."""
    try:
        stream = sys.stderr
        if stream is None:
            return
        if hasattr(stream, "buffer"):
            stream.flush()
            stream.buffer.write((message + "\n").encode("utf-8", "replace"))
        else:
            stream.write(message + "\n")
        stream.flush()
    except OSError:
        pass
