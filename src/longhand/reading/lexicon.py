"""The words a sheet is read by: tables only. A row teaches one more phrase; a word in no row is not understood.

Each row of a table is `meaning: phrase, phrase, ...`. A phrase is written without hyphens and in the singular.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..core.record import record
from ..functions.activations import ACTIVATIONS
from ..functions.losses import LOSSES
from ..functions.vector import VECTOR_FUNCTIONS


@record
class Meaning:
    """role: verb, unable, told, op, thing, prep, fill, conj, activation, loss, method, place, effect, finite, claim, working,
    count, rate, steps, target, class, fact. `value` says which."""
    role: str
    value: str = ""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# What an imperative asks for; "" leaves it to the objects.
_VERBS = """
: compute, find, derive, give, determine, evaluate, obtain, report, write, calculate, get, tabulate, differentiate, deduce, provide,
  work out, write down, write out, find out, what is, what are, list, state, print, present, carry out, perform, do, run, execute,
  express, conduct, complete, take the derivative, show
update: update
backward: back propagate, backpropagate, back prop, backprop, propagate back
verify: show that, prove, verify, check, confirm, correct, demonstrate that, check whether, check that, show why, judge, validate
implement: implement, code up, write code, write a program, program
schematic: draw, sketch, make, illustrate
"""
# Imperatives that ask for something nobody here can do: each use is listed.
_UNABLE = """
repeat: repeat, redo
iterate: iterate
explain: explain, discuss, describe, comment, justify, argue, compare, interpret, reason, say, tell, motivate, summarise, summarize,
  conclude, elaborate, answer, investigate, analyse, analyze, examine, explore, study
plot: plot, graph, visualise, visualize
transform: convolve, prepend, append, shuffle, swap, normalise, normalize, standardise, standardize, estimate, approximate, predict,
  classify, train, fit, optimise, optimize, minimise, minimize, maximise, maximize, tune, choose, select, design, construct, build,
  extend, generalise, generalize, simplify, rewrite, solve, sample, generate, count, measure, rank, sort, propose, suggest, guess,
  decide, identify, name, submit, load, download, bound, factor, expand, integrate, invert, diagonalise, diagonalize, reconstruct,
  recover, reproduce, transform, convert, translate, prune, quantise, quantize, detect, try, apply, multiply, add, subtract, divide,
  double, halve, remove
what: what happens, what goes wrong, what does, what do, what would, what if, what, why, how, which, who, when does, is it, does the,
  can you, could you
"""
# Words that are a verb only at the head of a clause.
NOUN_OR_VERB = words("""update state list report check present program correct complete draw sketch run plot graph estimate sample bound
    factor name rank sort measure count answer study reason design process transform code express double train fit load build judge comment
    approximate swap do make get forward""")
QUESTIONS = words("what why how which who when")
# Imperatives that give something instead of asking for it.
_TOLD = """
: consider, let, let us, suppose, assume, put, recall, note, denote, define, set, start, start from, remember, see, refer, use,
  imagine, take, write x, notice, observe, keep, initialise, initialize, think of, look at, make use of, be careful, ignore, neglect,
  make sure, feel free, bear in mind, keep in mind, read
"""
_OPS = """
gradient: gradient, derivative, partial derivative, partial, sensitivity, error gradient, loss gradient, differential
jacobian: jacobian, jacobian matrix
hessian: hessian, hessian matrix, second derivative, second order derivative
forward: forward, forward pass, forward propagation, forward computation, forward value, forward phase, forward step, feed forward,
  feed forward process, feed forward pass, feedforward, feedforward pass, feedforward process, forward process, forward calculation,
  forward table, forward propagate
backward: backward, backward pass, backward propagation, back propagation, backpropagation, back propagation process,
  back propagation pass, backward computation, backward phase, backward process, backprop, back prop, backward table, backward step,
  backpropagation process
update: updated, update, updated value, new weight, new bias, new parameter, new value, updated version, weight update, parameter update,
  bias update, before each step, before each update, before every step, after each step, after each update, after every step,
  after each epoch, before each epoch, after every epoch, final, final value, final weight, final bias, final parameter, update rule, update
  equation, gradient descent step, gradient step, parameter step, update step, gradient descent update,
  weight update rule, gradient descent update equation, change of the weight
