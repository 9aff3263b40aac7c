"""The reader's front door: a sheet's text to its problems, and everything that was assumed, repaired or not understood."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..core.problem import Problem, Remark
from ..core.record import record
from . import scalars, scopes
from .alternatives import alternatives
from .completed import completed
from .environment import Note
from .formula import read_math
from .given_blocks import given_blocks, unread_listings
from .given_gradients import Found, given_gradients
from .layers import with_layers
from .lone_functions import lone_functions
from .markdown import Block, Math, pieces
from .matter import front_matter
from .problem import ProblemReader
from .requests import understand
from .sentences import Sentence, sentences
from .source import Source
from .spoken import spoken_definitions, wirings
from .statements import statements
from .syntax import Formula, Relation, Span

MOST = 1000                     # formulas of one sheet, eight times what the longest real one has


@record
class Sheet:
    """What was understood of a text. `working` are somebody's own results on the sheet, which solving does not use."""
    problems: tuple[Problem, ...]
    assumptions: tuple[Remark, ...]
    repairs: tuple[Remark, ...]
    not_understood: tuple[Remark, ...]
    working: tuple[Remark, ...] = ()
    source: Source | None = None


def read(text: str, *, name: str = "", data: Mapping[str, object] | None = None, wrt: Sequence[str] = (), layout: str | None = None) -> Sheet:
    """Read a sheet. Nothing is dropped in silence: what is not used is in one of the lists.

    data     numbers for names: nested lists of exact numbers or decimal strings, as --data gives them
    wrt      names to differentiate by, besides what the sheet asks
    layout   "column" or "row": how the solution writes vectors, whatever the sheet does
    """
    source = Source(text, name)
    blocks, tabled = given_blocks(source, pieces(source))
    said = sentences(blocks)
    sheets = []
    for each in alternatives(source, said):
        if each.text != source.text:
            blocks, tabled = given_blocks(own := Source(each.text, name), pieces(own))
            said = sentences(blocks)
        sheets.append((each.title, _read(source, each.text, blocks, said, tabled, data or {}, tuple(wrt), layout)))
    if len(sheets) == 1:
        return sheets[0][1]
    problems = tuple(replace(p, title=f"{p.title} {title}".strip()) for title, sheet in sheets for p in sheet.problems)
    every = [_unique(tuple(r for _, sheet in sheets for r in getattr(sheet, kind))) for kind in ("assumptions", "repairs", "not_understood", "working")]
    return Sheet(problems, *every, source)


