r"""Text to Formula: a Pratt parser over balanced tokens, which decides no meaning and raises on nothing.

From loose to tight: lines, sequences, relations, sums, products, operands with their scripts. Every token ends in the tree or in
a Problem or Repair; a sequence takes whatever the tighter levels leave, so nothing succeeds on a prefix.
"""
from __future__ import annotations

from ..core.recent import Recent
from ..core.record import record
from . import atoms, commands
from .brackets import Balancer
from .derivatives import slashed
from .markdown import Math
from .repairs import Problem, Repair
from .syntax import (
    Dots,
    Empty,
    Formula,
    Lines,
    Negative,
    Numeral,
    Product,
    Relation,
    Sequence,
    Span,
    Sum,
    Symbol,
    Tagged,
    Words,
)
from .tokens import DEPTH, LARGEST_NUMBER, Token, Tokeniser, TooDeep, TooLarge

LENGTH = 20_000                  # characters in one formula
LATELY = 60_000                  # characters of the formulas that are remembered
SEPARATING = frozenset({"comma", "stop", "quad", "space"})
ENDING = frozenset({"close", "unbrace", "end", "cell", "row", "eof"})
STARTING = frozenset({"number", "name", "symbol", "dots", "open", "brace", "begin", "table", "command"})


@record
class Reading:
    """What a text was read as; the formula is None only where it is too long or too deep to be read at all."""
    formula: Formula | None
    repairs: tuple[Repair, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_formula(text: str, offset: int = 0, tokeniser: type[Tokeniser] = Tokeniser) -> Reading:
    """Read one formula; spans count from the start of the source, in which the text stands at the offset."""
    whole = Span(offset, offset + len(text))
    if len(text) > LENGTH:
        mend = "split it into several formulas; numbers may also come by --data"
        return Reading(None, (), (Problem(whole, f"longer than {LENGTH} characters", "one formula", mend),))
    scanner = tokeniser(text, offset)
    try:
        balancer = Balancer(scanner.run())
        parser = Parser(balancer.run(), whole, scanner.repairs + balancer.repairs)
        formula = parser.formula()
    except (TooDeep, RecursionError) as trouble:
        start = trouble.args[0] if isinstance(trouble, TooDeep) else offset
        span = Span(start, min(start + 1, whole.end))
        problem = Problem(span, f"nested deeper than {DEPTH}", "a formula with fewer brackets inside one another", "name the inner parts")
        return Reading(None, tuple(scanner.repairs), (problem,))
    except TooLarge as trouble:
        span = Span(trouble.args[0], trouble.args[0] + 1)
        problem = Problem(span, f"a number of more than {LARGEST_NUMBER} digits", "a number as people write it", "use a smaller one")
        return Reading(None, tuple(scanner.repairs), (problem,))
    parser.repairs.sort(key=lambda repair: repair.span.start)
    return Reading(formula, tuple(parser.repairs), tuple(parser.problems))


def read_math(run: Math) -> Reading:
    """Read a formula of a Markdown block; a number on the line below it becomes its tag, which is reported. One that was read lately at
    this place is remembered: who types changes a line and not the others."""
    key = run.text, run.span.start
    reading = _LATELY.get(key)
    if reading is None:
        reading = read_formula(*key)
        _LATELY.put(key, reading, len(run.text) + 1)
    if run.number is None or reading.formula is None:
        return reading
    number = run.number
    repair = Repair(number.span, "number on the next line", f"({number.text}) numbers the formula above", rf"\tag{{{number.text}}}")
    body = reading.formula.body if isinstance(reading.formula, Tagged) else reading.formula
    tagged = Tagged(Span(body.span.start, number.span.end), body, number.text)
    return Reading(tagged, (*reading.repairs, repair), reading.problems)


_LATELY = Recent(LATELY)


class Parser:
    """The tokens of one formula and the place in them. The operands are in `atoms` and `commands`, one function each."""
    commands = commands.HANDLERS

    def __init__(self, tokens: list[Token], whole: Span, repairs: list[Repair]) -> None:
        self.tokens = tokens
        self.end = Token("eof", "", whole.end, whole.end)
        self.tokens.append(self.end)
        self.at = 0
        self.stop = whole.start          # where the last token taken ended
        self.repairs = repairs
        self.problems: list[Problem] = []
        self.depth = 0
        self.listed = False              # inside square brackets with nothing but numbers
        self.spaced = False              # inside square brackets, where a wide space separates items
        self.style = ""                  # the font command around
        self.tag = ""

    # Tokens

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "eof":
            self.at += 1
            self.stop = max(self.stop, token.end)
        return token

    def span(self, start: int) -> Span:
        return Span(start, max(start, self.stop))

    def here(self) -> Empty:
        """Nothing, at this place."""
        self.stop = max(self.stop, self.next.start)
        return Empty(Span(self.next.start, self.next.start))

    def starts(self) -> bool:
        return self.next.kind in STARTING

    def repair(self, start: int, kind: str, says: str, reading: str) -> None:
        self.repairs.append(Repair(self.span(start), kind, says, reading))

    def problem(self, token: Token, says: str, expected: str = "", suggestion: str = "") -> None:
        self.problems.append(Problem(Span(token.start, token.end), says, expected, suggestion))

    # From loose to tight

    def formula(self) -> Formula:
        self.list_number()
        result = self.lines()
        while self.next.kind != "eof":               # balanced tokens leave nothing; should they, it is said
            token = self.take()
            self.problem(token, f"{token.text!r} is not understood here")
        return result

    def list_number(self) -> None:
        r"""The number of a list item that slipped into the maths: $1. \ x = 2$."""
        first, dot, rest = self.next, self.peek(), self.peek(2)
        numbered = first.kind == "number" and first.text.isdigit() and dot.kind == "stop" and dot.start == first.end
        if numbered and (rest.kind == "space" or rest.start > dot.end and rest.kind != "eof"):
            self.take()
            self.take()
            self.repair(first.start, "list number", f"{first.text}. is the number of a list item, not maths", "")

    def lines(self) -> Formula:
        r"""Rows separated by \\; one row stands for itself."""
        start, outer, rows = self.next.start, self.tag, []
        while True:
            self.tag = ""
            row = self.sequence(row=True)
            rows.append(Tagged(self.span(row.span.start), row, self.tag) if self.tag else row)
            if self.next.kind != "row":
                break
            self.take()
        self.tag = outer
        while len(rows) > 1 and isinstance(rows[-1], Empty):
            rows.pop()
        return rows[0] if len(rows) == 1 else Lines(self.span(start), tuple(rows))

    def sequence(self, row: bool = False) -> Formula:
        """One item, or several with what separates them."""
        start = self.next.start
        items, separators = self.items(row)
        if len(items) == 1:
            return items[0]
        if not items:
            return Empty(Span(start, start))
        return Sequence(Span(items[0].span.start, items[-1].span.end), tuple(items), tuple(separators))

    def items(self, row: bool = False) -> tuple[list[Formula], list[str]]:
        items: list[Formula] = []
        separators: list[str] = []
        while True:
            before = self.at
            separator = self.separators()
            token = self.next
            if token.kind in ENDING:
                return items, separators
            if token.kind == "tag" or row and items and self.numbered(before):
                self.take_tag()
                continue
            if token.kind == "script" and items:
                self.take()
                atoms.argument(self)
                if separator == "mid":
                    self.problem(token._replace(end=self.stop), "a formula at a place, behind a bar", "a formula without it", "give the value there a name")
                    continue
                self.repair(token.start, "dangling script", f"{token.text} after a comma belongs to nothing", "as if it were not there")
                continue
            at = self.at
            if token.kind == "words" or self.lone_colon():
                item = (Words if token.kind == "words" else Symbol)(Span(token.start, token.end), self.take().text)
            else:
                item = self.relation(row)
            if self.at == at:
                self.take()
                self.problem(token, f"{token.text} is not known", "a sign or command of the kind used in such sheets")
                continue
            if items:
                separators.append(separator)
            items.append(item)

    def separators(self) -> str:
        """Take the separators that stand here; the one that weighs most is the answer."""
        seen = ""
        while self.next.kind in SEPARATING and not self.lone_colon():
            token = self.take()
            text = "quad" if token.kind == "quad" else " " if token.kind == "space" else token.text
            if seen in ("", " ", ".") or seen == "quad" and token.kind == "comma":
                seen = text
        return seen

    def lone_colon(self) -> bool:
        """The colon of A_{:,1}: all entries along an axis."""
        colon, before = self.next, self.tokens[self.at - 1]
        return colon.text == ":" and colon.kind == "comma" and before.kind in ("brace", "open", "comma") and before.text in "{[," and (
            self.peek().kind in ("unbrace", "close") or self.peek().text == ",")

    def numbered(self, before: int) -> bool:
        """An equation's number, (1.1) or (2-3), at the end of its row, behind a wide space or a full stop."""
        ahead = 1
        if self.next.kind != "open" or self.next.text != "(":
            return False
        if not any(token.kind in ("quad", "stop") for token in self.tokens[before:self.at]):
            return False
        while ahead < 7 and self.peek(ahead).kind in ("number", "minus", "stop"):
            ahead += 1
        return ahead > 1 and self.peek(ahead).kind == "close" and self.peek(ahead + 1).kind in ("row", "eof", "end", "tag")

    def take_tag(self) -> None:
        token = self.take()
        if token.kind == "tag":
            self.tag = token.text
            return
        parts = []
        while (token := self.take()).kind != "close":
            parts.append(token.text)
        self.tag = "".join(parts)

    def relation(self, row: bool = False) -> Formula:
        """A chain a = b < c, whole; where a side is missing it is Empty."""
        start = self.next.start
        parts: list[Formula] = [self.here() if self.related() else self.terms(row)]
        operators: list[str] = []
        while self.related():
            negated = self.next.kind == "command" and bool(self.take())
            operator = self.take().text
            operators.append({"=": "!=", "in": "notin"}.get(operator, "not " + operator) if negated else operator)
            self.spaces()
            at_end = self.related() or self.next.kind in ENDING or self.next.kind in SEPARATING or self.next.kind in ("tag", "words")
            parts.append(self.here() if at_end else self.terms())
        return Relation(self.span(start), tuple(parts), tuple(operators)) if operators else parts[0]

    def related(self) -> bool:
        return self.next.kind == "relation" or self.next.kind == "command" and self.next.text == "not" and self.peek().kind == "relation"

    def terms(self, row: bool = False) -> Formula:
        """Terms with + and -; a row that begins with + goes on from the row before, which its first, Empty term says."""
        start = self.next.start
        terms: list[Formula] = []
        if self.next.kind in ("plus", "minus") and self.peek().kind in ENDING:
            text = self.take().text
            return Symbol(self.span(start), text)
        if row and self.next.kind == "plus":
            terms.append(self.here())
        else:
            terms.append(self.signed(self.product))
        while self.spaces().kind in ("plus", "minus") and not self.new_item(terms[-1]):
            negative = self.next.kind == "minus"
            if not negative:
                self.take()
            terms.append(self.signed(self.product))
        return terms[0] if len(terms) == 1 else Sum(self.span(start), tuple(terms))

    def signed(self, body) -> Formula:
        """A body behind any number of signs."""
        signs: list[int] = []
        while self.next.kind in ("plus", "minus"):
            token = self.take()
            if token.kind == "minus":
                signs.append(token.start)
                if len(signs) > DEPTH:
                    raise TooDeep(token.start)
        result = body()
        for start in reversed(signs):
            result = Negative(self.span(start), result)
        return result

    def only_numbers(self) -> bool:
        """Whether nothing but numbers stands from here to the end of the bracket."""
        ahead = 0
        while self.peek(ahead).kind in ("number", "minus", "plus", "space", "comma"):
            ahead += 1
        return self.peek(ahead).kind == "close" and all(self.peek(k).kind != "plus" for k in range(1, ahead))

    def new_item(self, last: Formula) -> bool:
        """In [1 -2] the minus begins an item of the row; not in [1 -2 + x]."""
        minus, behind = self.next, self.peek()
        if not self.listed or minus.kind != "minus" or behind.start != minus.end:
            return False
        number = isinstance(last, Numeral) or isinstance(last, Negative) and isinstance(last.body, Numeral)
        return number and behind.kind == "number" and minus.start > self.stop

    def spaces(self) -> Token:
        """The next token behind spaces that separate nothing."""
        if self.next.kind != "space":
            return self.next
        ahead = 0
        while self.peek(ahead).kind == "space":
            ahead += 1
        token, behind = self.peek(ahead), self.peek(ahead + 1)
        tight = token.kind == "minus" and behind.start == token.end and behind.kind in STARTING
        if self.spaced and (token.kind in STARTING or tight):
            return self.next
        self.at += ahead
        return self.next

    def product(self) -> Formula:
        """Factors side by side or with an operator between."""
        start = self.next.start
        while self.next.kind == "brace" and self.peek().kind == "unbrace" and self.peek(2).kind in STARTING:
            self.take()                                  # {} is nothing
            self.take()
        factors: list[Formula] = [atoms.operand(self)]
        operators: list[str] = []
        while True:
            token = self.spaces()
            if token.kind == "product":
                operators.append(self.take().text)
                self.spaces()
                factors.append(self.signed(self.operand))
            elif token.kind in STARTING and not self.apart(factors[-1], token):
                factor = atoms.operand(self)
                if not isinstance(factor, Empty) or token.kind != "brace":      # {} is nothing
                    operators.append("")
                    factors.append(factor)
            else:
                break
        if "/" in operators:
            factors, operators = slashed(factors, operators)
        return factors[0] if len(factors) == 1 else Product(self.span(start), tuple(factors), tuple(operators))

    def apart(self, last: Formula, token: Token) -> bool:
        """Things side by side that are no product: two numbers, dots and their neighbours, a negated relation."""
        return token.kind == "number" and isinstance(last, Numeral) or token.kind == "dots" or isinstance(last, Dots) or self.related()

    def operand(self) -> Formula:
        return atoms.operand(self)