loss: final loss, final error, new loss, new error, new cost, updated loss, updated error, loss after, error after, new total error, loss
  after the update,
  loss after the step, error after the update, new value of the loss, cost after the update
value: value, numerical value, output value, predicted value, numeric value
expression: expression, formula, symbolic expression, closed form expression, analytical expression, analytic expression, equation
steps: step, intermediate step, intermediate derivative computation step, all step, derivation, derivation process, intermediate result,
  intermediate computation, intermediate derivation, intermediate calculation, work, working, calculation, full derivation, your work,
  derivation step, calculation step, intermediate derivative, computation step
schematic: schematic, diagram, computational graph, computation graph, rough schematic, schematic of the back propagation process,
  schematic of the back propagation, picture, drawing, flow chart
check: gradient check, numerical gradient check, finite difference check
"""
_THINGS = """
weights: weight, hidden weight, output weight, input weight, weight matrix, weight matrices, weight vector
biases: bias, bias vector, bias term
parameters: parameter, trainable parameter, learnable parameter, model parameter
inputs: input, input vector, input variable, input value, softmax input, softmax input vector, network input, feature, feature vector
outputs: output, predicted output, prediction, predicted value of the output, output node, output unit, output neuron, network output,
  model output
loss: loss, cost, error, total error, total loss, loss value, objective, loss function, cost function, error function, total cost,
  objective function, error value, value of the loss
logits: logit, score
probabilities: probability, predicted probability, class probability, class probabilities
hidden: hidden node, hidden unit, hidden neuron, hidden layer, hidden activation, hidden state, hidden value, hidden layer output,
  activation, hidden layer activation, unit, node, neuron
intermediates: intermediate, intermediate value, intermediate quantity, intermediate quantities, intermediate variable,
  every intermediate, quantity, quantities, variable
pre-activations: pre activation, preactivation, net input, weighted sum, weighted input
deltas: delta, local gradient, error signal, error term
"""
_PREPS = """
of: of
wrt: with respect to, w r t, wrt, respecting, relative to
for: for, at, to, on
context: with, in, after, when, if, before, given, assuming, from, into, inside, within, under, during, about
using: using, via, by, through, by means of, based on, in terms of, where, without, employing, according to, making use of,
  starting from, whose, when using, as a function of, as function of, by using, by applying, following
"""
_FILL = """
: the, a, an, all, each, every, both, these, those, following, below, above, by hand, also, now, please, respectively, respective, as,
  too, well, as well, first, finally, your, our, its, their, then, next, explicit, explicitly, function, vector, matrix, matrices, layer,
  network, neural, neural network, in vector form, in matrix form, in index form, in component form, in vector notation,
  in matrix notation, in vector and matrix form, in one line, in full, in detail, detailed, chain rule, the chain rule,
  chain rule product, as chain rule products, product, numerical, numerically, analytically, analytical, symbolic, symbolically, scalar,
  corresponding, resulting, initial, only, task, problem, question, part, exercise, ours, extension by us, extension, us, i e, ie, eg,
  namely, that is, be, given by, given in, given above, given below, as given, defined, shown, process, pass, propagation, total, order,
  in the order of, in order of, in that order, value of, model, single, necessary, required, needed, different, various, element, entry,
  entries, component, column, row, i th, ith, jth, matrix vector, two, three, computation, task is, set of, result, term, whole,
  complete, entire, full, gradient descent, this, such, training example, feed, hand, true, new, node, rule, simple, standard, usual,
  form, carefully, clearly, correctly, step by step, cross entropy loss function, real, in this network,
  of this network, of the network, of the neural network, in the network, one, one hidden layer, compute and, representing, represent,
  represents, network with, in class, backpropagation rule, back propagation rule, elementwise, sheet, evaluation, i, if, else, extra,
  at each step, at every step, for each step, final layer, final output, final answer, final result, desired, combined, bptt, back
  propagation through time, backpropagation through time, hidden layer of, unless stated otherwise, unless otherwise stated, unless otherwise specified,
  unless specified otherwise, if not stated otherwise, no calculator, without a calculator, without calculator, not necessarily, not only,
  whether or not, once, one time, a single time, no need, need not, do not forget, don't forget,
  without loss of generality, without derivation, without explanation, don't worry, no point, not random, not randomly, not a probability, not integer
