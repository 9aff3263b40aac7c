r"""Claims about shapes: $W \in \mathbb{R}^{d \times n}$, "this is a $K \times K$ matrix", (shape $1 \times D$), $(N \times K)(K \times 1) = N \times 1$."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.record import record
from ..reading.source import Source
from ..reading.syntax import Derivative, Formula, Span
from ..reading.terms import Unclear
from .findings import Finding, Line
from .marks import RIGHT, UNCHECKED, WRONG, Mistake
from .subjects import Subject, Subjects
from .written_shapes import Shape, Sizes, is_real, product_of, shown, written

if TYPE_CHECKING:
    from .judge import Judge

NOUNS = frozenset("matrix vector tensor row column scalar number array".split())
SHAPE_WORDS = frozenset("shape shapes dim dims dimension dimensions dimensional size sizes order".split())
LINKING = NOUNS | SHAPE_WORDS | frozenset("this it which that is are has have a an the of with so and thus hence its their in ie i e both".split())
"""Words that may stand between a quantity and its shape without anything else being meant."""
WORD = re.compile(r"[^\W\d_]+")
BULLET = re.compile(r"\n[ \t>]*(?:[-*+]|\d{1,3}[.)])[ \t]")
FARTHEST = 400
"""Characters between a quantity and what is said of its shape."""
BACK = 5
"""Formulas that are looked back at for "the K × K matrix"."""

RANK = (RIGHT, WRONG, UNCHECKED)
SHAPE = Mistake("wrong shape", "", "The shape is another one.")
SUMMED = Mistake("index summed away", "J1", "An index is missing in this shape: it was summed away.")
DIAGONAL = Mistake("diagonal kept as a vector", "H6", "Only the diagonal is kept, as a vector: that is right with ⊙ in the place of the matrix product.")
TRANSPOSED = Mistake("shape transposed", "P1", "This is the shape of the transpose.")
UNFIT = Mistake("shapes do not fit", "", "These shapes cannot be multiplied in this order.")


@record
class Claim:
    """A shape that is stated: side of its line, the shapes that are multiplied, and the quantity it is about where it is told."""
    line: Line
    side: int
    shapes: tuple[Shape, ...]
    subject: Subject | None
    reason: str = ""


def shape_claims(lines: Sequence[Line], judge: Judge, source: Source) -> Iterator[tuple[Line, Finding]]:
    """A finding for each shape that an answer states. Its line is the quantity and the shape."""
    sizes = Sizes(judge.reference.problem)
    subjects = Subjects(judge.scope, judge.reference, sizes)
    for at, line in enumerate(lines):
        if "in" in line.operators:
            yield from _members(line, subjects, sizes)
        elif is_shapes(line, sizes):
            yield from _said(lines, at, subjects, sizes, source.text)


def shape_claims_of_all(lines: Sequence[Line], judges: Sequence[Judge], source: Source) -> list[tuple[Line, Finding]]:
    """The claims held against several problems: of each, the finding of the problem that it goes with best."""
    best: dict[tuple[int, int], tuple[Line, Finding]] = {}
    for judge in judges:
        for line, finding in shape_claims(lines, judge, source):
            key = finding.span.start, finding.span.end
            if key not in best or RANK.index(finding.verdict) < RANK.index(best[key][1].verdict):
                best[key] = line, finding
    return [best[key] for key in sorted(best)]


def is_shapes(line: Line, sizes: Sizes) -> bool:
    """Whether nothing but shapes stands on a line: N × K, or (N × K)(K × 1) = N × 1. Such a line is no equation of numbers."""
    found = [written(part) for part in line.parts]
    if None in found or len(line.parts) > 1 and (set(line.operators) != {"="} or not any(len(shapes) > 1 or "×" in shown(shapes[0]) for shapes in found)):
        return False
    names = [token for shapes in found for shape in shapes for token in shape if isinstance(token, str)]
    return all(sizes.known(name) for name in names) if names and len(line.parts) > 1 else bool(names) or _words_of_shape(line)


def _words_of_shape(line: Line) -> bool:
    before, after = WORD.findall(line.before.lower())[-4:], WORD.findall(line.after.lower())[:1]
    return not SHAPE_WORDS.isdisjoint(before) or not NOUNS.isdisjoint(after)


# ---- W ∈ ℝ^{d×n} ----------------------------------------------------------------------------------------------------------------

def _members(line: Line, subjects: Subjects, sizes: Sizes) -> Iterator[tuple[Line, Finding]]:
    subject = subjects.of(line.parts[0], line.spans[0])
    for side, sign in enumerate(line.operators, 1):
        shape = is_real(line.parts[side]) if sign == "in" else None
        if shape is not None:
            claim = Claim(line, side, (shape,), subject, subjects.reason)
            yield _found(claim, _judged(claim, subjects, sizes))


# ---- this is a K × K matrix -----------------------------------------------------------------------------------------------------

def _said(lines: Sequence[Line], at: int, subjects: Subjects, sizes: Sizes, text: str) -> Iterator[tuple[Line, Finding]]:
    line = lines[at]
    strict, candidates = _about(lines, at, subjects, text)
    shapes = [written(part) or () for part in line.parts]
    unknown = next((t for shape in shapes for each in shape for t in each if isinstance(t, str) and not sizes.known(t)), None)
    if unknown is not None and not _words_of_shape(line):
        return                                                       # a product of something else
    last = len(line.parts) - 1
    for side, factors in enumerate(shapes):
        claim = Claim(line, side, factors, candidates[0] if candidates and strict else None, subjects.reason)
        if len(shapes) > 1 and (fault := _not_fitting(shapes, side)) is not None:
            yield _found(claim, fault)
        elif side == last:
            if strict or not candidates:
                yield _found(claim, _judged(claim, subjects, sizes))
            else:
                yield _found(*_loosely(claim, candidates, subjects, sizes))
        elif side:
            yield _found(claim, (RIGHT, None, "The shapes fit together.", ""))


def _not_fitting(shapes: Sequence[tuple[Shape, ...]], side: int) -> tuple | None:
    """What is wrong with a side of a chain of shapes by itself, or as a product of the side before."""
    result = product_of(shapes[side])
    if isinstance(result, str):
        return _unfit(shapes[side], result)
    before = product_of(shapes[side - 1]) if side else result
    if side and not isinstance(before, str) and _plain(before) != _plain(result):
        return WRONG, SHAPE, f"The product on the left is {shown(before)}.", shown(before)
    return None


def _about(lines: Sequence[Line], at: int, subjects: Subjects, text: str) -> tuple[bool, list[Subject]]:
    """What a shape is about, nearest first, and whether the words leave no doubt."""
    line, start = lines[at], lines[at].spans[0].start
    candidates: list[Subject] = []
    strict = nearest = False
    for other in reversed(lines[max(0, at - BACK):at]):
        between = text[other.spans[-1].end:start]
        if start - other.spans[-1].end > FARTHEST or other.section != line.section or BULLET.search(between):
            break
        if written(other.parts[0]) is not None:
            continue
        subject = subjects.of(other.parts[0], other.spans[0])
        if not nearest:
            nearest, strict = True, _leaves_no_doubt(WORD.findall(between.lower()))
            if strict:
                return True, [subject] if subject is not None else []
        if subject is not None:
            candidates.append(subject)
    if at + 1 < len(lines):                                          # "the K × N matrix W"
        other = lines[at + 1]
        between = text[line.spans[-1].end:other.spans[0].start]
        words = WORD.findall(between.lower())
        if words and set(words) <= NOUNS and not set(between) & set(":\n,.;") and (subject := subjects.of(other.parts[0], other.spans[0])) is not None:
            return True, [subject]
    return False, candidates


def _leaves_no_doubt(words: Sequence[str]) -> bool:
    """Whether the words between say that the formula above has the shape: "this is a", "(shape". "So the" may mean another one."""
    return set(words) <= LINKING and ("the" not in words or not SHAPE_WORDS.isdisjoint(words) or "is" in words)


def _loosely(claim: Claim, candidates: Sequence[Subject], subjects: Subjects, sizes: Sizes) -> tuple[Claim, tuple]:
    """Of several quantities it may be about, one that has the shape."""
    result = product_of(claim.shapes)
    for subject in candidates:
        for shape in (*subject.shapes, *subject.wholes):
            if not isinstance(result, str) and sizes.equal(result, shape) is True:
                own = Claim(claim.line, claim.side, claim.shapes, subject)
                return own, (RIGHT, None, "", "")
    return claim, ("", None, "It is not clear which quantity has this shape.", "")


# ---- one shape held against one quantity ----------------------------------------------------------------------------------------

def _judged(claim: Claim, subjects: Subjects, sizes: Sizes) -> tuple:
    """(verdict, mistake, sentence, right shape)."""
    subject = claim.subject
    if subject is None:
        return "", None, f"Which quantity has this shape is not understood{': ' + claim.reason if claim.reason else ''}.", ""
    result = product_of(claim.shapes)
    if isinstance(result, str):
        return _unfit(claim.shapes, result)
    try:
        same = [sizes.equal(result, shape) for shape in subject.shapes]
        if True in same:
            return RIGHT, None, "", ""
        if None in same:
            return "", None, "The sheet gives no numbers to these sizes.", ""
        if any(sizes.equal(result, whole) for whole in subject.wholes):
            return "", None, "An index stands on it, and the shape is that of the whole.", ""
        if subject.of is None and any(len(shape) == 2 and sizes.equal(result, shape[1:]) for shape in subject.batches):
            return "", None, "This is the shape of one example.", ""
        if subject.is_label:
            return "", None, "The label may be meant as a number or as a vector.", ""
    except Unclear as fault:
        return "", None, f"{fault.reason[:1].upper()}{fault.reason[1:]}.", ""
    true = subject.shapes[-1]
    if len(true) == 1 and len(result) == 2:
        true = (1, *true) if result[0] == 1 else (*true, 1)
    mistake = _mistake(result, subject, subjects, sizes)
    return WRONG, mistake, f"The shape is {shown(true)}. {mistake.says if mistake is not SHAPE else ''}".strip(), shown(true)


def _unfit(shapes: Sequence[Shape], fault: str) -> tuple:
    numbers = {isinstance(size, int) for shape in shapes for size in shape if size != 1}
    if len(numbers) == 2:
        return "", None, "Some of these sizes are numbers and some are letters.", ""
    if any(a == b for a, b in zip(shapes, shapes[1:], strict=False)):
        return "", None, f"As matrices these cannot be multiplied: {fault}. Entry by entry (⊙) they can.", ""
    return WRONG, UNFIT, f"These shapes cannot be multiplied: {fault}.", ""


def _mistake(result: Shape, subject: Subject, subjects: Subjects, sizes: Sizes) -> Mistake:
    stated, true = _plain(result), _plain(subject.shapes[-1])
    if subject.of is not None and isinstance(subject.formula, Derivative):
        if len(stated) * 2 == len(true) and sizes.equal(stated, true[:len(stated)]) and sizes.equal(stated, true[len(stated):]) \
                and subjects.is_diagonal(subject):
            return DIAGONAL
        left = list(true)
        if len(stated) < len(true) and all(_taken(token, left, sizes) for token in stated):
            return replace(SUMMED, says=f"No axis of size {', '.join(map(str, left))} is left: this index was summed away.")
    if len(stated) > 1 and sizes.equal(stated[::-1], true):
        return TRANSPOSED
    return SHAPE


def _taken(token: str | int, left: list, sizes: Sizes) -> bool:
    found = next((other for other in left if sizes.equal((token,), (other,))), None)
    if found is not None:
        left.remove(found)
    return found is not None


def _plain(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _found(claim: Claim, outcome: tuple) -> tuple[Line, Finding]:
    verdict, mistake, says, expected = outcome
    line, span = claim.line, claim.line.spans[claim.side]
    parts: tuple[Formula, ...] = (line.parts[claim.side],)
    spans: tuple[Span, ...] = (span,)
    if claim.subject is not None:
        parts, spans = (claim.subject.formula, *parts), (claim.subject.span, *spans)
    own = Line(parts, ("shape",) * (len(parts) - 1), spans, (), line.before, line.after, line.section)
    finding = Finding(own, len(parts) - 1, kind="shape", mistake=mistake, says=says, expected=expected or None)
    if verdict:
        finding.verdict = verdict
    return own, finding
