"""Labels as the sheet means them: yes or no, one of several classes, a number; and what cannot be one."""
from __future__ import annotations

import numpy as np
import pytest

import longhand
from longhand import DataError, FileError, ShapeError, UsageError
from longhand.solution import read
from longhand.training.examples import examples
from longhand.training.options import Options
from longhand.training.stepper import Stepper
from longhand.training.tables import Table, read_table
from longhand.training.task import task

YES_OR_NO = r"""
$p = \sigma(w^\top x + b)$ with $x, w \in \mathbb{R}^d$, $b \in \mathbb{R}$ and the label $y \in \mathbb{R}$. The loss is
$L = -y \ln p - (1 - y) \ln(1 - p)$. Derive the gradients of $L$ with respect to $w$ and $b$.
"""
VALUES = r"""
$z = W^\top x$ with $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{d \times m}$ and the target $y \in \mathbb{R}^m$. The loss is
$L = \frac{1}{2} \lVert z - y \rVert^2$.
Derive the gradient of $L$ with respect to $W$.
"""
ONE_HOT = r"""
$z = W x$ with $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{3 \times d}$, $p = \text{softmax}(z)$, the one-hot label $y \in \mathbb{R}^3$ and
$L = -\sum_{k=1}^3 y_k \ln p_k$.
Derive the gradient of $L$ with respect to $W$.
"""
NUMBERED = """longhand 1
axis d letter j
axis q size 3 letter i
tensor x : input [d]
tensor W : parameter [q, d]
tensor c : label
z[i] = sum(j, W[i, j]*x[j])
p[i] = softmax(i', z[i'])[i]
L = -ln(p[c[]%s])
loss L
find gradient L wrt W
"""


def labels(sheet, values, **more):
    table = Table("data", {"x": np.ones((len(values), 2)), "y": np.array(values)}, len(values))
    found = examples(table, task(read(sheet).problems[0]), **more)
    return found.arrays["y"].tolist(), found.classes


@pytest.mark.parametrize(("values", "numbers", "classes"), [
    ([0, 1, 1], [0, 1, 1], ("0", "1")), ([2, 1, 2], [1, 0, 1], ("1", "2")), ([-1, 1, -1], [0, 1, 0], ("-1", "1")),
    (["well", "ill", "ill"], [1, 0, 0], ("ill", "well")), ([True, False, True], [1, 0, 1], ("False", "True")), ([0.25, 1, 0], [0.25, 1, 0], ()),
])
def test_yes_or_no(values, numbers, classes):
    assert labels(YES_OR_NO, values) == (numbers, classes)


@pytest.mark.parametrize(("values", "says"), [
    ([0, 1, 2], "label 2 in row 3, column y, is no class"),
    ([0.5, 1.5, 0.0], "label 1.5 in row 2 is no probability"),
    (["a", "b", "c"], "The sheet has 2 classes"),
])
def test_neither_yes_nor_no(values, says):
    with pytest.raises(DataError, match=says):
        labels(YES_OR_NO, values)


def test_the_test_examples_have_the_classes_of_the_training():
    with pytest.raises(DataError, match="label 2 in row 1, column y, is no class of the problem.\nClasses are 0, 1"):
        labels(YES_OR_NO, [2, 1], classes=("0", "1"))


def test_values_are_no_classes():
    assert labels(VALUES, [0.5, 2.0])[0] == [[0.5], [2.0]]
    with pytest.raises(DataError, match="classes or values is not clear.\nSay in the sheet that y is one-hot, or give its size: --size m=1"):
        labels(VALUES, [5, 2])
    assert labels(VALUES, [5, 2], sizes={"m": 1}) == ([[5], [2]], ())
    assert labels(VALUES, [5, 2, 5], sizes={"m": 2}) == ([[0, 1], [1, 0], [0, 1]], ("2", "5"))


