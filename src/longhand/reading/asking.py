"""What one clause asks: its verbs, operations, objects and prepositions, read from left to right."""
from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..core.record import record
from .clauses import Item
from .lexicon import words
from .mentions import change_of, is_given, is_name, is_named, is_number, spread
from .phrases import amount
from .syntax import Derivative, Formula, Nabla, Relation, Span


@record
class Request:
    """One thing asked in words.

    kind      one of core.problem.ASKED, or "steps", "forward", "backward", "verify", "implement", "check"; "function": the derivatives of
              the functions named in words
    objects   the formulas named, in order: derivatives, names, expressions
    words     objects named in words: "weights", "biases", "parameters", "inputs", "outputs", "loss", "logits", "probabilities", "hidden",
              "intermediates", "pre-activations", "deltas"; "changes" for an update that names ΔW
    of        the L of "gradient of L with respect to z"; without objects and words it may also be what to differentiate by
    steps     the number of updates, where the request says it
    given     conditions under which it is asked: x = (3, 14)
    again     it was asked before, and is asked once more with another formula
    section   the number of the section; part: "a" of "(a)", or ""
    """
    kind: str
    objects: tuple[Formula, ...] = ()
    words: tuple[str, ...] = ()
    of: Formula | None = None
    steps: int | None = None
    span: Span = Span(0, 0)
    text: str = ""
    section: int = 0
    part: str = ""
    given: tuple[Formula, ...] = ()
    again: bool = False


PARAMETERS = words("weights biases parameters inputs outputs hidden intermediates pre-activations logits probabilities deltas")
DERIVED = words("gradient jacobian hessian")
_MOVED = words("weights biases parameters")      # what an update changes
_ALONE = words("forward steps schematic check implement")
STANDING = words("forward backward steps schematic check implement loss")


@dataclass(slots=True)
class Draft:
    """A clause while it is read. `mode` is the role of what comes next: object, of, wrt, context or using."""
    verb: str
    expression: bool = False
    ops: list[str] = field(default_factory=list)
    implied: bool = False              # the operation was told by a formula and not by a word
    objects: list[Formula] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    of: Formula | None = None
    mode: str = "object"
    joined: bool = False               # behind "and" or a comma
    functions: list[Item] = field(default_factory=list)     # named behind "derivative of"
    naming: bool = False               # behind "value" or "expression", which take "of" and "for"
    steps: int | None = None
    given: list[Formula] = field(default_factory=list)
    done: list[Request] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    used: list[Item] = field(default_factory=list)
    unread: list[tuple[Item, str]] = field(default_factory=list)

    def flush(self) -> None:
        """End the request that is open."""
        if self.functions and (self.objects or self.words or self.of is not None):
            self.unread += ((item, "of what the derivative is asked was not understood") for item in self.functions)
        ops = self.ops or ([("expression" if self.expression else "value")] if self.objects or self.words else [])
        for op in ops:
            bound = () if op in ("forward", "steps", "schematic", "check", "implement") else tuple(self.objects)
            named = () if op in _ALONE else tuple(self.words)
            if op == "gradient" and not bound and not named and self.of is None:
                if self.functions:
                    self.done.append(Request("function", (), tuple(item.get("activation") or "" for item in self.functions)))
                    continue
                op = "backward"
            request = Request(op, bound, named, self.of if op in DERIVED else None, self.steps)
            if bound or named or request.of is not None or op not in self.seen:
                self.done.append(request)
            self.seen.add(op)
        self.ops, self.objects, self.words, self.of, self.steps = [], [], [], None, None
        self.implied, self.mode, self.joined, self.functions = False, "object", False, []

    def finish(self) -> list[Request]:
        self.flush()
        return [replace(request, given=tuple(self.given)) for request in self.done]


