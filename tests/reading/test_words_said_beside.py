r"""What a sheet says beside its formulas: second formulas, properties of matrices, shapes in words, counts, additions in words: used, or listed."""
import pytest
from meant import only, shape

from longhand.reading.sheet import read


def listed(text, **options):
    return [r.text for r in read(text, **options).not_understood]


def test_a_label_above_a_name_that_the_data_has_without_is_how_the_sheet_spells_it():
    text = r"$z^{(1)}=W^{(1)}x^{(1)}$, $L=\frac12\|z^{(1)}-y\|^2$. Compute $\partial L/\partial W^{(1)}$."
    problem = only(text, data={"x": [1, 2], "W1": [[1, 2], [3, 4], [5, 6]], "y": [1, 0, 2]})
    assert problem.notation.spellings["x"].latex == "x^{(1)}" and problem.notation.spellings["y"].latex == "y"


UNIT = r"$z=wx$, $a=%s$, $L=a^2$ with $w=1$, $x=-2$. $$a=\begin{cases}z & z>0\\ %s & \text{otherwise}\end{cases}$$ Compute $\partial L/\partial w$."


@pytest.mark.parametrize(("first", "second", "agrees"), [
    ("z", "0.1z", False), ("z", "0", False), (r"\max(0,z)", "0", True), ("|z|", "-z", True), ("|z|", "z", False),
    (r"\mathrm{LeakyReLU}(z)", "0.01z", True), (r"\mathrm{LeakyReLU}(z)", "0.2z", False),
])
def test_a_second_formula_has_to_agree_for_numbers_of_either_sign(first, second, agrees):
    assert (listed(UNIT % (first, second)) == []) is agrees


def test_a_second_formula_that_has_a_value_for_positive_numbers_alone_agrees_there():
    assert listed(r"$z=wx$, $a=\ln(z^2)$, $a=2\ln z$, $L=a^2$ with $w=1$, $x=2$. Compute $\partial L/\partial w$.") == []


FORM = r"%s $f(x)=x^\top Ax+c^\top x$ with $x, c\in\mathbb{R}^n$ and $A\in\mathbb{R}^{n\times n}$. %s Compute $\partial f/\partial x$."


@pytest.mark.parametrize("words", [
    "$A$ is symmetric.", "Here $A$ is a symmetric matrix.", "$A$ and $c$ are given, $A$ being symmetric.", "Assume $A$ to be positive definite.",
    "The matrix $A$ is assumed to be positive-definite and symmetric.", "Take a symmetric, invertible matrix $A$.", "Let $A$ be an orthogonal matrix.",
    "Let $A$ be the identity matrix.", "With a diagonal matrix $A$ and any $c$.", "$c$ is a unit vector.", "$A$ is upper triangular.", "$c$ is complex.",
    "All entries of $c$ are real, and $x$ is complex-valued.", r"With a symmetric matrix $A \in \mathbb{R}^{n\times n}$.", "$A$ has full rank.",
    "The inputs are complex.", "The weight matrix is assumed to be symmetric.",
])
def test_properties_that_nothing_uses_are_listed(words):
    assert listed(FORM % ("", "")) == [] and any("said to be" in text for text in listed(FORM % ("", words)) + listed(FORM % (words, "")))


@pytest.mark.parametrize("words", ["$n$ is an integer.", "$x$ is a vector.", "The Hessian is symmetric.", "$x$ and $c$ are real vectors.",
                                   "$f$ is complex enough."])
def test_properties_that_say_nothing_new_are_fine(words):
    assert not any("said to be" in text for text in listed(FORM % ("", words)))


BIASED = (r"$z=Wx+b$, $L=\frac12\|z-y\|^2$ with $x\in\mathbb{R}^d$, $W\in\mathbb{R}^{m\times d}$, $y\in\mathbb{R}^m$%s "
          r"Compute $\partial L/\partial b$.")


@pytest.mark.parametrize("words", [
    ". $b$ is a scalar.", ", and $b$ is a scalar.", ", where $b$ is a real number.", " and a scalar $b$.", ". b is a scalar.",
    ". Here the scalar bias $b$ is used.", ". Only $b$ is just a number.",
])
def test_a_quantity_is_a_number_where_the_words_say_so_behind_the_formula(words):
    [problem] = read(BIASED % words).problems
    assert shape(problem, "b") == () and shape(problem, "x") == ("d",) and shape(problem, "y") == ("m",)


def test_several_numbers_at_once():
    problem = only(r"$v, h\in\mathbb{R}^m$, $o=v^\top h+c$, $L=\frac12(o-t)^2$, where $c$ and $t$ are scalars. "
                   r"Compute $\partial L/\partial v$.")
    assert shape(problem, "c") == shape(problem, "t") == shape(problem, "L") == ()


