"""Whether a piece of LaTeX is well formed: braces, \\left and \\right, environments, no double script, nothing unknown to KaTeX."""
from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)


def faults(latex: str) -> list[str]:
    found: list[str] = []
    tokens = TOKEN.findall(latex)
    depth = fences = 0
    environments: list[str] = []
    scripts: list[set[str]] = [set()]
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token.isspace():
            continue
        if token == "{":
            depth += 1
            scripts.append(set())
        elif token == "}":
            depth -= 1
            if len(scripts) > 1:
                scripts.pop()
            if depth < 0:
                found.append("a brace is closed that was not opened")
        elif token in ("_", "^"):
            if token in scripts[-1]:
                found.append(f"double {token}")
            scripts[-1].add(token)
            while position < len(tokens) and tokens[position].isspace():
                position += 1
            if position == len(tokens) or tokens[position] in ("}", "_", "^"):
                found.append(f"nothing after {token}")
            elif tokens[position] == "{":
                inner = 0
                while position < len(tokens):
                    inner += (tokens[position] == "{") - (tokens[position] == "}")
                    position += 1
                    if inner == 0:
                        break
            else:
                position += 1
        else:
            fences += (token == r"\left") - (token == r"\right")
            if token == r"\right" and fences < 0:
                found.append(r"\right without \left")
            if token in (r"\begin", r"\end"):
                name = ""
                position += 1
                while tokens[position] != "}":
                    name += tokens[position]
                    position += 1
                position += 1
                if token == r"\begin":
                    environments.append(name)
                elif not environments or environments.pop() != name:
                    found.append(rf"\end{{{name}}} without its \begin")
            if token != "'":
                scripts[-1] = set()
    if depth:
        found.append("braces do not balance")
    if fences:
        found.append(r"\left and \right do not balance")
    if environments:
        found.append("an environment stays open")
    for group in re.findall(r"[_^]\{((?:[^{}]|\{[^{}]*\})*)\}", latex):
        found += faults(group)
    return found