def read(draft: Draft, items: list[Item]) -> None:
    """Read the phrases of one clause behind its verb, or of a clause that is a mere list of what is wanted."""
    for at, item in enumerate(items):
        if item.has("steps"):
            if draft.ops and draft.ops[-1] in DERIVED and any(before.word == "after" for before in items[max(0, at - 3):at]):
                draft.unread.append((item, "a derivative after an update"))
            _steps(draft, item)
        if item.get("fact") in ("mean", "sum"):
            draft.unread.append((item, "an average or a sum of what is asked"))
        if item.taken:
            continue
        match item.kind:
            case "math":
                _formula(draft, item, items, at)
            case "word" if item.formula is not None:
                _formula(draft, item, items, at)
            case "word":
                _phrase(draft, item, items, at)
            case "mark":
                draft.joined = draft.joined or item.mark(",;:([")
                if item.mark(";"):
                    draft.mode = "object"
            case "number":
                draft.unread.append((item, "a number whose meaning was not understood"))
            case "code":
                draft.unread.append((item, "what stands in code is not read"))
            case _:
                pass


def _steps(draft: Draft, item: Item) -> None:
    """"the loss, the weights after two steps": the parameters named so far in this list are asked after updates."""
    value = amount(replace(item, taken=False))
    if not draft.ops or draft.implied and draft.words:
        moved = [word for word in draft.words if word in _MOVED]
        draft.words = [word for word in draft.words if word not in _MOVED]
        if draft.implied or moved:
            draft.flush()
        draft.words, draft.ops = draft.words + moved, ["update"]
    elif draft.ops[-1] not in ("update", "loss"):
        draft.flush()
        draft.ops = ["update"]
    draft.steps = int(value) if isinstance(value, str) and value.isdigit() else getattr(value, "text", None) and _whole(value.text)
    draft.mode = "object" if draft.mode == "context" else draft.mode


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _phrase(draft: Draft, item: Item, items: list[Item], at: int) -> None:
    op, thing, prep = item.get("op"), item.get("thing"), item.get("prep")
    if item.has("conj"):
        draft.joined = True
    elif item.has("effect"):
        pass
    elif prep is not None and not (op or thing):
        _preposition(draft, prep)
    elif draft.mode == "using" and (op or thing):
        pass
    elif op is not None:
        _operation(draft, op)
    elif item.has("method") and draft.mode == "object" and not (draft.ops or draft.objects or draft.words):
        _operation(draft, "update")              # "perform gradient descent on w"
    elif thing is not None:
        after = items[at + 1] if at + 1 < len(items) else None
        if after is not None and after.kind == "math" and not after.taken and is_named(after.formula):
            return                               # "the input x": the name says it
        _thing(draft, thing)
    elif item.has("activation") and draft.mode == "of" and draft.ops == ["gradient"] and not (draft.objects or draft.words or draft.of):
        draft.functions.append(item)
    elif item.has("activation") and draft.mode == "object" and _alone(items, at):
        _thing(draft, item.get("activation") or "")
    elif item.has("fact", "loss", "method", "place", "activation", "fill", "numbered", "finite", "passive"):
        pass
    elif item.has("told") and item.word in ("use", "using"):
        draft.mode = "using"
    else:
        draft.unread.append((item, ""))


def _alone(items: list[Item], at: int) -> bool:
    """Does it stand between commas: "Softmax, loss, ..."?"""
    return (at == 0 or items[at - 1].mark(",;:")) and at + 1 < len(items) and items[at + 1].mark(",;.")


def _preposition(draft: Draft, prep: str) -> None:
    derived = bool(draft.ops) and (draft.ops[-1] in DERIVED or draft.verb == "backward")
    naming, draft.naming, draft.joined = draft.naming, False, False
    if prep == "using" or draft.mode == "using":
        draft.mode = "wrt" if prep == "wrt" else "using"
    elif prep == "wrt" or prep == "for" and (derived and not draft.implied or draft.verb == "backward" or draft.ops == ["update"]):
        draft.mode = "wrt"
    elif naming and prep in ("of", "for"):
        draft.mode = "object"
    elif prep == "of":
        draft.mode = "of" if derived or draft.ops == ["update"] else draft.mode
    else:
        draft.mode = "context"


