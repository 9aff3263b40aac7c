"""What a page is made of besides its words: style sheets, scripts, fonts. They stand as files in assets/, and are put into the page whole."""
from __future__ import annotations

import os
import re
from base64 import b64encode
from functools import lru_cache
from typing import NamedTuple

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "assets")
FACE = re.compile(r"@font-face\{[^{}]*\}")


class Font(NamedTuple):
    """A font of KaTeX, and the commands that need it; one without commands is in every page."""
    family: str
    file: str
    style: str = "normal"
    weight: int = 400
    commands: tuple[str, ...] = ()


FONTS = (
    Font("KaTeX_Main", "Main-Regular"), Font("KaTeX_Main", "Main-Bold", weight=700),
    Font("KaTeX_Math", "Math-Italic", "italic"), Font("KaTeX_AMS", "AMS-Regular"),
    Font("KaTeX_Size1", "Size1-Regular"), Font("KaTeX_Size2", "Size2-Regular"), Font("KaTeX_Size3", "Size3-Regular"),
    Font("KaTeX_Size4", "Size4-Regular"),
    Font("KaTeX_Math", "Math-BoldItalic", "italic", 700, (r"\boldsymbol", r"\bm", r"\pmb")),
    Font("KaTeX_Main", "Main-Italic", "italic", commands=(r"\mathit", r"\textit", r"\it", r"\emph")),
    Font("KaTeX_Caligraphic", "Caligraphic-Regular", commands=(r"\mathcal", r"\cal")),
    Font("KaTeX_Fraktur", "Fraktur-Regular", commands=(r"\mathfrak", r"\frak", r"\Re", r"\Im")),
    Font("KaTeX_Script", "Script-Regular", commands=(r"\mathscr",)),
    Font("KaTeX_SansSerif", "SansSerif-Regular", commands=(r"\mathsf", r"\textsf", r"\sf")),
    Font("KaTeX_Typewriter", "Typewriter-Regular", commands=(r"\mathtt", r"\texttt", r"\tt")),
)
"""The fonts that stand in assets/katex/fonts."""


def data(*path: str) -> bytes:
    """A file of assets/, also where the package is not unpacked."""
    return __loader__.get_data(os.path.join(FOLDER, *path))


@lru_cache(maxsize=16)
def asset(*path: str) -> str:
    """A text file of assets/."""
    return data(*path).decode("utf-8").strip()


def fonts(formulas: str) -> str:
    """The font faces that these formulas need, with the fonts themselves."""
    return "".join(_face(font) for font in FONTS if not font.commands or any(command in formulas for command in font.commands))


@lru_cache(maxsize=32)
def _face(font: Font) -> str:
    said = b64encode(data("katex", "fonts", f"KaTeX_{font.file}.woff2")).decode("ascii")
    return (f"@font-face{{font-family:{font.family};font-style:{font.style};font-weight:{font.weight};font-display:block;"
            f'src:url(data:font/woff2;base64,{said}) format("woff2")}}\n')


def katex_style() -> str:
    """KaTeX's style sheet without its fonts."""
    return FACE.sub("", asset("katex", "katex.min.css"))


def katex() -> tuple[str, str]:
    """KaTeX's script, packed by gzip and in base64, and the source expression that lets it run once it is unpacked."""
    return b64encode(data("katex", "katex.min.js.gz")).decode("ascii"), f"'sha256-{asset('katex', 'katex.min.js.sha256')}'"


def hashed(script: str) -> str:
    """The source expression that lets a content-security policy run this script and no other."""
    from hashlib import sha256
    return f"'sha256-{b64encode(sha256(script.encode('utf-8')).digest()).decode('ascii')}'"
