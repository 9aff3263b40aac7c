"""The frame of a page with formulas by KaTeX: one file that holds all it needs, and whose policy runs its own scripts and no other."""
from __future__ import annotations

from collections.abc import Iterable

from .html import said
from .html_style import asset, fonts, hashed, katex, katex_style
from .svg_style import rules

SCRIPTS = ("page.js", "symbols.js", "walk.js", "marks.js")
"""The scripts of assets/page, in their order. They find what they serve by event, so that what comes later needs `longhand.wire(element)` only."""
STYLES = ("paper.css", "solution.css", "marks.css")
SOLUTION = ("page.js", "symbols.js", "walk.js", "paper.css", "solution.css")
MARKS = ("page.js", "symbols.js", "marks.js", "paper.css", "solution.css", "marks.css")
LICENCE = "KaTeX, with its fonts, is under the MIT licence, (c) 2013-2020 Khan Academy and other contributors: katex.org"
THEME = '<button type="button" id="theme" aria-label="Light or dark">◐</button>'


def style(names: Iterable[str] = STYLES) -> str:
    """The style sheet, without fonts."""
    return "\n".join((katex_style(), *(asset("page", name) for name in names if name.endswith(".css")), rules()))


def page(title: str, body: str, contents: str, formulas: str, parts: Iterable[str] = SOLUTION, controls: str = "") -> str:
    """A whole page. formulas: their LaTeX, which says what fonts are needed; parts: its scripts and style sheets; controls stand
    beside the title where a script runs. The fonts come last, as data that a script takes up, so that the first formulas, in MathML, do not
    wait for them."""
    scripts = [asset("page", name) for name in parts if name.endswith(".js")]
    packed, source = katex()
    policy = (f"default-src 'none'; style-src 'unsafe-inline'; script-src {' '.join((source, *map(hashed, scripts)))}; font-src data:; img-src data:; "
              "base-uri 'none'; form-action 'none'")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="longhand">
<title>{said(title)}</title>
<!-- {LICENCE} -->
<style>{style(parts)}</style>
</head>
<body class="solution">
<a class="skip" href="#solution">Skip to the content</a>
<nav class="toc" aria-label="Contents"><details open><summary>Contents</summary>{contents}</details></nav>
<main id="solution">
<div class="top"><h1>{said(title)}</h1><div class="controls" hidden>{controls}{THEME}</div></div>
{body}
</main>
<script type="text/css" id="faces">{fonts(formulas)}</script>
<script type="application/gzip" id="katex">{packed}</script>
{"".join(f"<script>{script}</script>" for script in scripts)}
</body>
</html>
"""
