"""The public names: each is there, and each is what it says."""
from __future__ import annotations

import pytest

import longhand


@pytest.mark.parametrize("name", longhand.__all__)
def test_every_public_name_is_there(name):
    assert getattr(longhand, name) is not None


def test_names_that_are_not_there():
    for name in ("sovle", "_private", "__wrapped__"):
        with pytest.raises(AttributeError, match=name):
            getattr(longhand, name)


def test_a_star_import_leaves_the_builtins_alone():
    import builtins
    assert not set(longhand.__all__) & set(dir(builtins))


def test_the_version_is_the_one_of_the_package():
    from importlib.metadata import version
    assert version("longhand") == longhand.__version__
