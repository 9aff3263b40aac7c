"""The source files as syntax trees, for the tests of the structure."""
from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "longhand"
ROOT = Path(__file__).resolve().parents[2] / "src" / PACKAGE


@dataclass(frozen=True)
class Source:
    """One file: its place inside the package (("core", "expr")) and its text."""
    parts: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        return "/".join(self.parts) + ".py"

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def sources() -> list[Source]:
    """Every file of the package."""
    return [Source(path.relative_to(ROOT).with_suffix("").parts, path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))]


def imported(source: Source) -> Iterator[tuple[str, ...]]:
    """Modules of the package that a file imports, at its top or inside a function, as paths inside the package."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            base = source.parts[:-node.level] if node.level else ()
            module = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                yield from _targets((*base, *module), node)
            elif module[:1] == (PACKAGE,):
                yield from _targets(module[1:], node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first, *rest = alias.name.split(".")
                if first == PACKAGE:
                    yield tuple(rest)


def _targets(module: tuple[str, ...], node: ast.ImportFrom) -> Iterator[tuple[str, ...]]:
    """`from .core import expr` imports core.expr; `from .core.expr import Expr` imports core.expr too."""
    for alias in node.names:
        path = ROOT.joinpath(*module, alias.name)
        yield (*module, alias.name) if path.is_dir() or path.with_suffix(".py").exists() else module
