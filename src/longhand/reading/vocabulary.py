"""The words and commands that may stand in a formula: tables only, one row to teach the reader one more."""
from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Letters that form a word; all other letters side by side are a product of single letters.
FUNCTIONS = _words("""
    exp log ln lg tanh sinh cosh sin cos tan arctan max min arg argmax argmin sup inf det tr Tr diag sign sgn erf mean var
    sigmoid Sigmoid logistic softmax Softmax SoftMax logsoftmax softplus Softplus softsign relu ReLU LeakyReLU ELU elu SELU selu
    GELU gelu SiLU silu swish Swish mish CE BCE MSE SM sg KL BN LN onehot one_hot
""")
NAMES = _words("""
    Loss loss LOSS net out target targets logits logit label labels pred true total new old input output hidden cost Cost error
    state axis sum grad step prob probs score scores avg batch train test lr vec sqrt
""")
KNOWN_WORDS = FUNCTIONS | NAMES
# Function words that take what follows them without brackets: \ln x. The others need a bracket.
BRACKETLESS = _words("exp log ln lg tanh sinh cosh sin cos tan arctan det tr Tr sign sgn erf max min softmax Softmax SoftMax relu ReLU ELU "
                     "sigmoid")
ELEMENTARY = _words("exp log ln lg tanh sinh cosh sin cos tan")
# With a subscript these bind an index: \max_i x_i.
BINDING = _words("max min argmax argmin sup inf")
# One-word prose in \text{}; anything with a space inside is prose too.
PROSE = _words("if otherwise otherwise, otherwise. else where and for or with when is then s.t. all as let so thus hence if, and, "
               "subject to given since from on at of the")
BARE_PROSE = frozenset({"otherwise", "else", "where"})

GREEK = _words("""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi varpi rho varrho sigma
    varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell
""")

STYLES = _words("mathbf boldsymbol bm bf mathcal mathscr mathfrak mathbb mathit mathsf mathtt mathrm pmb mathnormal")
# Styles under which several letters are one word; under the others they are several letters.
WORD_STYLES = _words("text mathrm operatorname operatorname* textrm textit textbf texttt textsf textnormal mbox mathsf mathit mathtt")
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "tilde": "tilde", "widetilde": "tilde", "vec": "vec", "dot": "dot", "ddot": "ddot",
    "overline": "overline", "underline": "underline", "check": "check", "breve": "breve", "overrightarrow": "vec", "mathring": "ring",
}
BIG_OPERATORS = {"sum": "sum", "prod": "prod", "int": "int", "lim": "lim", "bigcup": "union", "bigodot": "odot"}
SYMBOLS = {
    "infty": "infty", "top": "top", "intercal": "top", "emptyset": "emptyset", "varnothing": "emptyset", "dagger": "dagger",
    "perp": "perp", "bot": "bot", "partial": "partial", "prime": "prime", "Re": "Re", "Im": "Im",
}
MATRICES = _words("matrix bmatrix pmatrix vmatrix Vmatrix Bmatrix smallmatrix bsmallmatrix psmallmatrix array")
CASES = _words("cases dcases rcases")
DISPLAYS = _words("aligned align alignat alignedat split gather gathered multline equation eqnarray displaymath math flalign")
WITH_COLUMNS = _words("array alignat alignedat tabular")

RELATIONS = {
    "=": "=", "<": "<", ">": ">", ":=": ":=", "<=": "<=", ">=": ">=", "!=": "!=", "->": "->", "<-": "<-", "=>": "=>", "==": "=",
    "eq": "=", "lt": "<", "gt": ">", "leq": "<=", "le": "<=", "leqslant": "<=", "geq": ">=", "ge": ">=", "geqslant": ">=",
    "neq": "!=", "ne": "!=", "in": "in", "notin": "notin", "ni": "ni", "ll": "<<", "gg": ">>",
    "leftarrow": "<-", "gets": "<-", "longleftarrow": "<-", "rightarrow": "->", "to": "->", "longrightarrow": "->", "mapsto": "->",
    "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>", "iff": "<=>", "Leftrightarrow": "<=>", "Leftarrow": "<==",
    "sim": "~", "approx": "approx", "simeq": "approx", "cong": "approx", "coloneqq": ":=", "triangleq": ":=", "doteq": ":=",
    "equiv": "equiv", "propto": "propto", "subset": "subset", "subseteq": "subset",
}
PRODUCTS = {
    "cdot": "cdot", "times": "times", "odot": "odot", "ast": "ast", "circ": "circ", "otimes": "otimes", "bullet": "bullet", "star": "ast",
    "div": "/", "*": "ast", "/": "/", "oslash": "oslash",
}
DOTS = {"dots": "dots", "ldots": "dots", "cdots": "cdots", "vdots": "vdots", "ddots": "ddots", "dotsc": "dots", "dotsb": "cdots"}
SEPARATORS = {",": ",", ";": ";", ":": ":", "mid": "mid", "vert": "bar", "colon": ":"}
WIDE = {"quad": "quad", "qquad": "quad", "hspace": "quad", "enspace": "quad", "enskip": "quad", "newline": "row", "cr": "row"}
FONT_SWITCHES = _words("displaystyle textstyle scriptstyle limits nolimits nonumber notag hline left right middle rm it sf")
# Commands that take plain maths behind them; `commands` has a function for each.
COMMANDS = STYLES | ACCENTS.keys() | BIG_OPERATORS.keys() | SYMBOLS.keys() | _words(
    "frac dfrac tfrac cfrac sqrt nabla underbrace overbrace overset underset stackrel not substack")
