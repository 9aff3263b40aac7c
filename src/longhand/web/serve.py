"""Runs the server: it takes its port first, so that what is wrong with the address is said at once."""
from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..files import reason
from .server import CONNECTIONS, NO_EXTRA, app, hosts_of

if TYPE_CHECKING:
    import uvicorn


def listening(host: str, port: int) -> socket.socket:
    """A socket on the address. UsageError where it cannot be had."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, kind, proto)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        raise UsageError(f"{host}, port {port}, cannot be served: {reason(error)}.", suggestion="Give another one: --port 8001.") from None
    bound.set_inheritable(False)
    return bound


def address(bound: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def made(host: str, ready: Callable[[], None] = lambda: None, **options: Any) -> uvicorn.Server:
    """A server that `run([socket])` starts; `ready` is called once it answers. UsageError where the extra is not installed."""
    try:
        import uvicorn
    except ImportError:
        raise UsageError("The web page needs starlette and uvicorn, which are not installed.", suggestion=NO_EXTRA) from None
    from .protocol import Prompt

    class Server(uvicorn.Server):
        """Tells when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    return Server(uvicorn.Config(
        app(hosts_of(host), **options), http=Prompt, ws="none", loop="asyncio", lifespan="on", log_level="error", access_log=False,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=10, timeout_graceful_shutdown=2, server_header=False, proxy_headers=False,
        h11_max_incomplete_event_size=16_384))


def serve(bound: socket.socket, host: str, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until it is interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        made(host, ready).run([bound])