"""
_CONJ = "and: and, or, as well as, along with, together with, plus"
# Words of somebody's working. A sentence with one of them and no imperative asks nothing; "strong" ones tell that it is a solution.
_WORKING = """
strong: this is, so the, therefore, as we, we mentioned, mentioned, dim, it follows, means, this means, we get, we have, we obtain,
  we can see, we see, the same with, consistent with, to multiply, analogously
weak: so, thus, hence, because, which is, else, otherwise, similarly, likewise, we should, implies, it is, sth
"""
# What is asked without an imperative.
_PASSIVE = """
: is needed, are needed, is required, are required, is wanted, are wanted, is sought, are sought, is asked, are asked, is asked for,
  are asked for, to be computed, to be found, to be determined, to be derived, to be calculated, to be given, to be shown, to be updated,
  to be evaluated, to be obtained, must be computed, must be found, must be derived, should be computed, should be found, should be derived,
  should be updated, should be given, must be given
"""
_CLAIM = """
claim: claim, claims, claimed, conclude, concludes, asserts, believes, thinks, argues, concluded, asserted, published answer, key says
"""
# What changes a result and is not read from words.
_EFFECTS = """
dropout: dropout, drop out
weight decay: weight decay, l2 regularization, l2 regularisation, regularization, regularisation, regularizer, regulariser, l1 penalty,
  penalty, l2 penalty, ridge, lasso, sparsity
normalisation: batch normalization, batch normalisation, batch norm, batchnorm, layer norm, layernorm, layer normalization,
  layer normalisation, bn output, bn
clipping: gradient clipping, clipped, clipping, clip
weight tying: shared, share the same, tied, tied weights, weight tying, weight sharing, shared weights
skip connection: skip connection, residual connection, residual, shortcut
temperature: temperature
smoothing: label smoothing of, smoothed labels with
noise: noise, noisy, random, randomly, stochastic
decay: learning rate decay, annealing, schedule, warm up, warmup
stop gradient: stop gradient, detached, detach
convolution: stride, padding, pooling, convolution, convolved, kernel, filter
recurrence: zero initial state, initial state, truncated, teacher forcing
data set: training set, data set, dataset, training data, examples below, two examples, second example
freezing: kept fixed, held fixed, held constant, frozen, not updated, left unchanged, not trained, kept constant
logarithm base: log base, logarithm to base, base
averaging: moving average, running average, running mean, momentum of the statistics
reassignment: replace, replaced, overwrite
wiring: is added to, are added to, is subtracted from, are subtracted from,
  multiplies, multiply, connected only, not connected, swapped, missing connection, prepended
given elsewhere: given below to, in the file, attached
negation: not, never, no, nor, cannot, can't, don't, doesn't, isn't, aren't, won't, shouldn't, without, instead of, instead, except,
  except for, excluding, unless, ignore, ignores, ignored, ignoring, neglect, neglects, neglected, neglecting, omit, omits, omitted, omitting, drop, dropped,
  dropping, skip, skipped, skipping, leave out, left out, leaving out, discard, discarded, removed, switched off, turned off, disabled,
  only if, only when, only positive, only negative
feedback: fed back, feedback connection
scaling: halved, doubled, tripled, rescaled, half the, half as large, twice as large, half of the, twice the, negated, sign reversed, reversed,
  in reverse order, upside down, normalised, normalized, standardised, standardized, whitened,
  increased by, decreased by, reduced by, multiplied by, divided by, scaled by, weighted by, twice, twice as much, squared, rounded, squashed, clamped, centred,
  centered, modulo, minus, minus sign, square root of, root of, log of, logarithm of, exponential of, absolute value,
  absolute difference, reciprocal, opposite sign, inverse of
unit of measurement: in degrees, degrees, in bits, in percent, percent, percentage, in thousands, in units of
ascent: ascent, gradient ascent, maximised, maximized, maximising, maximizing
number of steps: first step, first few step, few step, several step, some step, a few iterations, until convergence
"""
_METHODS = """
gradient descent: gradient descent, gradient descent method, full batch gradient descent, batch gradient descent, sgd, steepest descent,
  stochastic gradient descent