@pytest.mark.parametrize("words", [". $b$ is the number of rows.", ". $L$ is a scalar.", ". $b$ is a scalar multiple of $y$.", ". $z_i$ is a scalar."])
def test_other_uses_of_the_words_declare_nothing(words):
    [problem] = read(BIASED % words).problems
    assert shape(problem, "b") == shape(problem, "z") == ("m",) and shape(problem, "L") == ()


def test_a_number_that_the_formula_makes_a_vector_is_listed():
    assert any("declared as a number" in text for text in listed(BIASED % r", $b\in\mathbb{R}^m$. $z$ is a scalar."))
    assert listed(BIASED % r", $b\in\mathbb{R}^m$. $b$ is a scalar.") == ["b is given two shapes: m and a number"]


def test_an_equation_between_an_expression_and_the_identity_is_listed():
    assert "an equation that gives no quantity its value" in listed(FORM % ("", r"$A^\top A=I$.")) and listed(FORM % ("", "$AA=I_n$."))


SQUARED = r"$z=wx+b$, $a=z$ %s, $E_1=(a-y)^2$, $L=E_1+w^2$ with $w=1$, $x=2$, $b=3$, $y=1$. %s Compute $\partial L/\partial w$."


@pytest.mark.parametrize("words", ["if $z>0$", r"when $z \geq 0$", "for $z>0$", "if $z>0$ and $0$ otherwise"])
def test_an_equation_under_a_condition_is_listed(words):
    assert listed(SQUARED % (words, ""))


@pytest.mark.parametrize("words", ["", r"for $\beta>0$", r"for $t\geq 1$"])
def test_the_range_of_a_constant_is_no_condition(words):
    assert listed(SQUARED % (words, "")) == []


@pytest.mark.parametrize(("words", "fine"), [
    ("The cost is $L$ plus the bias.", False), ("The loss is the sum of $L$ and $b$.", False), ("The total loss is $E_1$ plus $z$, and so on.", True),
    ("The loss is the sum of $E_1$ and $q$.", False), ("The loss is $L$.", True), ("The loss equals $L$ plus $q$.", False),
])
def test_a_loss_that_is_a_sum_in_words_has_a_formula_with_its_parts(words, fine):
    assert (listed(SQUARED % ("", words)) == []) is fine


@pytest.mark.parametrize("by", ["$-w$", "$2w$", "$w+b$"])
def test_a_derivative_by_an_expression_is_listed(by):
    text = (SQUARED % ("", "")).replace(r"$\partial L/\partial w$", f"the derivative of $L$ with respect to {by}")
    assert any("an expression is asked" in each for each in listed(text))


LAYERS = (r"%s Let $h=\sigma(Wx)$, $o=v^\top h$ and $L=\frac12(o-t)^2$ with $W=\begin{bmatrix}1&0\\2&1\\0&1\end{bmatrix}$, $v=(1,-1,2)$, $x=(1,2)$, $t=1$. "
          r"Compute $\partial L/\partial W$.")
UNITS = r"%s Let $z=w_1x_1+w_2x_2$, $L=(z-y)^2$ with $w_1=1$, $w_2=2$, $x_1=3$, $x_2=1$, $y=4$. Compute $\partial L/\partial w_1$."
CLASSES = (r"%s Let $z=Wx$, $p=\mathrm{softmax}(z)$, $L=-\ln p_c$ with $W=\begin{bmatrix}1&0\\2&1\\0&1\end{bmatrix}$, $x=(1,2)$, $c=1$. "
           r"Compute $\partial L/\partial W$.")


@pytest.mark.parametrize(("words", "fine"), [
    ("A network with two inputs and three hidden neurons.", True), ("A network with a hidden layer of three neurons and one output.", True),
    ("A network with three inputs.", False), ("The network has two outputs.", False), ("There are two output neurons.", False),
    ("A network with a hidden layer of four neurons.", False), ("A network with 4 hidden units.", False), ("The hidden layer has four units.", False),
    ("A network with three hidden layers.", True), ("There are five classes.", False), ("There are two classes.", True), ("There are 3 input units.", False),
])
def test_counts_that_the_formulas_contradict_are_listed(words, fine):
    assert any("the words count" in text for text in listed(LAYERS % words)) is not fine


@pytest.mark.parametrize(("words", "fine"), [("A neuron with two inputs.", True), ("A neuron with three inputs.", False), ("It has two outputs.", False),
                                             ("A gate with four inputs, weights too.", True)])
def test_counts_of_inputs_that_are_numbers_each(words, fine):
    assert any("the words count" in text for text in listed(UNITS % words)) is not fine


def test_the_number_of_a_class_counts_nothing():
    assert listed(CLASSES % "There are three classes.") == []
