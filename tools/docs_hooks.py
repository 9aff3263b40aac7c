"""What mkdocs does not know by itself: the pages of a folder, and the tables that are made from the code.

A line `<!-- table: commands -->` in a page is replaced by the table of that name, made anew at each build, so that it cannot go out of date.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

import click

PLACE = re.compile(r"^<!-- table: ([a-z-]+) -->$", re.MULTILINE)
FIRST = ("sheets.md", "architecture.md")     # pages that open their folder


def on_config(config: object) -> object:
    """An entry of the navigation that ends in / becomes the list of the pages in that folder."""
    config["nav"] = [_opened(entry, Path(config["docs_dir"])) for entry in config["nav"]]
    return config


def _opened(entry: dict, docs: Path) -> dict:
    (title, target), = entry.items()
    if not isinstance(target, str) or not target.endswith("/"):
        return entry
    pages = sorted((docs / target).glob("*.md"), key=lambda page: (page.name not in FIRST, page.name))
    return {title: [page.relative_to(docs).as_posix() for page in pages]}


def on_page_markdown(markdown: str, **_: object) -> str:
    """The page with its tables."""
    return PLACE.sub(lambda place: TABLES[place[1]](), markdown)


def commands() -> str:
    """Each command with its arguments and options, as click has them."""
    from longhand.cli import COMMANDS, cli

    parts = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        context = click.Context(command, info_name=f"longhand {name}")
        rows = [record for p in command.get_params(context) if (record := p.get_help_record(context)) and record[1] and "--help" not in record[0]]
        words = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
        parts += [f"## longhand {name}", f"```text\n{context.get_usage().removeprefix('Usage: ')}\n```", *words, _table(("option", "meaning"), (
            (f"`{option}`", says) for option, says in rows)) if rows else ""]
    return "\n\n".join(filter(None, parts))


def functions() -> str:
    """The functions that a sheet may use: activations and elementary functions, functions of vectors, losses."""
    from longhand.functions import table

    scalars = ((_names(row), f"`{_printed(row.latex)}`", _kinks(row), row.why) for row in table.SCALARS)
    vectors = ((_names(row), row.why) for row in table.VECTOR_FUNCTIONS)
    losses = ((_names(row), f"`{_printed(row.latex)}`", row.why) for row in table.LOSSES)
    return "\n\n".join((
        "## Functions of a number", _table(("name", "LaTeX", "slope at a kink", "its derivative"), scalars),
        "## Functions of a vector", _table(("name", "its derivative"), vectors),
        "## Losses", _table(("name", "LaTeX", "meaning"), losses)))


def _printed(latex: str) -> str:
    """LaTeX with x for the argument and α for a parameter, without the brackets' sizes."""
    return latex.replace("#1", "x").replace("#2", "α").replace("\\left", "").replace("\\right", "")


def _names(row: object) -> str:
    return ", ".join((f"`{row.name}`", *row.aliases))


def _kinks(row: object) -> str:
    return ", ".join(f"{slope if len(slope) < 9 else slope[:7] + '…'} at {point}".replace("#2", "α") for point, slope in row.kinks.items())


def mistakes() -> str:
    """The catalogue of mistakes that `longhand check` knows by name."""
    from longhand.marking.mistakes import MISTAKES

    once = {row.mistake.name: row.mistake for row in MISTAKES}
    return _table(("code", "mistake", "what the writer is told"), ((m.code, m.name, m.says) for m in sorted(once.values(), key=_by_code)))


def _by_code(mistake: object) -> tuple[str, int, str]:
    letters = mistake.code.rstrip("0123456789")
    return letters, int(mistake.code[len(letters):] or 0), mistake.name


def front_matter() -> str:
    """The keys of the front matter."""
    from longhand.reading.matter import KEYS

    return _table(("key", "value"), ((f"`{key}`", expected) for key, (_, expected) in KEYS.items()))


def names() -> str:
    """The public names of the package, with the first line of what is said of each."""
    import longhand

    rows = []
    for name in sorted((*(n for n in longhand.__all__ if n[0] != "_"), "sum"), key=str.lower):
        says = (getattr(longhand, name).__doc__ or "").strip().split("\n\n")[0]
        rows.append((f"`{name}`", " ".join(says.split())))
    return _table(("name", "meaning"), rows)


def errors() -> str:
    """The kinds of errors, with the exit code that each leads to."""
    kinds = [kind for kind in vars(import_module("longhand.errors")).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return _table(("error", "meaning", "exit code"), ((f"`{kind.__name__}`", (kind.__doc__ or "").split("\n")[0], str(kind.exit_code)) for kind in kinds))


TABLES: dict[str, Callable[[], str]] = {
    "commands": commands, "functions": functions, "mistakes": mistakes, "front-matter": front_matter, "names": names, "errors": errors}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Text without what would end a cell or begin a tag; code stands as it is."""
    return text if text.startswith("`") else " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