def _operation(draft: Draft, op: str) -> None:
    if op in ("value", "expression"):
        draft.expression, draft.naming = op == "expression", True
        if draft.joined and draft.mode != "using":
            draft.mode = "object"
        return
    before = draft.words[-1:] if not draft.joined and not draft.ops and draft.mode == "object" and op in (*DERIVED, "update") else []
    if before:                                   # "all weight gradients", "weight update"
        draft.words.pop()
    if draft.objects or draft.words or draft.implied or draft.of is not None or not _together(draft.ops, op):
        draft.flush()
    draft.ops.append(op)
    draft.words += before
    draft.mode, draft.joined = "object", False


def _together(ops: list[str], op: str) -> bool:
    """May both wait for the same objects: "gradient and Hessian with respect to z"?"""
    return not ops or (set(ops) <= DERIVED and op in DERIVED)


def _thing(draft: Draft, thing: str) -> None:
    if draft.mode == "context" and not draft.joined:
        return
    if draft.mode == "of" and not draft.joined and (thing not in PARAMETERS or draft.ops[-1:] == ["hessian"]):
        return                                   # "gradient of the loss": the loss of the problem
    if draft.mode == "of" and thing == "outputs":
        return
    apart = draft.joined and thing == "loss" and (draft.mode in ("of", "wrt") or draft.ops)
    if apart or draft.implied or draft.mode == "context" or draft.ops != ["loss"] and draft.ops and set(draft.ops) <= STANDING:
        draft.flush()
    if thing not in draft.words and draft.ops != ["loss"]:
        draft.words.append(thing)
    draft.joined = False


def _formula(draft: Draft, item: Item, items: list[Item], at: int) -> None:
    formula = item.formula
    if formula is None:
        draft.unread.append((item, "a formula that was not read"))
        return
    if is_number(formula):
        draft.unread.append((item, "a number whose meaning was not understood"))
        return
    if is_given(formula) or isinstance(formula, Relation) and draft.mode != "object":
        plain = isinstance(formula, Relation) and is_name(formula.parts[0]) and not any(map(is_number, formula.parts[1:]))
        if draft.mode != "object" or draft.verb == "verify" or not plain:
            draft.given.append(formula)
            if draft.verb == "verify":
                draft.used.append(item)
        elif not _names_result(draft):
            _add(draft, [formula.parts[0]], "")
        return
    if draft.mode == "using" or draft.mode == "context" and not (draft.joined):
        draft.given.append(formula)
        return
    draft.used.append(item)
    parts = spread(formula)
    if draft.mode == "object" and all(change_of(part) is not None for part in parts):
        draft.flush()
        draft.ops, draft.objects, draft.words = ["update"], [change_of(part) for part in parts], ["changes"]
        return
    op = "gradient" if any(isinstance(part, Derivative | Nabla) for part in parts) else ""
    if op and all(isinstance(part, Derivative) and len(part.by) == 2 for part in parts):
        op = "hessian"
    if draft.mode == "of" and set(draft.ops) <= DERIVED and len(parts) == 1 and not op and draft.of is None \
            and not draft.objects and not draft.words and not draft.joined:
        draft.of = parts[0]
        return
    if not op and _names_result(draft) and not draft.objects and not draft.joined and draft.mode == "object":
        return                                   # "the Hessian H", "forward pass (z)"
    if draft.mode == "context":
        draft.flush()
    _add(draft, parts, op)


def _names_result(draft: Draft) -> bool:
    """Would a name here only name the result: "the Hessian H", "the loss L"?"""
    return draft.ops[-1:] in (["hessian"], ["jacobian"], ["loss"], ["forward"], ["check"], ["steps"], ["schematic"])


def _add(draft: Draft, parts: list[Formula], op: str) -> None:
    if op and draft.ops[-1:] not in (["gradient"], ["jacobian"], ["hessian"]):
        if draft.ops or draft.objects or draft.words:
            draft.flush()
        draft.ops, draft.implied = [op], True
    elif not op and (draft.implied and draft.mode == "object" or draft.mode == "object" and set(draft.ops) & STANDING):
        draft.flush()
    draft.objects += parts
    draft.joined = False
