"""Requests of the page to their answers: JSON in, JSON out, the same on a server and in a browser.

    answer({"kind": "solve", "sheet": "..."})["html"]           the worked solution as a piece of HTML

    kind        with                                           gives
    solve       sheet, moved                                   html, contents, remarks, numbers, losses
    check       sheet, answer, moved                           html, contents, counts, first_mistake, remarks (of the answer)
    export      sheet, format, moved; answer for a marked one  name, type, and text or base64
    examples                                                   examples, formats, marked_formats

`moved` lists numbers that stand in the place of the sheet's: {"problem": 0, "name": "W_1", "at": [0, 1], "value": "0.25"}.
What cannot be answered has "ok": false and an "error" with one of CODES; text from people comes back escaped, or as JSON strings.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..core.lately import Lately
from ..errors import LonghandError

SCHEMA = "longhand/web/1"
ANSWERED = b'{"schema":"longhand/web/1","ok":true'
"""How the JSON of an answer begins that is one."""
CODES = ("bad request", "too large", "not understood", "stale", "too slow", "busy", "internal")
LONGEST = 100_000
"""Characters of a sheet or of an answer."""
MOVED = 400
"""Numbers that may be moved in one request."""
DEEPEST = 6
"""Lists and objects inside each other in a request."""


class BadRequest(Exception):
    """A request that no page of ours sends."""

    def __init__(self, says: str, code: str = "bad request") -> None:
        super().__init__(says)
        self.code = code


def answer(request: object) -> dict[str, Any]:
    """The answer to any JSON value; it never raises."""
    try:
        checked = _checked(request)
        return {"schema": SCHEMA, "ok": True, "kind": checked["kind"], **KINDS[checked["kind"]](checked)}
    except BadRequest as error:
        return failure(error.code, str(error))
    except LonghandError as error:
        place = error.place
        where = {} if place is None else {"line": place.line, "column": place.column, "length": place.width}
        return failure("not understood", error.statement, suggestion=error.suggestion, **where)
    except RecursionError:
        return failure("too large", "A formula is nested too deeply.")
    except MemoryError:
        return failure("too large", "This needs more memory than a request may have.")
    except Exception as error:
        return failure("internal", f"{type(error).__name__}. This is a fault of longhand, not of the sheet: please report it with the sheet.")


def failure(code: str, says: str, **more: object) -> dict[str, Any]:
    """The answer of a request that has none."""
    return {"schema": SCHEMA, "ok": False, "error": {"code": code, "says": says, **more}}


# ---- what a request may be ------------------------------------------------------------------------------------------

def _checked(request: object) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise BadRequest("A request is a JSON object.")
    if _depth(request) > DEEPEST:
        raise BadRequest("The request is nested too deeply.")
    kind = request.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadRequest(f"The kind of a request is one of {', '.join(KINDS)}.")
    unknown = sorted(map(str, request.keys() - FIELDS[kind]))
    if unknown:
        raise BadRequest(f"A {kind} request has no field {unknown[0][:40]}.")
    for name in ("sheet", "answer", "format"):
        if name in request and name in FIELDS[kind]:
            _text(name, request[name])
    if "sheet" in FIELDS[kind]:
        if "sheet" not in request:
            raise BadRequest(f"A {kind} request has a sheet.")
        _moved(request.get("moved", []))
    if kind == "check" and "answer" not in request or kind == "export" and "format" not in request:
        raise BadRequest(f"A {kind} request has {'an answer' if kind == 'check' else 'a format'}.")
    return request


def _text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise BadRequest(f"The {name} is text.")
    if len(value) > LONGEST:
        raise BadRequest(f"The {name} has {len(value)} characters; {LONGEST} are the most.", "too large")
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise BadRequest(f"The {name} holds characters that are no text.")


def _moved(moved: object) -> None:
    if not isinstance(moved, list) or len(moved) > MOVED:
        raise BadRequest(f"`moved` is a list of at most {MOVED} numbers.")
    for each in moved:
        fits = isinstance(each, dict) and each.keys() == {"problem", "name", "at", "value"} and type(each["problem"]) is int
        if not fits or not isinstance(each["name"], str) or not isinstance(each["value"], str) or not isinstance(each["at"], list) \
                or not all(type(k) is int and k >= 0 for k in each["at"]):
            raise BadRequest('A moved number is like {"problem": 0, "name": "W_1", "at": [0, 1], "value": "0.25"}.')


def _depth(value: object) -> int:
    """How many lists and objects lie inside each other; counted no further than too deep."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        level = [item for each in level if isinstance(each, dict | list) for item in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth


