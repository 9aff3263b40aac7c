"""`longhand serve`."""
from __future__ import annotations

import click

from .streams import complain


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on. Only this machine reaches the default.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes one that is free.")
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
def serve(host: str, port: int, opened: bool) -> int:
    """The web page: a sheet on one side, its solution on the other, live as one types.

    Nothing leaves this machine. Needs the extra `web`: pip install 'longhand[web]'.
    """
    from ..web.serve import address, listening
    from ..web.serve import serve as run
    from ..web.server import is_loopback
    bound = listening(host, port)
    where = address(bound)
    if not is_loopback(host):
        complain(f"Warning: on {host} everyone who reaches this machine can use this page. There is no password and no encryption; "
                 "for the open net, put a web server with both before it.")

    def ready() -> None:
        complain(f"longhand serves {where} (Ctrl-C ends it)")
        if opened:
            import webbrowser
            webbrowser.open(where)

    with bound:
        run(bound, host, ready)
    return 0
