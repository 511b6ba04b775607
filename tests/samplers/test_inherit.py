"""Signatures and docstrings completed from the parents."""

from __future__ import annotations

import ast
import inspect
import re

import pytest
from sklearn.base import clone

from oversmith import EOWGAN, Jitter
from oversmith.samplers._inherit import complete, entries
from oversmith.samplers.base import BaseSampler


class Base:
    """A base.

    Parameters
    ----------
    a : int, default=1
        What a says.

        In two paragraphs.
    b : {"x", "y"}, default="x"
        What b says.

    Attributes
    ----------
    first_, second_ : int
        What fit leaves.
    """

    __module__ = "oversmith.made_up"

    def __init__(self, *, a=1, b="x"):
        self.a, self.b = a, b


def child_of(*parents, init, doc):
    """Make a class as its author would write it, then complete it."""
    made = type("Child", parents, {"__init__": init, "__doc__": doc, "__module__": "oversmith.made_up"})
    complete(made)
    return made


def with_c():
    """A constructor of its own for each class: completing one changes it."""

    def init(self, *, c=3, **common):
        super(type(self), self).__init__(**common)
        self.c = c

    return init


DOC = """A child.

    Parameters
    ----------
    c : int, default=3
        What c says.

    Notes
    -----
    Last words.
    """


def test_own_parameters_come_first_then_those_of_the_parents():
    made = child_of(Base, init=with_c(), doc=DOC)
    assert str(inspect.signature(made)) == "(*, c=3, a=1, b='x')"
    assert list(entries(made.__doc__, "Parameters")) == ["c", "a", "b"]
    assert entries(made.__doc__, "Parameters")["a"] == "a : int, default=1\n    What a says.\n\n    In two paragraphs."
    assert list(entries(made.__doc__, "Attributes")) == ["first_, second_"]
    child = made(a=7, c=8)
    assert (child.a, child.b, child.c) == (7, "x", 8)
    with pytest.raises(TypeError, match="unexpected keyword argument 'd'"):
        made(d=1)


def test_sections_stay_in_the_order_of_numpydoc():
    made = child_of(Base, init=with_c(), doc=DOC)
    titles = re.findall(r"^(\w+)\n-{3,}$", made.__doc__, re.MULTILINE)
    assert titles == ["Parameters", "Attributes", "Notes"]
    assert made.__doc__.endswith("Last words.")


def test_a_changed_default_is_told_once():
    def init(self, *, a=5, **common): ...

    doc = "A child.\n\nParameters\n----------\na : int, default=5\n    Another a."
    made = child_of(Base, init=init, doc=doc)
    assert inspect.signature(made).parameters["a"].default == 5
    assert made.__doc__.count("a : int") == 1
    assert entries(made.__doc__, "Parameters")["a"].endswith("Another a.")


def test_a_class_without_a_parameters_section_gets_one():
    made = child_of(Base, init=with_c(), doc="A child.\n\nNotes\n-----\nLast words.")
    assert list(entries(made.__doc__, "Parameters")) == ["a", "b"]
    assert made.__doc__.index("Parameters") < made.__doc__.index("Notes")
    alone = child_of(Base, init=with_c(), doc="A child.")
    assert list(entries(alone.__doc__, "Parameters")) == ["a", "b"]


def test_a_closed_constructor_takes_nothing_over():
    def init(self, *, c=3): ...

    made = child_of(Base, init=init, doc=DOC)
    assert str(inspect.signature(made)) == "(*, c=3)"
    assert list(entries(made.__doc__, "Parameters")) == ["c"]


def test_what_a_class_settles_is_no_parameter_of_it():
    def init(self, *, c=3, **common): ...

    made = type("Child", (Base,), {"__init__": init, "__doc__": DOC, "__module__": "oversmith.made_up"})
    made._fixed, made._parameter_constraints = {"a": 2}, {"a": [int], "b": [str], "c": [int]}
    complete(made)
    assert str(inspect.signature(made)) == "(*, c=3, b='x')"
    assert list(entries(made.__doc__, "Parameters")) == ["c", "b"]
    assert made._parameter_constraints == {"b": [str], "c": [int]}


def test_a_grandchild_and_a_parent_without_constructor():
    class Between(Base):
        """Nothing of its own to store."""

        __module__ = "oversmith.made_up"

    complete(Between)
    assert list(entries(Between.__doc__, "Parameters")) == ["a", "b"]
    child = child_of(Between, init=with_c(), doc=DOC)

    def init(self, *, d=4, **common): ...

    grandchild = child_of(child, init=init, doc="A grandchild.\n\nParameters\n----------\nd : int, default=4\n    Own.")
    assert str(inspect.signature(grandchild)) == "(*, d=4, c=3, a=1, b='x')"
    assert list(entries(grandchild.__doc__, "Parameters")) == ["d", "c", "a", "b"]


def test_completing_twice_changes_nothing():
    made = child_of(Base, init=with_c(), doc=DOC)
    doc, signature = made.__doc__, inspect.signature(made)
    complete(made)
    assert (made.__doc__, inspect.signature(made)) == (doc, signature)


def test_documentation_of_other_packages_is_not_taken_over():
    class Foreign:
        """Not ours.

        Parameters
        ----------
        a : int, default=1
            Their words.
        """

        def __init__(self, *, a=1): ...

    made = child_of(Foreign, init=with_c(), doc=DOC)
    assert str(inspect.signature(made)) == "(*, c=3, a=1)"
    assert "Their words" not in made.__doc__


def test_entries_of_a_section():
    doc = """Say.

    Parameters
    ----------
    a, b : int
        Both.
    c
        Without a type.

    Returns
    -------
    int
        A number.
    """
    assert list(entries(doc, "Parameters")) == ["a, b", "c"]
    assert entries(doc, "Returns") == {"int": "int\n    A number."}
    assert entries(doc, "Notes") == {}
    assert entries(None, "Parameters") == {}


class Own(BaseSampler):
    """A sampler with a parameter and a default of its own.

    Parameters
    ----------
    fill : float, default=0.5
        Half of the deficit.
    spice : int, default=2
        Its own.
    """

    def __init__(self, *, fill=0.5, spice=2, **common):
        super().__init__(fill=fill, **common)
        self.spice = spice

    def _train(self, table, classes, seed):
        return {}

    def _generate(self, state, code, n, rng):
        raise NotImplementedError


def test_scikit_learn_sees_all_parameters():
    sampler = Own(random_state=3, spice=5)
    assert set(sampler.get_params()) == {"spice", *inspect.signature(BaseSampler).parameters}
    assert sampler.fill == 0.5
    twin = clone(sampler).set_params(numeric="minmax")
    assert (twin.spice, twin.random_state, twin.numeric, sampler.numeric) == (5, 3, "minmax", "quantile")


def test_every_parameter_is_documented_with_its_default():
    told = entries(Own.__doc__, "Parameters")
    for name, parameter in inspect.signature(Own).parameters.items():
        assert ast.literal_eval(told[name].splitlines()[0].split("default=")[1]) == parameter.default
    assert "synthetic_mask_" in entries(Own.__doc__, "Attributes")


def test_a_parameter_that_is_none_is_told_in_the_name_of_the_method():
    with pytest.raises(TypeError, match=r"^EOWGAN has no parameter 'max_step'; did you mean 'max_steps'\?$"):
        EOWGAN(max_step=5)
    with pytest.raises(TypeError, match=r"^Jitter has no parameter 'colour'; choose from .*random_state"):
        Jitter(colour="red")
    assert "unknown" not in inspect.signature(EOWGAN).parameters
    assert "unknown" not in inspect.signature(BaseSampler).parameters