momentum: momentum, heavy ball
nesterov: nesterov, nesterov momentum, nesterov accelerated gradient
adam: adam
unsupported: rmsprop, adagrad, adadelta, adamw, newton, newton's method, nadam, lbfgs, natural gradient, levenberg marquardt
"""
_PLACES = """
hidden: hidden layer, hidden unit, hidden node, hidden neuron, hidden
output: output layer, output unit, output node, output neuron, output
everywhere: every unit, all activation, all activation function, every activation function, all the unit,
  everywhere, all layer, all unit, each layer, every layer, each neuron, every neuron, all neuron, both layer, each unit,
  all non input unit, throughout
"""
_FACTS = """
no bias: no bias, no biases, without bias, without biases, without a bias, bias free, no bias term, without bias term
frozen: biases left alone, bias left alone, biases are not updated, biases not updated, biases are left alone, biases stay fixed,
  biases fixed, biases are kept fixed, biases unchanged, keep the biases fixed, do not update the biases, biases are fixed,
  biases are not trained
one-hot: one hot, one hot vector, one hot vec, one hot label, one hot label vector, one hot encoded, one hot encoding
row vectors: row vector, one row, single row
column vectors: column vector
row-wise: row wise, per row, along rows, along the rows, along each row, rowwise, for each row, over rows, row by row
column-wise: per column, column wise, columnwise, along columns, along the columns, for each column,
  column by column
examples in columns: in columns
examples in rows: in rows
gates: elementary gates, elementary operations, elementary gate, computational graph gates
elementwise: element wise, elementwise, componentwise, entrywise
sum: sum over the repeated index, summed over the repeated index, summation convention, einstein summation, einstein convention,
  sum over the batch, summed over the batch, sum over examples, sum over all examples
mean: averaged, average, averages, mean loss, mean over the batch,
  averaged over the batch, average over the batch, mean of, mean over examples, averaged over examples,
  averaged over the examples, mean over the examples, batch mean
distribution: probability distribution
class base 0: zero based, counting from zero, counted from zero, 0 based, class indices start at 0, numbered from 0, numbered from zero, counted from 0,
  counting from 0, numbered starting from 0, numbered starting at 0, indexed from 0, indexed from zero, numbering starts at 0, start at 0
class base 1: one based, counting from one, 1 based, numbered from 1, numbered from one, counted from 1, counting from 1, counted from one,
  numbered starting from 1, numbered starting at 1, indexed from 1, indexed from one, numbering starts at 1, start at 1, class indices start at 1
natural logarithm: natural logarithm, natural log
log base 10: decimal logarithm, common logarithm, base 10, base ten, log base 10, logarithm base 10, logarithm to base 10, logarithm to the base 10
log base 2: binary logarithm, base 2, base two, log base 2, logarithm base 2, logarithm to base 2, logarithm to the base 2
"""
_NUMBERED = """
momentum: momentum, momentum coefficient, momentum parameter, momentum factor, momentum rate, momentum constant
rate: learning rate, step size, step length, rate, lr
target: target, target value, target output, desired output, desired output value, ground truth, ground truth label, label, teacher signal
class: true class, correct class, true label, gold class, class label, target class, right class, correct label
"""
_FINITE = """
: is, are, was, were, has, have, had, contains, consists, includes, computes, receives, generates, employs, uses, produces, represents,
  denotes, transforms, maps, applies, gives, takes, writes, does, holds, follows, equals, becomes, goes, needs, applied, obtained,
  defined, used, will, would, contain, consist, listed, called, known, transformed, trained, followed, connected, computed, made, read
