"""The rules of a derivation: key, textbook name, and one sentence that says why the rule holds."""
from __future__ import annotations

from ..core.record import record


@record
class Rule:
    """What a step says it does, and why that is allowed."""
    key: str
    name: str
    why: str


_ROWS = (
    Rule("constant", "derivative of a constant", "The quantity does not appear on the right side, so nothing changes when it changes."),
    Rule("linear", "derivative of a linear map",
         "Each term holds the entry at most once, as a factor, so what multiplies it is the derivative."),
    Rule("quadratic", "power rule", "The derivative of u² is 2u times the derivative of u."),
    Rule("general", "sum, product and chain rule",
         "The derivative of a sum is the sum of the derivatives; of a product, each factor is differentiated in turn."),
    Rule("elementwise", "elementwise function",
         "Entry j of the output depends on entry j of the input alone, so the Jacobian is diagonal."),
    Rule("vector function", "Jacobian of a vector function", "Every entry of the output depends on every entry of the input."),
    Rule("start", "start of the backward pass", "Only the definition itself has to be differentiated."),
    Rule("chain", "chain rule", "A change of the quantity reaches the result through every entry that reads it; the contributions add up."),
    Rule("paths", "chain rule over all paths", "The quantity is read in more than one place; the contributions of all paths add up."),
    Rule("insert", "insert the local derivatives", "The factors found above are put in."),
    Rule("expand", "insert the upstream gradient",
         "The upstream gradient, found above, is put in, since the product then becomes shorter."),
    Rule("sift", "sum over a Kronecker delta",
         "Σ_m u_m δ_mk = u_k: of the whole sum only the term with m = k is left; like factors cancel."),
    Rule("collect", "simplify", "Like terms are collected and equal factors cancel."),
    Rule("fact", "use a known sum", "The sum has a known value."),
    Rule("total", "sum of all entries", "The sum is taken term by term, with what is known of each."),
)
RULES: dict[str, Rule] = {row.key: row for row in _ROWS}
