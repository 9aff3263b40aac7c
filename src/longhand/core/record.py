"""Records: frozen, slotted dataclasses whose methods are shared and not generated.

`dataclass(frozen=True, slots=True)` compiles six methods for each class, 0.4 ms each time the program starts; two hundred classes
of them were a quarter of the time to the first printed line. A record is a dataclass to `fields`, `replace` and `match`. Where its
fields are few and given by place, its constructor is one of `QUICK`, which is as fast; given by name, it is several times slower, and
so is a comparison, so the nodes that are compared by the thousand (`expr`, `axis`) stay plain dataclasses.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
Constructor = Callable[..., None]
Setters = tuple[Callable[[Any, Any], None], ...]


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """The class as a frozen, slotted dataclass. Equality and hash go by the fields that take part in comparison."""
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    known = tuple(f for f in fields(made) if f.init)
    setters = tuple(getattr(made, f.name).__set__ for f in known)
    compared = [f.name for f in known if f.compare]
    key = attrgetter(*compared) if compared else _no_key
    prepare = getattr(made, "__post_init__", None)
    count = len(known)
    plain = tuple(f.default for f in known)

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        given = len(arguments)
        if given != count and not named and MISSING not in plain[given:]:
            arguments += plain[given:]
        if named or len(arguments) != count:
            arguments = _completed(made, known, arguments, named)
        for put, value in zip(setters, arguments):      # noqa: B905  (of one length by now; `strict` costs a tenth of the start)
            put(self, value)
        if prepare is not None:
            prepare(self)

    def __eq__(self: Any, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(key(self))

    own = made.__dict__
    if prepare is None and count in QUICK:
        instead = tuple(_LEFT_OUT if default is MISSING else default for default in plain)
        if instead[0] is _LEFT_OUT:                     # the last field that has to be given is told by its place
            __init__ = QUICK[count](setters, __init__, instead, max(k for k in range(count) if instead[k] is _LEFT_OUT))
    shared = {"__init__": __init__, "__eq__": __eq__, "__hash__": __hash__, "__repr__": _repr}
    for name, method in shared.items():
        if name == "__init__" or own.get(name) is None:
            setattr(made, name, method)
    for name, method in {"__setattr__": _frozen, "__delattr__": _frozen, "__getstate__": _state, "__setstate__": _restored}.items():
        setattr(made, name, method)
    return made


def _quick_1(setters: Setters, whole: Constructor, instead: tuple[Any, ...], needed: int) -> Constructor:
    put_a, = setters

    def __init__(self: Any, a: Any = _LEFT_OUT, /, *more: Any, **named: Any) -> None:
        if a is _LEFT_OUT or more or named:
            whole(self, *_given(a), *more, **named)
            return
        put_a(self, a)

    return __init__


def _quick_2(setters: Setters, whole: Constructor, instead: tuple[Any, ...], needed: int) -> Constructor:
    put_a, put_b = setters
    _, in_b = instead

    def __init__(self: Any, a: Any = _LEFT_OUT, b: Any = _LEFT_OUT, /, *more: Any, **named: Any) -> None:
        if b is _LEFT_OUT or more or named:
            if more or named or (a, b)[needed] is _LEFT_OUT:
                whole(self, *_given(a, b), *more, **named)
                return
            b = in_b
        put_a(self, a)
        put_b(self, b)

    return __init__


def _quick_3(setters: Setters, whole: Constructor, instead: tuple[Any, ...], needed: int) -> Constructor:
    put_a, put_b, put_c = setters
    _, in_b, in_c = instead

    def __init__(self: Any, a: Any = _LEFT_OUT, b: Any = _LEFT_OUT, c: Any = _LEFT_OUT, /, *more: Any, **named: Any) -> None:
        if c is _LEFT_OUT or more or named:
            if more or named or (a, b, c)[needed] is _LEFT_OUT:
                whole(self, *_given(a, b, c), *more, **named)
                return
            if b is _LEFT_OUT:
                b = in_b
            c = in_c
        put_a(self, a)
        put_b(self, b)
        put_c(self, c)

    return __init__


def _quick_4(setters: Setters, whole: Constructor, instead: tuple[Any, ...], needed: int) -> Constructor:
    put_a, put_b, put_c, put_d = setters
    _, in_b, in_c, in_d = instead

    def __init__(self: Any, a: Any = _LEFT_OUT, b: Any = _LEFT_OUT, c: Any = _LEFT_OUT, d: Any = _LEFT_OUT, /, *more: Any, **named: Any) -> None:
        if d is _LEFT_OUT or more or named:
            if more or named or (a, b, c, d)[needed] is _LEFT_OUT:
                whole(self, *_given(a, b, c, d), *more, **named)
                return
            if b is _LEFT_OUT:
                b = in_b
            if c is _LEFT_OUT:
                c = in_c
            d = in_d
        put_a(self, a)
        put_b(self, b)
        put_c(self, c)
        put_d(self, d)

    return __init__


def _quick_5(setters: Setters, whole: Constructor, instead: tuple[Any, ...], needed: int) -> Constructor:
    put_a, put_b, put_c, put_d, put_e = setters
    _, in_b, in_c, in_d, in_e = instead

    def __init__(self: Any, a: Any = _LEFT_OUT, b: Any = _LEFT_OUT, c: Any = _LEFT_OUT, d: Any = _LEFT_OUT, e: Any = _LEFT_OUT, /,
                 *more: Any, **named: Any) -> None:
        if e is _LEFT_OUT or more or named:
            if more or named or (a, b, c, d, e)[needed] is _LEFT_OUT:
                whole(self, *_given(a, b, c, d, e), *more, **named)
                return
            if b is _LEFT_OUT:
                b = in_b
            if c is _LEFT_OUT:
                c = in_c
            if d is _LEFT_OUT:
                d = in_d
            e = in_e
        put_a(self, a)
        put_b(self, b)
        put_c(self, c)
        put_d(self, d)
        put_e(self, e)

    return __init__


_LEFT_OUT: Any = object()
QUICK = {1: _quick_1, 2: _quick_2, 3: _quick_3, 4: _quick_4, 5: _quick_5}
"""Constructors by the number of fields, which fall back on the whole one where not all fields are given by place."""


def _given(*values: Any) -> tuple[Any, ...]:
    return tuple(value for value in values if value is not _LEFT_OUT)


def _completed(cls: type, known: tuple[Field, ...], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
    """One value for each field. TypeError for one too many, too few, or of an unknown name."""
    left = dict(named)
    out = list(arguments)
    for f in known[len(arguments):]:
        if f.name in left:
            out.append(left.pop(f.name))
        elif f.default is not MISSING:
            out.append(f.default)
        elif f.default_factory is not MISSING:
            out.append(f.default_factory())
        else:
            raise TypeError(f"{cls.__name__} needs {f.name}")
    if left or len(out) > len(known):
        raise TypeError(f"{cls.__name__} takes {', '.join(f.name for f in known)}, not {', '.join(left) or f'{len(out)} values'}")
    return tuple(out)


def _no_key(self: object) -> tuple[()]:
    return ()


def _repr(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in fields(self) if f.repr)})"


def _frozen(self: object, name: str, *value: object) -> None:
    raise FrozenInstanceError(f"cannot change {name!r} of a {type(self).__name__}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in fields(self)]


def _restored(self: Any, state: list[Any]) -> None:
    for f, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)
