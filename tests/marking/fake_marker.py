"""A marker for tests of the folder: it reads its orders in the answer. As a script it marks a folder, slowly, to be killed."""
from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from longhand.marking.folder import mark_folder, summary
from longhand.marking.marks import CellMark, Mark, Marked

VALUE = {"right": "0.5", "wrong": "0.7", "carried": "0.9"}


class FakeMarker:
    """A line "right", "wrong" or "carried" is a claim; other words are orders: crash, hang, raise, swallow."""
    quantities = ("h", "dL/dW", "dL/db")
    asked = ("dL/dW", "dL/db")
    cells = {"dL/dW": 1, "dL/db": 1}

    def __init__(self, seconds: float = 0.0, log: str = "") -> None:
        self.seconds, self.log = seconds, log

    def mark(self, text: str, file: str = "") -> Marked:
        if self.log:
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(file + "\n")
        time.sleep(self.seconds)
        return Marked(file, text, tuple(self._marks(text)), notes=("a note",))

    def _marks(self, text: str):
        for line, said in enumerate(text.split("\n"), 1):
            match said.strip():
                case "crash":
                    os._exit(9)
                case "hang":
                    while True:
                        pass
                case "raise":
                    raise RecursionError("deep")
                case "swallow":
                    bytearray(1 << 40)
                case "right" | "wrong" | "carried" as verdict:
                    entries = (CellMark((0,), verdict, VALUE[verdict], "0.5"),)
                    yield Mark(line, 1, 0, 5, said, verdict, "W", "log10 for ln" if verdict == "wrong" else None, "=1+1", "", "0.5",
                               VALUE[verdict], entries=entries, quantity="dL/dW", given=1 if verdict == "carried" else None)
                case other if other:
                    yield Mark(line, 1, 0, len(other), other, "not checked", about=other, says="words", stated=other)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)        # Ctrl-C is heard, also in the background of a shell, which ignores it
    folder, out, jobs, seconds = sys.argv[1:]
    for answer in mark_folder(Path(folder), "a problem", out=Path(out), jobs=int(jobs), make_marker=partial(FakeMarker, float(seconds))):
        print(summary(answer), flush=True)