def test_a_column_of_class_numbers_as_a_matrix():
    assert labels(ONE_HOT, [[2], [0]])[0] == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(("values", "says"), [
    ([0, 2, 1, 7], "label 7 in row 4"), ([0, 2, 1, -1], "label -1 in row 4"), ([1, 2, 3, 4], "label 4 in row 4"),
    ([[1, 0, 0], [-1, 2, 0]], "label -1 in row 2 is no probability"),
])
def test_the_label_that_is_wrong_is_the_one_that_is_named(values, says):
    with pytest.raises(DataError, match=says):
        labels(ONE_HOT, values)


@pytest.mark.parametrize("shift", ["", "-1"])
@pytest.mark.parametrize("counted_from", [0, 1])
def test_a_class_number_is_the_same_as_one_hot_whatever_sheet_and_file_count_from(shift, counted_from):
    random = np.random.default_rng(0)
    x, c = random.normal(size=(30, 4)), random.integers(3, size=30)
    options = {"epochs": 3, "dtype": "float64", "target": "numpy"}
    one_hot = longhand.fit(ONE_HOT, {"x": x, "y": c}, **options)
    numbered = longhand.fit(NUMBERED % shift, {"x": x, "c": c + counted_from}, **options)
    np.testing.assert_allclose(numbered.parameters["W"], one_hot.parameters["W"], rtol=1e-12)
    assert numbered.judged.accuracy == one_hot.judged.accuracy and (numbered.judged.confusion == one_hot.judged.confusion).all()


# ---- columns and files ----------------------------------------------------------------------------------------------------

def test_a_column_that_never_changes_is_left_alone_by_the_scale():
    from longhand.training.examples import scales
    values = np.column_stack([np.full(1000, 0.1), np.full(1000, 1e6) + 1e-10, np.arange(1000.0)])
    made = task(read(ONE_HOT).problems[0])
    found = examples(Table("data", {"x": values, "y": np.arange(1000) % 3}, 1000), made)
    assert scales(found, made)[1]["x"][:2].tolist() == [1, 1]
    values[3, 2] = 1e300
    with pytest.raises(DataError, match=r"x\[3\] are too large"):
        scales(examples(Table("data", {"x": values, "y": np.arange(1000) % 3}, 1000), made), made)


def test_a_measurement_called_t_is_no_label(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "data.csv"
    path.write_text("t,a,yield\n1,2,0\n3,4,1\n")
    found = examples(read_table(str(path)), task(read(ONE_HOT).problems[0]))
    assert found.arrays["x"].tolist() == [[1, 2], [3, 4]] and found.arrays["y"].tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(("content", "says"), [
    ("ä,y\n1,0\n".encode("latin-1"), "line 1:\nThe file is no text in UTF-8"), ("a,y\n1,0\n".encode("utf-16"), "no text in UTF-8"),
    (b"a,y\n1,0\n2,\xff\n", "line 3:\nThe file is no text in UTF-8"), (b"a,y\n1,\xc3", "cut off within a letter"),
    (b"0.5,1.25,0\n1,2,1\n", "first line holds numbers"), (b"a;b;y\n1;2;0\n", "Separate the columns with commas"), (b"a,b,y", "no examples"),
])
def test_text_that_is_no_table(tmp_path, content, says):
    pytest.importorskip("pyarrow")
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says):
        examples(read_table(str(path)), task(read(ONE_HOT).problems[0]))


