"""Records behave as frozen, slotted dataclasses do."""
from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from longhand.core.record import record


@record
class Point:
    """A point."""
    x: int
    y: int = 2
    tags: tuple = field(default_factory=tuple)
    note: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Model:
    """The same, made by dataclass."""
    x: int
    y: int = 2
    tags: tuple = field(default_factory=tuple)
    note: str = field(default="", compare=False)


def test_it_is_built_compared_and_shown_as_a_dataclass_is() -> None:
    assert Point(1) == Point(1, 2) == Point(x=1, note="other") != Point(1, 3)
    assert hash(Point(1, note="a")) == hash(Point(1, note="b"))
    assert repr(Point(1)) == repr(Model(1)).replace("Model", "Point")
    assert [f.name for f in fields(Point)] == [f.name for f in fields(Model)]
    assert replace(Point(1), y=5) == Point(1, 5)
    assert Point(1) != Model(1)
    match Point(3, 4):
        case Point(a, b):
            assert (a, b) == (3, 4)


@record
class Sized:
    """Few fields, whose defaults are plain values."""
    name: str
    wide: int = 1
    high: int = 2
    deep: int | None = None


def test_defaults_stand_for_what_is_left_out_at_the_end() -> None:
    assert Sized("a") == Sized("a", 1) == Sized("a", 1, 2) == Sized("a", 1, 2, None) == Sized("a", deep=None) == Sized(high=2, name="a")
    assert (Sized("a", 5).wide, Sized("a", 5).high, Sized("a", 5, 6).high, Sized("a", 5, deep=7).deep) == (5, 2, 6, 7)
    for positional, named in (((), {}), ((), {"wide": 1}), (("a", 1, 2, 3, 4), {}), (("a", 1), {"wide": 1}), (("a",), {"far": 1})):
        with pytest.raises(TypeError):
            Sized(*positional, **named)


def test_it_cannot_be_changed_and_has_no_dict() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_it_is_copied_and_pickled() -> None:
    point = Point(1, 2, ("a",))
    assert copy.deepcopy(point) == point == pickle.loads(pickle.dumps(point))


@pytest.mark.parametrize(("positional", "named"), [((), {}), ((1, 2, (), "", 5), {}), ((1,), {"z": 3}), ((1,), {"x": 3})])
def test_wrong_arguments_are_refused(positional: tuple, named: dict) -> None:
    with pytest.raises(TypeError):
        Point(*positional, **named)
