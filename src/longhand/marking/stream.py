"""A folder run as JSON, in pieces, so that no more than one answer is held at a time."""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from .folder import Answer
from .json import SCHEMA, answer


def json_pieces(answers: Iterable[Answer]) -> Iterator[str]:
    """The JSON object of a run, an answer a piece; together they are one object of the schema longhand/marks/1."""
    yield f'{{"schema": {json.dumps(SCHEMA)}, "answers": ['
    for number, each in enumerate(answers):
        yield (",\n " if number else "\n ") + json.dumps(answer(each.marked, each.score), ensure_ascii=False)
    yield "\n]}\n"
