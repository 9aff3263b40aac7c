"""The server, by raw sockets: what it serves, what it refuses, and that nothing makes it fall."""
from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install 'longhand[web]'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: pip install 'longhand[web]'")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.web import asked, connected, running  # noqa: E402

from longhand.web import protocol, server  # noqa: E402
from longhand.web.examples import examples  # noqa: E402
from longhand.web.page import files  # noqa: E402

SHEET = examples()[1]["sheet"]
HEAD = b"POST /api HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
PATIENT = 1.0           # seconds that the server of these tests gives a client


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    patch = pytest.MonkeyPatch()
    patch.setattr(protocol.Prompt, "seconds", PATIENT)
    patch.setattr(server, "BODY_SECONDS", PATIENT)
    with running(workers=2) as where:
        yield where
    patch.undo()


def get(address: str, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = connected(address)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.content = response.read()
    connection.close()
    return response


def post(address: str, body: bytes, **headers: str) -> tuple[int, dict]:
    connection = connected(address)
    connection.request("POST", "/api", body, {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    said = response.status, json.loads(response.read())
    connection.close()
    return said


def raw(address: str, content: bytes, wait: float = 5.0) -> bytes:
    """What comes back to these bytes, up to the end or to `wait` seconds without a word."""
    place = urlsplit(address)
    out = b""
    with socket.create_connection((place.hostname, place.port), timeout=wait) as connection:
        try:
            connection.sendall(content)
            while part := connection.recv(65536):
                out += part
                if b"\r\n\r\n" in out and b"onnection: close" not in out:
                    break
        except (TimeoutError, ConnectionError):
            pass
    return out


def well(address: str) -> bool:
    """Whether it solves a sheet as if nothing had happened."""
    status, said = asked(address, {"kind": "solve", "sheet": SHEET + f"\n<!-- {time.time()} -->"})
    return status == 200 and b'class=\\"card\\"' in said


# ---- the page -------------------------------------------------------------------------------------------------------

def test_it_serves_the_page_and_its_files(address):
    assert get(address, "/").content == files()["index.html"]
    for name, content in files().items():
        if name != "index.html":
            response = get(address, f"/{name}")
            assert response.status == 200 and response.content == content, name


@pytest.mark.parametrize("path", ["/", "/app.js", "/nothing", "/api", "/katex/katex.min.js"])
def test_every_answer_has_the_headers(address, path):
    response = get(address, path)
    rules = dict(rule.strip().partition(" ")[::2] for rule in response.getheader("content-security-policy").split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["font-src"] == "'self'" and "unsafe" not in str(rules)
    assert response.getheader("x-content-type-options") == "nosniff" and response.getheader("referrer-policy") == "no-referrer"
    assert response.getheader("server") is None


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/%2e%2e/x", "/katex/../app.js", "/transport-http.js", "//etc/passwd",
                                  "/requests.py"])
def test_there_is_nothing_else(address, path):
    assert get(address, path).status == 404


def test_a_file_is_sent_again_only_if_it_has_changed(address):
    tag = get(address, "/app.js").getheader("etag")
    again = get(address, "/app.js", if_none_match=tag)
    assert again.status == 304 and again.content == b""


@pytest.mark.parametrize(("method", "path"), [("GET", "/api"), ("PUT", "/api"), ("DELETE", "/"), ("POST", "/"), ("OPTIONS", "/api"), ("BREW", "/api")])
def test_other_methods(address, method, path):
    assert get(address, path, method).status in (404, 405)


# ---- requests -------------------------------------------------------------------------------------------------------

def test_it_solves(address):
    assert well(address)
    status, said = post(address, json.dumps({"kind": "check", "sheet": SHEET, "answer": "$p = 0.5$"}).encode())
    assert status == 200 and said["ok"] and sum(said["counts"].values()) == 1


@pytest.mark.parametrize(("body", "status"), [
    (b"", 400), (b"{", 400), (b"[]", 400), (b"null", 400), (b'"x"', 400), (b"\xff\xfe{}", 400), (b'{"kind": "solve"}', 400), (b'{"kind": NaN}', 400),
    (b'{"kind": "solve", "sheet": "' + b"x" * 120_000 + b'"}', 413), (b'{"a":' * 100_00 + b"1" + b"}" * 100_00, 400), (b"{" + b" " * 300_000 + b"}", 413),
    (b'{"kind": "solve", "sheet": "$x$", "moved": [{"problem": 0, "name": "x", "at": [], "value": "1"}]}', 409)])
def test_bad_requests_have_their_status(address, body, status):
    found, said = post(address, body)
    assert found == status and said["ok"] is False


def test_a_sheet_that_is_not_understood_is_no_bad_request(address):
    status, said = post(address, b'{"kind": "solve", "sheet": ""}')
    assert status == 200 and said["error"]["code"] == "not understood"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_only_json(address, kind):
    assert post(address, b'{"kind": "examples"}', content_type=kind)[0] == 400


# ---- who asks -------------------------------------------------------------------------------------------------------

def test_only_by_the_names_of_this_machine(address):
    port = urlsplit(address).port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "LOCALHOST"):
        assert get(address, "/", host=host).status == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", ""):
        assert get(address, "/", host=host).status == 421, host
    assert b" 4" in raw(address, b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")[:13]          # without a name at all


def test_no_other_page_may_ask(address):
    body = b'{"kind": "examples"}'
    own = address.rstrip("/")
    assert post(address, body, origin=own)[0] == 200
    assert post(address, body, origin="https://evil.example")[0] == 403
    assert post(address, body, origin="null")[0] == 403
    assert post(address, body, sec_fetch_site="cross-site")[0] == 403
    assert get(address, "/", origin="https://evil.example").getheader("access-control-allow-origin") is None


def test_what_loopback_is():
    assert all(map(server.is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "LOCALHOST")))
    assert not any(map(server.is_loopback, ("0.0.0.0", "::", "192.168.0.1", "example.org", "127.0.0.1.example.org", "")))
    assert server.hosts_of("0.0.0.0") is None and "localhost" in server.hosts_of("127.0.0.1")


# ---- trouble --------------------------------------------------------------------------------------------------------

def garbage(random: Random, k: int) -> bytes:
    """A request that is none."""
    noise = random.randbytes(random.randint(1, 400))
    whole = b"POST /api HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n"
    def body(content: bytes) -> bytes:
        return whole + b"content-length: %d\r\n\r\n" % len(content) + content
    return (
        noise + b"\r\n\r\n",
        b"GET " + noise.replace(b"\n", b" ").replace(b" ", b"") + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01" + noise + b"\r\n\r\n",                                                  # TLS
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4000 + b"\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        whole + b"content-length: -5\r\n\r\n{}",
        whole + b"content-length: 5\r\ncontent-length: 7\r\n\r\n{}",
        whole + b"content-length: 99999999999999999999\r\n\r\n{}",
        whole + b"transfer-encoding: chunked\r\n\r\nzzz\r\n" + noise,
        whole + b"transfer-encoding: gzip\r\n\r\n" + noise,
        body(noise), body(b"{" + noise), body(b'{"kind": "' + noise), body(b'{"kind": "solve", "sheet": "' + noise + b'"}'),
        body(json.dumps({"kind": "solve", "sheet": random.choice("$\\{}[]^_#&%\n") * random.randint(1, 9)}).encode()[:-random.randint(1, 9)]),
        body(b"[" * random.randint(1, 5000)), body(b'{"kind":' * random.randint(1, 3000)),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade, close\r\nsec-websocket-key: x\r\n\r\n",
    )[k % 20]


def test_a_thousand_malformed_requests(address):
    random = Random(4)
    answers = [raw(address, garbage(random, k), 3.0)[:12] for k in range(1000)]
    statuses = {each[9:12] for each in answers}
    assert statuses <= {b"", b"200", b"400", b"404", b"405", b"409", b"413", b"421", b"431", b"501"} and b"500" not in statuses, statuses
    assert sum(each[9:10] == b"4" for each in answers) > 800
    assert well(address)


def test_bodies_that_do_not_end(address):
    told = raw(address, HEAD + b"content-length: 1000000000\r\n\r\n{" + b"x" * 1000)
    assert told.startswith(b"HTTP/1.1 413")                                                     # before it has come
    chunks = b"transfer-encoding: chunked\r\n\r\n" + b"ffff\r\n" + b"{" + b" " * 65534 + b"\r\n"
    assert raw(address, HEAD + chunks + (b"ffff\r\n" + b" " * 65535 + b"\r\n") * 12).startswith(b"HTTP/1.1 413")
    assert well(address)


def test_slow_clients_are_hung_up_on(address):
    place = urlsplit(address)
    head = HEAD + b"content-length: 50\r\n\r\n"
    silent, dripping, half, second = (socket.create_connection((place.hostname, place.port), timeout=10) for _ in range(4))
    stop = threading.Event()

    def drip() -> None:
        for byte in b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10_000:
            if stop.wait(0.05):
                return
            try:
                dripping.sendall(bytes([byte]))
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    half.sendall(head + b'{"kind"')
    second.sendall(b"GET /app.css HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    time.sleep(0.2)
    while len(second.recv(65536)) == 65536:
        pass
    second.sendall(b"GET /app.css HT")
    assert well(address)                                                                       # while they dawdle
    began = time.monotonic()
    said = {}
    for name, each in (("silent", silent), ("dripping", dripping), ("half", half), ("second", second)):
        said[name] = b""
        try:
            while part := each.recv(65536):
                said[name] += part
        except ConnectionError:
            pass
        each.close()
    stop.set()
    thread.join()
    assert time.monotonic() - began < 8 * PATIENT
    assert said["half"].startswith(b"HTTP/1.1 400") and not said["silent"] and not said["dripping"]
    assert well(address)


def test_clients_that_go_leave_nothing_behind(address):
    place = urlsplit(address)
    for k in range(30):
        content = json.dumps({"kind": "solve", "sheet": SHEET + f"\n<!-- gone {k} -->"}).encode()
        with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
            connection.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(content) + content)
    until = time.monotonic() + 2                             # well before thirty sheets are solved that nobody waits for
    while not well(address):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_many_at_once_are_answered_or_turned_away(address):
    found: list[int] = []

    def one(k: int) -> None:
        found.append(asked(address, {"kind": "solve", "sheet": SHEET + f"\n<!-- many {k} -->"})[0])

    threads = [threading.Thread(target=one, args=(k,)) for k in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 24 and set(found) == {200, 429} and found.count(200) >= 8
    assert well(address)
