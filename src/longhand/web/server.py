"""The server: the files of the page, and requests to the workers. It keeps nothing of what people send but answers that may come again.

Everything that leaves carries a policy under which a page runs no script but its own files and talks to nobody else.
"""
from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Coroutine
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ..errors import UsageError
from . import page
from .pool import SECONDS, Pool
from .requests import ANSWERED, BadRequest, failure

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LARGEST = 256_000
"""Bytes of a request."""
BODY_SECONDS = 10.0
"""How long a client may take to send it."""
AFTERWARDS = 2.0
"""How long work goes on whose client has gone: most of it is about to end, and a new worker costs more."""
CONNECTIONS = 256
WORKERS = 4
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
HEADERS = {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
           "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
           "permissions-policy": "camera=(), microphone=(), geolocation=()"}
STATUS = {"bad request": 400, "too large": 413, "stale": 409, "busy": 429, "too slow": 503, "internal": 500}
"""HTTP's word for what went wrong; a sheet that is not understood is no fault of the request."""
NO_EXTRA = "pip install 'longhand[web]'"


def app(hosts: frozenset[str] | None = None, *, workers: int | None = None, seconds: float = SECONDS, kept: int | None = None) -> Starlette:
    """The application. `hosts`: names under which it may be asked for, None for any; `seconds`: how long a request may take;
    `kept`: bytes of answers that are kept. UsageError where starlette is not installed."""
    try:
        from starlette.applications import Starlette
        from starlette.responses import Response
        from starlette.routing import Route
    except ImportError:
        raise UsageError("The web page needs starlette and uvicorn, which are not installed.", suggestion=NO_EXTRA) from None
    pool = Pool(workers or min(WORKERS, os.cpu_count() or 1), seconds, **({} if kept is None else {"kept": kept}))
    files = {f"/{name}": (content, page.kind(name), f'"{sha256(content).hexdigest()[:20]}"') for name, content in page.files("http").items()}
    files["/"] = files.pop("/index.html")

    async def file(request: Request) -> Response:
        found = files.get(request.url.path)
        if found is None:
            return Response("There is no such page.\n", 404, media_type="text/plain")
        content, kind, tag = found
        head = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=head)
        return Response(content, media_type=kind, headers=head)

    async def api(request: Request) -> Response:
        try:
            begun = asyncio.Event()
            said = await _unless_gone(request, pool.answer(await _body(request), request.client.host if request.client else "", begun), begun)
        except BadRequest as error:
            return _failed(error.code, str(error))
        status = 200 if said.startswith(ANSWERED) else STATUS.get(json.loads(said)["error"]["code"], 200)
        return Response(said, status, media_type="application/json", headers={"cache-control": "no-store"})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await pool.open()
        yield
        await pool.close()

    routes = [Route("/api", api, methods=["POST"]), Route("/{path:path}", file, methods=["GET"])]
    made = Starlette(routes=routes, lifespan=lifespan)
    made.add_middleware(_Guard, hosts=hosts)
    return made


async def _unless_gone(request: Request, work: Coroutine[None, None, bytes], begun: asyncio.Event) -> bytes:
    """The result of the work. Where the client goes, work that has begun has a moment to end; then it is given up."""
    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and begun.is_set():
            await asyncio.wait({task}, timeout=AFTERWARDS)
        if task.done():
            return task.result()
        raise BadRequest("The client has gone.")
    finally:
        leaving.cancel()
        task.cancel()


def _failed(code: str, says: str, status: int | None = None) -> Response:
    """An answer that ends the connection: the rest of a request that is refused is not waited for."""
    from starlette.responses import JSONResponse
    return JSONResponse(failure(code, says), status or STATUS[code], headers={"cache-control": "no-store", "connection": "close"})


async def _body(request: Request) -> bytes:
    """The request, as JSON of this size at most, within this time. BadRequest else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequest("A request is of the type application/json.")
    told = request.headers.get("content-length", "0")
    if told.isdecimal() and int(told[:12]) > LARGEST:
        raise BadRequest(f"A request has at most {LARGEST} bytes.", "too large")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise BadRequest(f"A request has at most {LARGEST} bytes.", "too large")
    except TimeoutError:
        raise BadRequest("The request did not come to its end.") from None
    if not body.lstrip()[:1] == b"{":
        raise BadRequest("A request is a JSON object.")
    return bytes(body)


class _Guard:
    """Around everything: the name that was asked for, the page that asks, and the headers of all answers."""

    def __init__(self, app: object, hosts: frozenset[str] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: dict) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *((name.encode(), value.encode()) for name, value in HEADERS.items())]
            await send(message)

        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        elsewhere = scope["method"] == "POST" and headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none")
        refused = None
        if self.hosts is not None and _name(host) not in self.hosts:
            refused = _failed("bad request", "This server is not asked for by that name.", 421)     # a name made to point at this machine
        elif elsewhere or origin and origin.partition("://")[2] != host:
            refused = _failed("bad request", "Another page may not ask this server.", 403)
        await (refused or self.app)(scope, receive, dressed)


def _name(host: str) -> str:
    """The name or address in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, which nobody else reaches."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hosts_of(host: str) -> frozenset[str] | None:
    """The names under which a server on this address may be asked for: None, any, where it is not this machine's own."""
    return frozenset({"localhost", "127.0.0.1", "::1", host.strip("[]").lower()}) if is_loopback(host) else None