SIZES = _words("left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm")
IGNORED = FONT_SWITCHES | SIZES | _words("therefore because centering noindent allowbreak nobreak strut thinspace mathstrut medspace "
                                         "negthinspace boxed")
THIN = frozenset(",:!>/@-")            # \, \: \! \> and kin: no meaning
OPENINGS = {"lbrace": "{", "lbrack": "[", "lparen": "(", "langle": "<", "lfloor": "floor", "lceil": "ceil", "lvert": "|", "lVert": "||"}
CLOSINGS = {"rbrace": "{", "rbrack": "[", "rparen": "(", "rangle": "<", "rfloor": "floor", "rceil": "ceil", "rvert": "|", "rVert": "||"}
# Commands whose braces hold plain text, not maths: what becomes of them.
PLAIN_ARGUMENT = {"tag": "tag", "tag*": "tag", "label": "", "hspace": "quad", "hspace*": "quad", "vspace": "", "color": "", "phantom": "",
                  "hphantom": "", "vphantom": "", "ref": "", "eqref": ""}

# Pasted characters, as the tokens they stand for. Greek, sub- and superscripts, accents and font variants come from Unicode's own tables.
CHARACTERS = {
    "∂": ("command", "partial"), "∇": ("command", "nabla"), "∑": ("command", "sum"), "∏": ("command", "prod"), "Σ": ("name", "Sigma"),
    "√": ("command", "sqrt"), "∞": ("command", "infty"), "⊤": ("command", "top"), "∫": ("command", "int"),
    "⊙": ("product", "odot"), "×": ("product", "times"), "·": ("product", "cdot"), "⋅": ("product", "cdot"), "∘": ("product", "circ"),
    "⊗": ("product", "otimes"), "∗": ("product", "ast"), "÷": ("product", "/"), "∕": ("product", "/"), "•": ("product", "bullet"),
    "≤": ("relation", "<="), "≥": ("relation", ">="), "≠": ("relation", "!="), "∈": ("relation", "in"), "←": ("relation", "<-"),
    "→": ("relation", "->"), "⇒": ("relation", "=>"), "≈": ("relation", "approx"), "≡": ("relation", "equiv"), "∝": ("relation", "propto"),
    "∼": ("relation", "~"), "≔": ("relation", ":="), "⊂": ("relation", "subset"), "⊆": ("relation", "subset"), "∉": ("relation", "notin"),
    "−": ("minus", "-"), "–": ("minus", "-"), "…": ("dots", "dots"), "⋯": ("dots", "cdots"), "⋮": ("dots", "vdots"), "⋱": ("dots", "ddots"),
    "′": ("prime", "'"), "’": ("prime", "'"), "″": ("prime", "''"), "‖": ("bar", "||"), "∣": ("bar", "|"), "∥": ("bar", "||"),
    "ε": ("name", "epsilon"), "ϵ": ("name", "epsilon"), "ϕ": ("name", "phi"), "φ": ("name", "phi"), "ϑ": ("name", "vartheta"),
    "ℓ": ("name", "ell"), "∅": ("command", "emptyset"), "⟨": ("open", "<"), "⟩": ("close", "<"), "µ": ("name", "mu"),
}
COMBINING = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u20d7": "vec", "\u0307": "dot", "\u0308": "ddot", "\u0305": "overline",
             "\u0332": "underline", "\u030c": "check"}
