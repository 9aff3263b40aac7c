"""Example files: what is read, and what is said of a file that is not right."""
from __future__ import annotations

import numpy as np
import pytest

from longhand import DataError, FileError, ShapeError, UsageError
from longhand.solution import read
from longhand.training.examples import examples, rescaled, scales
from longhand.training.tables import read_table
from longhand.training.task import task

CLASSIFIER = r"""
A network has the input $x \in \mathbb{R}^d$ and the parameters $W \in \mathbb{R}^{d \times q}$, $b \in \mathbb{R}^q$:
$$z = W^\top x + b, \qquad \hat y = \text{softmax}(z).$$
The label $y \in \mathbb{R}^q$ is one-hot. The loss is $L = -\sum_{k=1}^{q} y_k \ln \hat y_k$.
Derive the gradients of $L$ with respect to $W$ and $b$.
"""


@pytest.fixture(scope="module")
def classifier():
    return task(read(CLASSIFIER).problems[0])


def csv(tmp_path, text):
    path = tmp_path / "data.csv"
    path.write_text(text)
    return str(path)


def test_a_task_has_examples_in_front_and_knows_the_prediction(classifier):
    assert [t.name for t in classifier.inputs] == ["x"] and [t.name for t in classifier.labels] == ["y"]
    assert classifier.inputs[0].axes[0] == classifier.batch
    assert classifier.prediction == "yhat" and classifier.classes == classifier.labels[0].axes[-1]


def test_csv_with_words_for_classes(classifier, tmp_path):
    pytest.importorskip("pyarrow")
    found = examples(read_table(csv(tmp_path, "a,b,kind\n1,2,dog\n3,4,cat\n5,6.5,dog\n")), classifier)
    assert found.arrays["x"].tolist() == [[1, 2], [3, 4], [5, 6.5]]
    assert found.classes == ("cat", "dog") and found.arrays["y"].tolist() == [[0, 1], [1, 0], [0, 1]]
    assert set(found.sizes.values()) == {2}


def test_npz_by_the_names_of_the_sheet_and_by_usual_ones(classifier, tmp_path):
    for names in (("x", "y"), ("X", "labels"), ("features", "target")):
        path = tmp_path / "data.npz"
        np.savez(path, **dict(zip(names, (np.ones((3, 4)), np.array([2, 0, 1])), strict=True)))
        found = examples(read_table(str(path)), classifier)
        assert found.arrays["y"].argmax(1).tolist() == [2, 0, 1] and found.arrays["x"].shape == (3, 4)


def test_parquet(classifier, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"a": [1.0, 2.0], "b": [0.5, 1.5], "y": [0, 1]}), tmp_path / "data.parquet")
    found = examples(read_table(str(tmp_path / "data.parquet")), classifier)
    assert found.arrays["x"].tolist() == [[1, 0.5], [2, 1.5]] and found.arrays["y"].tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(("text", "kind", "says"), [
    ("a,b,y\n1,2,0\n1,,1\n", DataError, "line 3:\nA value is missing in row 2, column b"),
    ("a,b,y\n1,2,0\n1,nan,1\n", DataError, "A value is missing in row 2, column b"),
    ("a,b,y\n1,2,0\n1,inf,1\n", DataError, "line 3:\nThe value is infinite in row 2, column b"),
    ("a,b,y\n1,2,0\n1,dog,1\n", DataError, "line 3:\n'dog' in row 2, column b, is no number"),
    ("a,b,y\n1,2,0\n1,2,3,4\n", DataError, "line 3:\nThe row has 4 columns and the first line 3: 1 more"),
    ("a,b,y\n1,2,0\n1,2\n", DataError, "line 3:\nThe row has 2 columns and the first line 3: 1 fewer"),
    ("a,b,y\n1,2,0\n1,2,0.5\n", DataError, "The label 0.5 in row 2, column y, is no class"),
    ("a,a,y\n1,2,0\n", DataError, "The column a is there twice"),
    ("a,b,y\n", DataError, "no examples"),
    ("", FileError, "is empty"),
])
def test_a_fault_is_named_with_its_row_and_column(classifier, tmp_path, text, kind, says):
    pytest.importorskip("pyarrow")
    with pytest.raises(kind) as caught:
        examples(read_table(csv(tmp_path, text)), classifier)
    assert says in str(caught.value)


def test_sizes_that_the_sheet_fixes(tmp_path):
    pytest.importorskip("pyarrow")
    fixed = task(read(CLASSIFIER.replace(r"\mathbb{R}^d$", r"\mathbb{R}^2$").replace(r"{d \times q}", r"{2 \times 3}")
                      .replace(r"\mathbb{R}^q", r"\mathbb{R}^3").replace("{q}", "3")).problems[0])
    good = csv(tmp_path, "a,b,y\n1,2,0\n1,3,2\n")
    assert examples(read_table(good), fixed).arrays["y"].tolist() == [[1, 0, 0], [0, 0, 1]]
    with pytest.raises(ShapeError, match="The first column too many is c"):
        examples(read_table(csv(tmp_path, "a,b,c,y\n1,2,3,0\n")), fixed)
    with pytest.raises(DataError, match="label 7 in row 2, column y, is no class"):
        examples(read_table(csv(tmp_path, "a,b,y\n1,2,0\n1,2,7\n1,2,1\n1,2,2\n")), fixed)


@pytest.mark.parametrize(("content", "says"), [(b"PK\x03\x04 cut", "no whole .npz"), (b"", "is empty"), (b"words", "no whole .npz|Python objects")])
def test_a_damaged_archive(tmp_path, content, says):
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(FileError, match=says):
        read_table(str(path))


def test_a_file_cut_off(tmp_path):
    whole, cut = tmp_path / "whole.npz", tmp_path / "cut.npz"
    np.savez(whole, x=np.ones((50, 8)), y=np.zeros(50))
    cut.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(FileError, match="cut off"):
        read_table(str(cut))


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array([{}, []], dtype=object))
    with pytest.raises(FileError, match="Python objects"):
        read_table(str(tmp_path / "data.npz"))


def test_arrays_of_different_lengths_and_other_formats(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.ones((3, 2)), y=np.ones(4))
    with pytest.raises(DataError, match="x 3, y 4"):
        read_table(str(tmp_path / "data.npz"))
    with pytest.raises(UsageError, match=".npz, .csv, .parquet"):
        read_table("data.xlsx")
    with pytest.raises(FileError, match="not there"):
        read_table(str(tmp_path / "none.csv"))


def test_labels_that_do_not_add_up(classifier, tmp_path):
    np.savez(tmp_path / "data.npz", x=np.ones((2, 2)), y=np.array([[1, 0], [0.5, 0.6]]))
    with pytest.raises(DataError, match="row 2 adds up to 1.1"):
        examples(read_table(str(tmp_path / "data.npz")), classifier)


def test_standard_scale(classifier, tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array([[1.0, 5.0], [3.0, 5.0]]), y=np.array([0, 1]))
    found = examples(read_table(str(tmp_path / "data.npz")), classifier)
    assert rescaled(found, classifier, *scales(found, classifier)).arrays["x"].tolist() == [[-1, 0], [1, 0]]


def test_pictures_are_rows_of_pixels(classifier, tmp_path):
    np.savez(tmp_path / "data.npz", x=np.zeros((2, 4, 5)), y=np.array([0, 1]))
    assert examples(read_table(str(tmp_path / "data.npz")), classifier).arrays["x"].shape == (2, 20)
