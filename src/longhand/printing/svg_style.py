"""The colours of pictures: as attributes for who knows no style sheets, and as variables that follow light, dark and print."""
from __future__ import annotations

from html import escape

from .terminal_maths import clean

LIGHT = {"paper": "#ffffff", "ink": "#1f2328", "soft": "#656d76", "wire": "#57606a", "forward": "#116329", "backward": "#b42318",
         "given": "#fff8e5", "given-edge": "#bf8700", "parameter": "#fff8e5", "parameter-edge": "#bf8700", "input": "#f1f3f5", "input-edge": "#6e7781",
         "operation": "#edf4ff", "operation-edge": "#3b6fb6", "loss": "#fdeeee", "loss-edge": "#b42318"}
DARK = {"paper": "#0d1117", "ink": "#e6edf3", "soft": "#9198a1", "wire": "#9198a1", "forward": "#56d364", "backward": "#ff7b72",
        "given": "#2b2410", "given-edge": "#bb8009", "parameter": "#2b2410", "parameter-edge": "#bb8009", "input": "#1c2128", "input-edge": "#8b949e",
        "operation": "#101d33", "operation-edge": "#5a8fd6", "loss": "#2d1416", "loss-edge": "#ff7b72"}
PRINT = {name: "#ffffff" if name in ("paper", "given", "parameter", "input", "operation", "loss") else "#000000" for name in LIGHT} | {
    "soft": "#333333", "wire": "#000000", "forward": "#000000", "backward": "#000000"}


def fill(name: str) -> str:
    """Attributes that fill with this colour."""
    return f'class="f-{name}" fill="{LIGHT[name]}" color="{LIGHT[name]}"'


def stroke(name: str, width: float = 1.2, more: str = "") -> str:
    """Attributes of a line in this colour."""
    return f'class="s-{name}" fill="none" stroke="{LIGHT[name]}" stroke-width="{width:g}"{more}'


def both(inside: str, edge: str, width: float = 1.1) -> str:
    """Attributes of a box or circle."""
    return f'class="f-{inside} s-{edge}" fill="{LIGHT[inside]}" stroke="{LIGHT[edge]}" stroke-width="{width:g}"'


def rules() -> str:
    """The style sheet, also for a page that holds pictures without their own: variables --lh-..., which the page may set on a picture.
    Who knows no variables must not read it, and keeps the attributes."""
    def values(colours: dict[str, str]) -> str:
        return "".join(f"--lh-{name}:{colour};" for name, colour in colours.items())

    classes = "".join(f".lh-picture .f-{n}{{fill:var(--lh-{n});color:var(--lh-{n})}}.lh-picture .s-{n}{{stroke:var(--lh-{n})}}" for n in LIGHT)
    return (f"@supports (color:var(--lh-ink)){{.lh-picture{{{values(LIGHT)}}}@media (prefers-color-scheme:dark){{.lh-picture{{{values(DARK)}}}}}"
            f"@media print{{.lh-picture{{{values(PRINT)}}}}}{classes}}}")


def attribute(text: str) -> str:
    """Outside text as the value of an attribute."""
    return escape(clean(text), quote=True)


def content(text: str) -> str:
    """Outside text as the content of an element."""
    return escape(clean(text), quote=False)
