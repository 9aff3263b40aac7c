"""The command line: read arguments, call the front door, print. Results go to standard output, all else to standard error."""
from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib import import_module
from typing import NoReturn

import click

from .. import __version__
from ..errors import LonghandError, UsageError, render
from .streams import complain

INTERNAL = 4
COMMANDS = ("solve", "read", "draw", "check", "code", "site", "serve", "train")
"""Each is the function of this name in the module of this name; only the one that is called is loaded."""


class _Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return getattr(import_module(f".{name}", __name__), name) if name in COMMANDS else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="longhand", message="%(prog)s %(version)s")
def cli() -> None:
    """Back-propagation, written out in full.

    PROBLEM is a sheet in Markdown with LaTeX, or the plain-text form that `read` prints; - is standard input.

    Exit codes: 0 all right, 1 findings, 2 usage or a file that cannot be read, 3 part of the input was not understood, 4 internal error.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """The `longhand` command."""
    gc.set_threshold(500_000, 20, 20)         # formulas are many small things that live to the end: looking for rubbish early finds none
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """One command, to its exit code. Nothing that a user can mend ends in a traceback."""
    arguments = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return cli.main(arguments, prog_name="longhand", standalone_mode=False) or 0
    except LonghandError as error:
        complain(render(error))
        return error.exit_code
    except click.ClickException as error:
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx else ""
        complain(render(UsageError(error.format_message(), suggestion=usage)))
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SystemExit:                        # click's way out where the reader of the help text has gone
        return 0
    except Exception as error:
        if os.environ.get("LONGHAND_TRACEBACK") == "1":
            complain(traceback.format_exc().rstrip())
        else:
            said = " ".join(str(error).split())[:200]
            complain(f"Internal error: {type(error).__name__}: {said}\nThis is a fault of longhand, not of your input. Please report it "
                      "with the file that led to it and the output of the same command with LONGHAND_TRACEBACK=1 set.")
        return INTERNAL