def test_columns_of_parquet_that_are_no_numbers(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    from decimal import Decimal
    path = str(tmp_path / "data.parquet")
    for column, says in (([[1.0, 2.0], [1.0]], "list in row 2, column x, has 1 entries, and the first row 2"),
                         ([{"k": 1}, {"k": 2}], "column x holds struct")):
        parquet.write_table(arrow.table({"x": column, "y": [0, 1]}), path)
        with pytest.raises(DataError, match=says):
            read_table(path)
    parquet.write_table(arrow.table({"x": [Decimal("0.25"), Decimal("1.50")], "y": [0, 1]}), path)
    assert read_table(path).columns["x"].tolist() == [0.25, 1.5]


def test_words_in_place_of_an_archive(tmp_path):
    (tmp_path / "data.npz").write_text("hello")
    with pytest.raises(FileError, match="no whole .npz file: it does not begin as one does"):
        read_table(str(tmp_path / "data.npz"))


@pytest.mark.parametrize(("given", "says"), [
    ({"batch": 1.5}, "batch is 1.5, and it has to be a whole number"), ({"seed": -1}, "seed is -1"),
    ({"constants": {"learning rate": "abc"}}, "abc is no number"),
    ({"constants": {"learning rate": float("inf")}}, "inf is no number"), ({"sizes": {"zzz": 3}}, "no size zzz open"),
    ({"validation": "a"}, "share for validation"),
])
def test_options_that_cannot_be(given, says):
    with pytest.raises(UsageError, match=says):
        longhand.fit(ONE_HOT, {"x": np.ones((4, 2)), "y": [0, 1, 2, 0]}, **{"epochs": 1, "target": "numpy", **given})


def test_arrays_in_python(tmp_path):
    masked = np.ma.masked_greater(np.array([[1.0, 2.0], [3.0, 9.0]]), 5)
    for data, says in (({"x": masked, "y": [0, 1]}, r"missing \(NaN\) in row 2, column x\[2\]"), ({"x": [[1, 2], [3]], "y": [0, 1]}, "different lengths"),
                       ([1], "not a list")):
        with pytest.raises(DataError, match=says):
            longhand.fit(ONE_HOT, data, epochs=1, target="numpy")
    np.savez(tmp_path / "data.npz", x=np.ones((4, 2)), y=[0, 1, 2, 0])
    fitted = longhand.fit(ONE_HOT, tmp_path / "data.npz", epochs=1, target="numpy")
    assert fitted.judged_on == "training"                        # a tenth of four examples is none


COLUMNS = r"""
$Z = W X$ with $X \in \mathbb{R}^{d \times N}$, $W \in \mathbb{R}^{c \times d}$ and the targets $Y \in \mathbb{R}^{c \times N}$. The loss is
$L = \frac{1}{N} \lVert Z - Y \rVert^2$. Derive the gradient of $L$ with respect to $W$.
"""


def test_examples_in_columns_are_refused_with_what_to_write():
    with pytest.raises(ShapeError, match="not as columns"):
        longhand.fit(COLUMNS, {"X": np.ones((4, 2)), "Y": np.ones((4, 3))}, target="numpy")


DECAY = r"""
$z = X w$ with $X \in \mathbb{R}^{N \times d}$, the targets $y \in \mathbb{R}^N$ and the parameter $w \in \mathbb{R}^d$. The loss is
$L = %s \sum_{i=1}^N (z_i - y_i)^2 %s$. Derive the gradient of $L$ with respect to $w$.
"""


@pytest.mark.parametrize(("factor", "more", "kind"), [
    ("", "", "sum"), (r"\frac{1}{N}", "", "mean"), (r"\frac{1}{N}", r"+ 10^{-6} \sum_{j=1}^d w_j^2", "mean"), ("", r"+ 10^{-6} \sum_{j=1}^d w_j^2", None),
])
@pytest.mark.parametrize("begin", [0.0, 1.0])
def test_whether_processes_can_share_a_batch(factor, more, kind, begin):
    made = task(read(DECAY % (factor, more)).problems[0])
    random = np.random.default_rng(0)
    found = examples(Table("data", {"X": random.normal(size=(20, 2)), "y": 10 * random.normal(size=20)}, 20), made)
    stepper = Stepper(made, {"w": np.full(2, begin)}, {"d": 2}, Options(target="numpy"), 8)
    if kind is None:
        with pytest.raises(UsageError, match="neither a mean nor a sum"):
            stepper.check_shares(stepper.prepared(found))
    else:
        stepper.check_shares(stepper.prepared(found))
        assert stepper.loss_is == kind
