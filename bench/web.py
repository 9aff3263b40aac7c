"""The web page's server: from a keystroke to its solution, and requests a second.

    python -m bench.web            a report
    with running() as address:     a server for tests, in a thread of this process
"""
from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
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


def keystroke(rounds: int = 7) -> dict[str, float]:
    """Processor time of one answer in a warm process, each time to another text: seconds, by what is asked."""
    from longhand.web.worker import answered
    text = sheet()
    moved = [{"problem": 0, "name": "eta", "at": [], "value": "0.25"}]
    found: dict[str, list[float]] = {"a keystroke: another text": [], "a slider: the same text, another number": []}
    for k in range(rounds + 3):
        typed = text + " " * k
        for name, request in zip(found, ({"kind": "solve", "sheet": typed}, {"kind": "solve", "sheet": typed, "moved": moved}), strict=True):
            began = time.process_time()
            answered(json.dumps(request).encode())
            found[name].append(time.process_time() - began)
    return {name: median(times[3:]) for name, times in found.items()}


def load(address: str, distinct: bool, seconds: float = SECONDS) -> tuple[float, list[float]]:
    """Requests a second, and how long each took, with CLIENTS connections at once; `distinct`: no two texts are the same."""
    text, took, lock = sheet(), [], threading.Lock()
    until = time.perf_counter() + seconds

    def one(number: int) -> None:
        own, k = [], 0
        with contextlib.closing(connected(address)) as connection:
            while time.perf_counter() < until:
                k += 1
                began = time.perf_counter()
                status, _ = ask(connection, {"kind": "solve", "sheet": text + f"\n<!-- {number} {k} -->" * distinct})
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
    for name, distinct, options in (("the same text again and again", False, {}), ("each time another text, nothing kept", True, {"kept": 0})):
        with running(workers=2, **options) as address:
            load(address, distinct, 1.0)
            rate, took = load(address, distinct)
        cuts = quantiles(took, n=100)
        lines.append(f"  {name:<52}{rate:>8.0f} a second, median {1e3 * median(took):.1f} ms, p99 {1e3 * cuts[98]:.1f} ms ({CLIENTS} clients)")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