def _read(source: Source, text: str, blocks: list[Block], said: list[Sentence], tabled: list[Relation], data: Mapping[str, object],
          wrt: tuple[str, ...], layout: str | None) -> Sheet:
    """The text of the source, or of one of its alternatives, at the same places."""
    runs = [run for block in blocks for run in block.runs if isinstance(run, Math)]
    if len(runs) > MOST:
        note = Note("problem", runs[MOST].span, f"a sheet of {len(runs)} formulas", f"at most {MOST} are read", "give one problem sheet, not a whole book")
        return Sheet((), (), (), (remark(source, note),), (), source)
    matter = front_matter(blocks)
    formulas, remarks = _formulas(source, blocks)
    remarks += [("problem", remark(source, note)) for note in matter.faults]
    if not data and not matter.phrases and not matter.values and (steps := given_gradients(said, formulas)):
        return _steps(source, steps, remarks)
    understood = understand(source, blocks, lambda run: formulas.get(run.span), said)
    understood = replace(understood, phrases=(*matter.phrases, *understood.phrases))
    wired = wirings(blocks, formulas)
    spoken = [*spoken_definitions(blocks, formulas), *wired, *tabled, *scalars.declarations(understood.phrases)]
    displayed = {run.span for block in blocks for run in block.runs if isinstance(run, Math) and run.display}
    found = statements(sorted([(f, span in displayed) for span, f in formulas.items()] + [(f, False) for f in spoken],
                              key=lambda item: item[0].span.start))
    if not any(r.kind == "implement" for r in understood.requests):
        remarks += [(note.kind, remark(source, note)) for note in unread_listings(source, blocks)]
    found, understood, told, data = with_layers(found, understood, data)
    found, understood, noted = completed(found, understood)
    noted = [*told, *noted]
    remarks += [(note.kind, remark(source, note)) for note in noted]
    problems, working = [], []
    judged: set[Span] = set()

    def reader_for(scope: scopes.Scope) -> ProblemReader:
        return ProblemReader(source, scope, understood, matter, data, wrt, layout)

    for reader in scopes.readers(found, understood, reader_for):
        problems += reader.problems()
        judged |= reader.judged
        working += reader.working
        remarks += [(note.kind, remark(source, note)) for note in reader.loose]
    if not found and not understood.requests:
        start = len(text) - len(text.lstrip())
        remarks.append(("problem", remark(source, Note("problem", Span(start, start + 1), "no formula was found, and nothing that is asked",
                                                       "a problem is stated in formulas", "write formulas between dollars: $h = W x + b$"))))
    silent = not problems and not understood.unknown and not any(kind == "problem" for kind, _ in remarks)
    for request in understood.requests if silent else ():
        if request.kind != "function":
            says = f"{request.text.strip(' .')} is asked, and nothing is defined that gives it"
            remarks.append(("problem", remark(source, Note("problem", request.span, says,
                                                           "the sheet defines no quantity by a formula that was understood"))))
    for label, span in matter.named:
        if not any(label in p.program.tensors for p in problems):
            remarks.append(("problem", remark(source, Note("problem", span, f"{label} is no quantity of the sheet", "the front matter names it"))))
    for request in understood.requests:
        if request.kind == "function":
            problems += lone_functions(request, source.place(request.span.start)[0])
    remarks += [("problem", remark(source, Note("problem", u.span, u.text, u.reason))) for u in understood.unknown
                if u.span not in judged and not any(w.span.start <= u.span.start < w.span.end for w in wired)]
    sheet_wide = {kind: tuple(r for k, r in remarks if k == kind) for kind in ("assumption", "repair", "problem")}
    return Sheet(
        tuple(problems),
        sheet_wide["assumption"] + tuple(r for p in problems for r in p.assumptions),
        sheet_wide["repair"] + tuple(r for p in problems for r in p.repairs),
        _unique(sheet_wide["problem"] + tuple(r for p in problems for r in p.not_understood)),
        tuple(working), source)


def _steps(source: Source, steps: Found, remarks: list[tuple[str, Remark]]) -> Sheet:
    """The sheet of steps on given gradients."""
    problems = tuple(replace(p, assumptions=tuple(remark(source, note) for note in notes)) for p, notes in steps)
    kept = [tuple(r for k, r in remarks if k == kind) for kind in ("assumption", "repair", "problem")]
    return Sheet(problems, kept[0] + tuple(r for p in problems for r in p.assumptions), kept[1], kept[2], (), source)


def _unique(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    return tuple(dict.fromkeys(sorted(remarks, key=lambda r: (r.line or 0, r.column or 0))))


def _formulas(source: Source, blocks) -> tuple[dict[Span, Formula], list[tuple[str, Remark]]]:
    """Every mathematical run read, and the repairs and problems met in reading."""
    formulas: dict[Span, Formula] = {}
    remarks: list[tuple[str, Remark]] = []
    for block in blocks:
        for run in block.runs:
            if not isinstance(run, Math):
                continue
            reading = read_math(run)
            if reading.formula is not None:
                formulas[run.span] = reading.formula
            for repair in reading.repairs:
                remarks.append(("repair", remark(source, Note("repair", repair.span, repair.says, repair.reading))))
            for problem in reading.problems:
                remarks.append(("problem", remark(source, Note("problem", problem.span, problem.says, problem.expected, problem.suggestion))))
    return formulas, remarks


def remark(source: Source, note: Note) -> Remark:
    """A note with its place in the source."""
    line, column = source.place(note.span.start)
    return Remark(note.text, note.why, line, column, note.suggestion, source.caret(note.span), note.about, note.numbers)


