"""The web page's server: from a keystroke to its solution, and requests a second.

    python -m bench.web            a report
    with running() as address:     a server for tests, in a thread of this process
"""
from __future__ import annotations

import contextlib
import http.client
import json
import re
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT.parent / "shared" / "seeds"
SECONDS = 6.0
CLIENTS = 2


@contextlib.contextmanager
def running(**options: object) -> Iterator[str]:
    """A server on a free port of this machine, while the block runs; `options` as of web.server.app."""
    from longhand.web.serve import address, listening, made
    up = threading.Event()
    with listening("127.0.0.1", 0) as bound:
        server = made("127.0.0.1", up.set, **options)
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        try:
            if not up.wait(60):
                raise RuntimeError("the server does not start")
            yield address(bound)
        finally:
            server.should_exit = True
            thread.join(20)


def ask(connection: http.client.HTTPConnection, request: object) -> tuple[int, bytes]:
    """Status and body of one request."""
    connection.request("POST", "/api", json.dumps(request).encode(), {"content-type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()


def connected(address: str) -> http.client.HTTPConnection:
    """A connection to the server."""
    return http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)


def asked(address: str, request: object) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    with contextlib.closing(connected(address)) as connection:
        return ask(connection, request)


def sheet() -> str:
    """Seed 001, or the example where the seeds are not here."""
    found = sorted(SEEDS.glob("001*"))
    return (found[0] if found else ROOT / "examples" / "two-layer-softmax.md").read_text(encoding="utf-8")


def typed(kind: str, text: str, k: int) -> str:
    """The sheet after a keystroke: another word, another number, or another symbol in a formula; never the same twice."""
    match kind:
        case "word":
            return f"{text}\n<!-- {k} -->"
        case "number":
            return re.sub(r"(\\begin\{[bp]matrix\}\s*)(-?[\d.]+)", lambda m: f"{m[1]}{m[2]}{'' if '.' in m[2] else '.'}{k}", text, count=1)
        case "formula":
            return text.replace("\\text{Loss}", f"\\text{{Loss{k}}}")
    raise ValueError(kind)


KINDS = {"word": "a word", "number": "a number", "formula": "a symbol of a formula"}


def keystroke(rounds: int = 9) -> dict[str, float]:
    """Processor time of one answer in a warm process, each time to another text: seconds, by what was typed."""
    from longhand.web.worker import answered
    text, found = sheet(), {}

    def timed(requests: Iterable[object]) -> float:
        times = []
        for request in requests:
            began = time.process_time()
            answered(json.dumps(request).encode())
            times.append(time.process_time() - began)
        return median(times[3:])

    for kind, said in KINDS.items():
        assert typed(kind, text, 1) != typed(kind, text, 2), kind
        found[f"a keystroke: {said}"] = timed({"kind": "solve", "sheet": typed(kind, text, k)} for k in range(rounds + 3))
    found["a slider"] = timed({"kind": "solve", "sheet": text, "moved": [{"problem": 0, "name": "eta", "at": [], "value": f"0.{k + 25}"}]}
                              for k in range(rounds + 3))
    return found


def load(address: str, kind: str | None, seconds: float = SECONDS) -> tuple[float, list[float]]:
    """Requests a second, and how long each took, with CLIENTS connections at once; `kind`: what differs from text to text."""
    text, took, lock = sheet(), [], threading.Lock()
    until = time.perf_counter() + seconds

    def one(number: int) -> None:
        own, k = [], 0
        with contextlib.closing(connected(address)) as connection:
            while time.perf_counter() < until:
                k += 1
                began = time.perf_counter()
                status, _ = ask(connection, {"kind": "solve", "sheet": typed(kind, text, k * CLIENTS + number) if kind else text})
                own.append(time.perf_counter() - began)
                assert status == 200, status
        with lock:
            took.extend(own)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / (time.perf_counter() - began), took


def report() -> str:
    """The rows, as text."""
    lines = ["The web page: seed 001 to its solution as HTML", ""]
    lines += [f"  {name:<52}{1e3 * seconds:>8.0f} ms of one core" for name, seconds in keystroke().items()]
    for name, kind, options in (("the same text again and again", None, {}), ("each time another word, no answer kept", "word", {"kept": 0}),
                                ("each time another number, no answer kept", "number", {"kept": 0})):
        with running(workers=2, **options) as address:
            load(address, kind, 1.0)
            rate, took = load(address, kind)
        cuts = quantiles(took, n=100)
        lines.append(f"  {name:<52}{rate:>8.0f} a second, median {1e3 * median(took):.1f} ms, p99 {1e3 * cuts[98]:.1f} ms ({CLIENTS} clients)")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
