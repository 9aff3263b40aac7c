"""From LaTeX to Unicode: the table for terminals."""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

COMMANDS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ", "hbar": "ℏ", "emptyset": "∅", "forall": "∀", "exists": "∃",
    "sum": "Σ", "prod": "Π", "int": "∫", "max": "max", "min": "min", "arg": "arg", "det": "det",
    "ln": "ln", "log": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh",
    "cdot": "·", "times": "×", "odot": "⊙", "otimes": "⊗", "oslash": "⊘", "oplus": "⊕", "circ": "∘", "ast": "*", "star": "⋆", "pm": "±",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼", "propto": "∝",
    "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩", "setminus": "∖",
    "leftarrow": "←", "gets": "←", "rightarrow": "→", "to": "→", "Rightarrow": "⇒", "mapsto": "↦", "leftrightarrow": "↔",
    "top": "⊤", "intercal": "⊤", "bot": "⊥", "prime": "′", "dagger": "†",
    "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "colon": ":", "mid": "|",
    "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "{": "{", "}": "}", "|": "‖",
    ",": " ", ";": " ", ":": " ", "!": "", " ": " ", "quad": "  ", "qquad": "    ",
    "_": "_", "%": "%", "&": "&", "#": "#", "$": "$",
}
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303", "widetilde": "\u0303",
           "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "underline": "\u0332"}
SCRIPT_CAPITALS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵", strict=True))
DOUBLE_CAPITALS = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "Q": "ℚ", "C": "ℂ"}

SUPERSCRIPTS = dict(zip("0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤′'*†ε×",
                        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ′′*†ᵋˣ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ,",
                      "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ,", strict=True))

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}]|.", re.DOTALL)


@lru_cache(maxsize=4096)
def text(atom: str) -> str:
    r"""An atom of LaTeX in Unicode: \hat{y} → ŷ, \mathbf{W} → W, \odot → ⊙."""
    out, _ = _read(TOKEN.findall(atom), 0)
    return unicodedata.normalize("NFC", out)


def _read(tokens: list[str], at: int) -> tuple[str, int]:
    out = ""
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == "}":
            return out, at
        if token == "{":
            inner, at = _read(tokens, at)
            out += inner
        elif token.startswith("\\") and len(token) > 1:
            name = token[1:]
            if name in ACCENTS or name.startswith(("math", "bold", "text", "operatorname", "bm", "pmb", "rm")):
                inner, at = _argument(tokens, at)
                out += _styled(name, inner)
            elif name not in ("left", "right", "displaystyle", "limits"):
                out += COMMANDS.get(name, name)
        elif token == "-":
            out += "−"
        elif token == "'":
            out += "′"
        elif token.isprintable():
            out += token
    return out, at


def _argument(tokens: list[str], at: int) -> tuple[str, int]:
    if at < len(tokens) and tokens[at] == "{":
        return _read(tokens, at + 1)
    return (_read([tokens[at]], 0)[0], at + 1) if at < len(tokens) else ("", at)


def _styled(name: str, inner: str) -> str:
    if name in ACCENTS:
        return inner[:1] + ACCENTS[name] + inner[1:] if inner else inner
    if name == "mathcal" or name == "mathscr":
        return "".join(SCRIPT_CAPITALS.get(c, c) for c in inner)
    return "".join(DOUBLE_CAPITALS.get(c, c) for c in inner) if name == "mathbb" else inner


def superscript(plain: str) -> str | None:
    """The text in superscript letters, or None where Unicode has not all of them."""
    return _mapped(plain, SUPERSCRIPTS)


def subscript(plain: str) -> str | None:
    """The text in subscript letters, or None where Unicode has not all of them."""
    return _mapped(plain, SUBSCRIPTS)


def _mapped(plain: str, table: dict[str, str]) -> str | None:
    out = ""
    for c in plain.replace(" ", ""):
        if c not in table:
            return None
        out += table[c]
    return out


def width(line: str) -> int:
    """Columns that a line takes on a terminal: combining marks take none, wide characters two."""
    if line.isascii():
        return len(line)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def padded(line: str, columns: int, where: str = "left") -> str:
    """The line filled up with spaces: text at the left, the right or the middle."""
    room = max(0, columns - width(line))
    if where == "left":
        return line + " " * room
    before = room if where == "right" else room // 2
    return " " * before + line + " " * (room - before)
