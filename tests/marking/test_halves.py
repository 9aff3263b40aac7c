"""One document with a problem and its solution: the heading that parts them."""
from __future__ import annotations

from pathlib import Path

import pytest

from longhand import check
from longhand.marking.halves import sheet_part

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHEET, ANSWER = ((EXAMPLES / f"two-layer-softmax{end}.md").read_text(encoding="utf-8") for end in ("", "-answer"))


@pytest.mark.parametrize("heading", ["## Solution", "# My answer:", "**Solution**", "Solution:", "### 2. Student's solution ###"])
def test_the_heading_parts_the_document(heading):
    assert sheet_part(f"# A problem\n\nFind z.\n\n{heading}\n\nz = 1\n") == "# A problem\n\nFind z.\n\n"


@pytest.mark.parametrize("text", ["# A problem\n\nThe solution: z = 1\n", "## Solution of the equation\n\nz = 1\n",
                                  "# Problem 1\n\n## Solution\n\nz = 1\n\n# Problem 2\n\nFind y.\n"])
def test_what_does_not_part_it(text):
    assert sheet_part(text) == text


@pytest.mark.parametrize("heading", ["", "## Solution\n\n"])
def test_a_worked_document_marks_as_problem_and_answer_do_apart(heading):
    apart = check(SHEET, ANSWER)
    together = check(f"{SHEET}\n\n{heading}{ANSWER}")
    own = [m for m in together.marks if m.line > SHEET.count("\n")]
    shift = own[0].line - apart.marks[0].line
    assert [(m.line - shift, m.column, m.verdict) for m in own] == [(m.line, m.column, m.verdict) for m in apart.marks]