# ---- answers --------------------------------------------------------------------------------------------------------

def _solve(request: dict[str, Any]) -> dict[str, Any]:
    from . import numbers, remarks
    sheet = _sheet(request)

    def made() -> dict[str, Any]:
        solution = _solved(sheet, request)
        html, contents = solution.fragment()
        return {"html": html, "contents": contents, "remarks": remarks.of_solution(solution), "numbers": numbers.given(solution),
                "losses": numbers.losses(solution)}

    return _PAGES.of(_shown(sheet), made)


def _check(request: dict[str, Any]) -> dict[str, Any]:
    from ..marking.page import page
    from ..printing import html_marks
    from . import remarks
    marked = _marked(request)
    first = marked.first_mistake
    html, contents = html_marks.fragment(page(marked))
    return {"html": html, "contents": contents, "counts": marked.counts, "remarks": remarks.of_marked(marked),
            "first_mistake": None if first is None else {"line": first.line, "mistake": first.mistake}}


def _export(request: dict[str, Any]) -> dict[str, Any]:
    from . import exports
    if "answer" in request:
        return exports.marked(_marked(request), request["format"])
    return exports.solution(_solved(_sheet(request), request), request["format"])


def _examples(request: dict[str, Any]) -> dict[str, Any]:
    from . import exports
    from .examples import examples
    return {"examples": examples(), "formats": list(exports.formats()), "marked_formats": list(exports.marked_formats())}


KINDS = {"solve": _solve, "check": _check, "export": _export, "examples": _examples}
FIELDS = {"solve": {"kind", "sheet", "moved"}, "check": {"kind", "sheet", "answer", "moved"},
          "export": {"kind", "sheet", "answer", "format", "moved"}, "examples": {"kind"}}


# ---- what is kept between requests ----------------------------------------------------------------------------------

@lru_cache(maxsize=8)
def _read(sheet: str) -> Any:
    """What was understood of a sheet: a slider moves its numbers without reading it again."""
    from ..files import decoded
    from ..solution import read
    return read(decoded(sheet.encode(), "The sheet"))


@lru_cache(maxsize=4)
def _marker(sheet: str) -> Any:
    """A sheet made ready for marking."""
    from ..files import decoded
    from ..marking.mark import Marker
    return Marker(decoded(sheet.encode(), "The sheet"))


_PAGES = Lately(6)
"""The pages that were made last: who types words between the formulas asks for the same page again, under another text."""


def _shown(sheet: Any) -> tuple[Any, ...]:
    """All of a sheet that its page shows: the problems, what comparing them leaves out, and what was not understood or repaired."""
    left_out = []
    for p in sheet.problems:
        equations, axes = p.program.left_out()
        left_out.append(([label for label, _ in equations], axes, *map(tuple, (p.data, p.sizes, p.notation.spellings))))    # no place is shown
    return left_out, sheet.not_understood, sheet.repairs, sheet.problems


def _sheet(request: dict[str, Any]) -> Any:
    from . import numbers
    return numbers.moved(_read(request["sheet"]), request.get("moved", []))


def _solved(sheet: Any, request: dict[str, Any]) -> Any:
    from ..solution import solve
    return solve(sheet, name=title(request["sheet"]))


def _marked(request: dict[str, Any]) -> Any:
    from . import numbers
    moves = request.get("moved", [])
    data = numbers.moved_data(_read(request["sheet"]), moves) if moves else None
    if data:
        from ..marking.mark import Marker
        return Marker(request["sheet"], data=data).mark(request["answer"])
    return _marker(request["sheet"]).mark(request["answer"])


def title(sheet: str) -> str:
    """The first heading of a sheet; "" where it has none near its top."""
    for line in sheet.split("\n", 40)[:40]:
        if line.startswith("#"):
            return line.lstrip("#").strip()[:120]
    return ""
