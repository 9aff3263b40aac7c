"""One document that holds a problem and, under a heading of its own, somebody's solution."""
from __future__ import annotations

import re

HEADING = re.compile(r"^ {0,3}(?:#{1,6}[ \t]+(?P<hashed>[^\n]{1,80})|\*\*(?P<bold>[^*\n]{1,80})\*\*[ \t]*:?|(?P<plain>[A-Za-z' ]{1,40}):)[ \t]*$", re.MULTILINE)
ANSWER = frozenset({"solution", "solutions", "my solution", "answer", "my answer", "answers", "my answers", "worked solution", "sample solution",
                    "model solution", "model answer", "student solution", "student answer", "students solution", "students answer",
                    "submission", "working", "my working", "my work"})
PROBLEM = ("problem", "exercise", "question", "task", "assignment")


def sheet_part(text: str) -> str:
    """The text before the heading that announces a solution; all of it where there is none, or where another problem follows."""
    headings = [(m.start(), _words(m)) for m in HEADING.finditer(text)]
    announced = [start for start, words in headings if words in ANSWER]
    if len(announced) == 0 or any(start > announced[0] and words.startswith(PROBLEM) for start, words in headings):
        return text
    return text[:announced[0]]


def _words(found: re.Match[str]) -> str:
    said = found["hashed"] or found["bold"] or found["plain"] or ""
    return " ".join(re.sub(r"[^a-z ]", "", said.lower().replace("’", "").replace("'", "")).split())
