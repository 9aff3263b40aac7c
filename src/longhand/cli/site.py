"""`longhand site`."""
from __future__ import annotations

import click

from .streams import complain


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--pyodide", metavar="FOLDER", help="The npm package pyodide, unpacked. Default: npm fetches it.")
@click.option("--flint", metavar="FILE.whl", help="The wheel of python-flint for the browser. Default: pip fetches it.")
def site(folder: str, pyodide: str | None, flint: str | None) -> int:
    """The page of `serve` as static files in DIR, with Python in the browser.

    Any web space can serve DIR. Nobody's sheet leaves the browser, and nothing is loaded from elsewhere.
    """
    from ..web.site import build
    files = build(folder, pyodide, flint)
    size = sum(map(len, files.values())) / 1e6
    complain(f"{folder}: {len(files)} files, {size:.0f} MB. To look at it: python3 -m http.server --bind 127.0.0.1 --directory {folder}")
    return 0
