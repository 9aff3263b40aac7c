"""The derivation as a teacher writes it: one card a quantity, made of the steps about it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...calculus.derivation import Derivation, Step
from ...core.equation import Equation
from ...core.expr import Delta, Entry, Expr, Mul, Sum, factors, mul
from ...core.walk import indices_of, walk
from .. import symbols
from ..document import Block, Display, Inline, StepCard, Text
from ..maths import Maths, line
from ..symbols import EQUALS
from . import local
from .lettering import Lettering
from .page import Page, joined
from .shaping import braced, raw, term_by_term
from .titles import kind, rule_of, step_rule, taken_apart

CHAIN = ("chain", "paths")
QUOTIENT = "quotient rule"


class Cards:
    """Writes cards in order; remembers which local derivatives, rules and facts the reader has seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = page.derivation.steps
        self.by_id = {s.id: s for s in self.steps}
        self.made = {e.name: e for e in page.derivation.backward.equations if symbols.derivative(e.name)} | dict(page.derivation.results)
        self.number = 0
        self._seen: set[str] = set()

    # ---- which --------------------------------------------------------------------------------------------------

    def of(self, names: Iterable[str]) -> Iterator[Block]:
        """The cards of these results, what they are built on included, each once, in the order of derivation."""
        wanted = needed(self.page.derivation, names)
        for name in dict.fromkeys(s.about for s in self.steps if s.id in wanted):
            if name in self.made and f"card {name}" not in self._seen:
                self._seen.add(f"card {name}")
                yield from self.card(name)

    def card(self, name: str) -> Iterator[Block]:
        """The card of one gradient or Jacobian, after those of the softmax Jacobian and the known sums that it uses."""
        mine = [s for s in self.steps if s.about == name]
        chain = next((s for s in mine if s.rule in CHAIN), None)
        used = self._locals(chain) if chain is not None else [s for s in mine if s.before is None]
        if chain is not None and all(s.about == name for s in used) and chain.rule == "chain":
            chain = None                                  # the quantity differentiated is itself the one that reads
        for step in used:
            if step.rule.startswith("vector:") and (chain is not None or step.about != name):
                yield from self._own_card(step)
        for step in mine:
            yield from self._proofs(step)
        yield self._start(name, used) if chain is None else self._chained(name, mine, chain, used)

    def _locals(self, chain: Step) -> list[Step]:
        found = [self.by_id[i] for i in chain.uses if i in self.by_id]
        return [s for s in found if s.before is None and s.rule not in (*CHAIN, "constant")
                and (s.about == chain.about or not self._is_result(s))]

    def _is_result(self, step: Step) -> bool:
        """Whether the step ends a result of its own: a gradient that is one local derivative."""
        return step.about in self.made and not any(
            s.rule in CHAIN for s in self.steps if s.about == step.about)

    # ---- cards --------------------------------------------------------------------------------------------------

    def _own_card(self, step: Step) -> Iterator[Block]:
        if step.about in self._seen:
            return
        self._seen.add(step.about)
        rule, why = step_rule(self.page, step)
        lettering = self.page.lettering(step.left.at[-1:], local.formulas(self.page, step))
        body = tuple(local.blocks(self.page, step, lettering, ""))
        yield self._card((rule[:1].upper() + rule[1:],), QUOTIENT if step.cases else "", (_by_cases(why, step),), body, step.about)

    def _proofs(self, step: Step) -> Iterator[Block]:
        for each in (self.by_id[i] for i in step.uses if i in self.by_id):
            if each.rule == "total" and each.about not in self._seen:
                self._seen.add(each.about)
                yield self._proof(each)

    def _proof(self, step: Step) -> StepCard:
        """Σ_i y^s_i = Σ_i (its definition) = term by term = total."""
        page = self.page
        _, index, left = step.cases[0]
        definition = page.program.equation(left.tensor)
        first, second = Sum(index, left), Sum(index, definition.right)
        third = term_by_term(index, definition.right)
        after = [first, second, third, self._known(third, step), step.after]
        lettering = page.lettering([i for i in left.at if i != index], after)
        parts = [page.formula(e, lettering.of(e)) for e in after]
        parts[2] = self._braced(parts[2], third, step, lettering)
        symbol = page.symbol(left.tensor)
        rule, why = rule_of("total")
        return self._card(("The entries of ", symbol, " add up to ", parts[-1]), rule, (why,), (Display(tuple(parts)),), step.about)

    def _known(self, e: Expr, step: Step) -> Expr:
        """The sums replaced by what they are known to be, the count of equal terms cancelled, nothing else simplified."""
        def change(node: Expr) -> Expr:
            if isinstance(node, Sum) and isinstance(node.body, Entry):
                for fact in step.facts:
                    if fact.tensor == node.body.tensor and fact.axis == node.index.axis:
                        return fact.total
            if isinstance(node, Mul) and not any(isinstance(n, Sum) for n in walk(node)):
                return mul(*node.factors)
            return raw(node, change)

        return change(e)

    def _start(self, name: str, used: list[Step]) -> StepCard:
        """A derivative that needs no chain rule."""
        page, equation = self.page, self.made[name]
        step = used[-1] if used else None
        if step is None or step.rule == "constant":
            body: tuple[Block, ...] = (Display((page.entry(equation.left, page.lettering(equation.left.at, ()).of(equation.left)),
                                                page.formula(equation.right, page.lettering((), ()).of(equation.right)))),)
            rule, why = rule_of("constant")
            return self._card(self._title(name), rule, (why,), body, name)
        lettering = page.lettering(equation.left.at, (*local.formulas(page, step), equation.left, equation.right))
        rule, why = step_rule(self.page, step)
        shown = local.blocks(page, step, lettering, "", matrix=False)
        rule = f"{rule}, {QUOTIENT}" if step.cases and step.rule.startswith("vector:") else rule
        self._seen.add(step.about)
        return self._card(self._title(name), rule, (_by_cases(why, step),), (*shown, *self._result(equation)), name)

    def _chained(self, name: str, mine: list[Step], chain: Step, used: list[Step]) -> StepCard:
        page = self.page
        equation = self.made[name]
        work = mine[mine.index(chain):]
        expressions = [self._direct(s.after, name, used) for s in work]
        printed = [e for s in used for e in local.formulas(page, s)]
        lettering = page.lettering(chain.left.at, (chain.left, *expressions, *printed))
        body: list[Block] = []
        for step in used:
            body += self._local(step, lettering)
        body.append(self._line(chain.left, work, expressions, lettering))
        body += self._result(equation)
        rules = [rule_of(chain.rule)[0], *(step_rule(page, s)[0] for s in used)]
        return self._card(self._title(name), ", ".join(dict.fromkeys(rules)), self._why(name, chain, used, lettering), tuple(body), name)

    def _local(self, step: Step, lettering: Lettering) -> list[Block]:
        if step.about in self._seen:
            return []
        self._seen.add(step.about)
        why = step_rule(self.page, step)[1]
        told = f"why {step.rule}" in self._seen
        self._seen.add(f"why {step.rule}")
        reader = taken_apart(step.about)[0]
        defined = f"definition {reader}" not in self._seen
        self._seen.add(f"definition {reader}")
        return list(local.blocks(self.page, step, lettering, "" if told else why, matrix=False, defined=defined))

    def _direct(self, e: Expr, name: str, used: list[Step]) -> Expr:
        """A quantity that the result reads directly, too: ∂L/∂W on the right is that direct part, which is put in."""
        direct = next((s for s in used if s.about == name), None)
        if direct is None:
            return e

        def change(node: Expr) -> Expr:
            return direct.after if isinstance(node, Entry) and node.tensor == name else raw(node, change)

        return change(e)

    def _card(self, title: tuple[Inline, ...], rule: str, why: tuple[Inline, ...], body: tuple[Block, ...], about: str) -> StepCard:
        self.number += 1
        return StepCard(self.number, title, rule, why, body, None, about)

    # ---- parts of a card ----------------------------------------------------------------------------------------

    def _title(self, name: str) -> tuple[Inline, ...]:
        page, parts = self.page, symbols.derivative(name)
        wrt = parts.wrt[-1] if parts else name
        tensor = page.tensors.get(wrt)
        word = kind(page.forward, tensor) if tensor is not None else "Quantity"
        return (f"{word} ", page.symbol(wrt))

    def _line(self, left: Entry, work: list[Step], expressions: list[Expr], lettering: Lettering) -> Display:
        """∂L/∂z_k = chain rule = inserted = sifted = with the known sums."""
        page = self.page
        letters = lettering.of(left)
        parts: list[Maths] = [page.entry(left, letters, short=page.is_nested(left.tensor))]
        relations: list[str] = []
        if page.is_short(left.tensor):
            parts.insert(0, page.entry(left, letters))
            relations.append(":=")
        for e, after in zip(expressions, [*work[1:], None], strict=True):
            printed = page.formula(e, lettering.of(e))
            if after is not None and after.rule == "fact":
                printed = self._braced(printed, e, after, lettering)
            if printed != parts[-1]:
                parts.append(printed)
                relations.append("=")
        return Display(tuple(parts), tuple(relations))

    def _braced(self, printed: Maths, e: Expr, step: Step, lettering: Lettering) -> Maths:
        """Known sums marked: an underbrace with what they are."""
        for node in walk(e):
            if isinstance(node, Sum) and isinstance(node.body, Entry):
                for fact in step.facts:
                    if fact.tensor == node.body.tensor and fact.axis == node.index.axis:
                        note = line(EQUALS, self.page.formula(fact.total, lettering.of(fact.total)))
                        printed = braced(printed, self.page.formula(node, lettering.of(e)), note)
        return printed

    def _result(self, equation: Equation) -> Iterator[Block]:
        """The matrix form in a box, or the index form and why there is no matrix form."""
        page = self.page
        form = page.matrix(equation)
        tensor = page.tensors.get(equation.name)
        shape = page.shape(equation.name) if tensor is not None else None
        if tensor is not None and not tensor.axes:
            left, right = page.equation(equation, compact=True)
            yield Display((left, right), boxed=True)
            return
        maths = page.matrix_maths(equation)
        if maths is not None:
            names = [page.symbol(equation.name, short=page.is_nested(equation.name))]
            if page.is_short(equation.name):
                names.insert(0, page.symbol(equation.name))
            yield Display((*names, maths), shape=shape, boxed=True)
            return
        left, right = page.equation(equation, compact=True)
        yield Display((left, right), shape=shape, boxed=True)
        if form.why_not:
            yield Text((form.why_not,))

    def _why(self, name: str, chain: Step, used: list[Step], lettering: Lettering) -> tuple[Inline, ...]:
        page = self.page
        wrt = taken_apart(name)[1]
        entry_at = chain.left.at[len(chain.left.at) - page.tensors[wrt].rank:]
        v = page.entry(Entry(wrt, entry_at), lettering.of(chain.left))
        readers = list(dict.fromkeys(taken_apart(s.about)[0] for s in used))
        if chain.rule == "paths":
            return (v, " is read by ", *joined(page.symbol(r) for r in readers), "; the contributions of all paths add up.")
        u = readers[0] if readers else wrt
        if u not in page.tensors or not page.tensors[u].axes:
            return (v, " reaches the result through ", page.symbol(u), ".")
        met = used[0]
        outer = met.left.at[:page.tensors[u].rank]
        tied = {i for f in factors(met.after) if isinstance(f, Delta) for i in indices_of(f.left) | indices_of(f.right)}
        single = [i for i in outer if i in tied]
        if not single:
            return ("Every entry of ", page.symbol(u), " depends on ", v, ", so the contributions of all of them add up.")
        if len(single) == len(outer):
            return ("Only one entry of ", page.symbol(u), " holds ", v, ", so one term of the sum is left.")
        return ("The entries of ", page.symbol(u), " that hold ", v, " contribute, and their contributions add up.")


def _by_cases(why: str, step: Step) -> str:
    """The sentence without the formulas that the cases below it derive."""
    head, colon, _ = why.partition(":")
    return f"{head}." if step.cases and colon else why


def needed(derivation: Derivation, names: Iterable[str]) -> set[int]:
    """The ids of the steps that lead to these results."""
    by_id = {s.id: s for s in derivation.steps}
    wanted = set(names)
    waiting = [s.id for s in derivation.steps if s.about in wanted]
    found: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each not in found and each in by_id:
            found.add(each)
            waiting += by_id[each].uses
    return found