"""
# Participles that change nothing in what they are said of.
HARMLESS = words("""abbreviated arranged asked assumed calculated chosen compared considered counted denoted depicted derived described desired
    determined discussed displayed estimated evaluated expected explained expressed illustrated indexed initialised initialized
    interpreted introduced labeled labelled learned learnt listed measured mentioned named needed noted numbered observed obtained
    organised organized plotted predicted presented printed provided regarded repeated required simplified specified stated stored
    studied supposed trained treated understood used viewed visualised visualized wanted written""")
NUMBERS = MappingProxyType({word: str(value) for value, word in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])} | {"single": "1"})
FRACTIONS = words("percent tenth tenths hundredth hundredths thousandth thousandths half halves third thirds quarter quarters fifth fifths per")
COUNTED = words("""input inputs output outputs neuron neurons unit units node nodes layer layers weight weights bias biases class classes
    example examples sample samples word words feature features category categories parameter parameters row rows column columns gates""")
STEP_WORDS = words("step steps epoch epochs iteration iterations update updates")
# Nouns in front of a number that only names something.
REFERENCES = words("""eq eqs eqn equation equations figure fig figures section sec problem problems question exercise homework q
    assignment part parts table chapter week lecture page theorem lemma appendix task example hw ps step""")
POINTS = words("point points pt pts mark marks credit credits percent")
MONTHS = words("""january february march april may june july august september october november december spring summer autumn fall winter
    semester""")
ROUNDING = words("decimal decimals significant digits round rounded")
TITLES = words("problem question exercise task assignment")
ADVICE_VERBS = words("benefit use assume refer consult want leave ignore skip need take suppose")


# Losses as sentences name them, besides the names and aliases of the table of losses.
_LOSS_PHRASES = """
half_squared_error: half the squared error, half squared error, half of the squared error, half the squared difference, half the squared distance,
  half the sum of squared errors, half the sum of the squared errors, half the sum of squares, half the sum of squared differences,
  half sum of squared errors, one half of the squared error, one half the squared error, half the total squared error
squared_error: sum of the squared errors, sum squared error, summed squared error, squared difference, squared distance, sum of squared differences
mean_squared_error: mean of the squared errors, average squared error, mean squared difference
binary_cross_entropy: binary cross entropy, logistic cross entropy
"""


def _rows(table: str) -> Iterable[tuple[str, str]]:
    for row in table.strip().replace("\n  ", " ").splitlines():
        name, _, phrases = row.partition(":")
        for phrase in phrases.split(","):
            if phrase.strip():
                yield name.strip(), phrase.strip()


def _split(name: str) -> tuple[str, ...]:
    return tuple(name.casefold().replace("-", " ").replace("_", " ").split())


def _table() -> Mapping[tuple[str, ...], tuple[Meaning, ...]]:
    found: dict[tuple[str, ...], list[Meaning]] = {}
    tables = {"verb": _VERBS, "unable": _UNABLE, "told": _TOLD, "fact": _FACTS, "op": _OPS, "thing": _THINGS, "prep": _PREPS, "conj": _CONJ,
              "method": _METHODS, "place": _PLACES, "numbered": _NUMBERED, "fill": _FILL, "working": _WORKING, "claim": _CLAIM,
              "passive": _PASSIVE, "effect": _EFFECTS, "finite": _FINITE}
    for role, table in tables.items():
        for value, phrase in _rows(table):
            found.setdefault(_split(phrase), []).append(Meaning(role, value))
    misleading = {"step", "id", "threshold", "ramp", "positive part", "unit step", "hard step"}
    for function in (*ACTIVATIONS, *VECTOR_FUNCTIONS):
        for name in (function.name, *function.aliases):
            if name.isascii() and name not in misleading:
                found.setdefault(_split(name), []).append(Meaning("activation", function.name))
            elif name in misleading:                               # "step" alone is a step of something
                found.setdefault((*_split(name), "function"), []).append(Meaning("activation", function.name))
    for name in ("tanh", "hyperbolic tangent"):
        found.setdefault(_split(name), []).append(Meaning("activation", "tanh"))
    for phrase in ("no activation", "no activation function", "without activation", "without an activation", "without activation function",
                   "without an activation function", "no nonlinearity", "no non linearity"):
        found.setdefault(_split(phrase), []).append(Meaning("activation", "identity"))
    for loss, phrase in _rows(_LOSS_PHRASES):
        found.setdefault(_split(phrase), []).append(Meaning("loss", loss))
    for loss in LOSSES:
        for name in (loss.name, *loss.aliases):
            if name.isascii():
                for phrase in (name, f"{name} loss", f"{name} loss function", f"{name} error", f"{name} cost"):
                    found.setdefault(_split(phrase), []).append(Meaning("loss", loss.name))
    return MappingProxyType({phrase: tuple(meanings) for phrase, meanings in found.items()})


STEPS = Meaning("steps")
MEANINGS = _table()

# Words that open a statement, never a request: "Here W is the weight matrix".
OPENERS = frozenset("""here there now both neither all each every some many most no this these those its their our my his her such
    with without for from in into on at by of to under over between within where while when whenever whereas as since because although though
    if unless but and or nor yet thus hence then again also moreover furthermore likewise again similarly only first second third
    vectors matrices scalars numbers inputs outputs weights biases""".split())
