"""Docstrings completed from the parents."""

from __future__ import annotations

import re

from oversmith._help import complete, entries


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

    __module__ = "oversmith.example"


def child_of(*parents, doc, names):
    """Make a class as its author would write it, then complete it."""
    child = type("Child", parents, {"__doc__": doc, "__module__": "oversmith.example"})
    complete(child, names)
    return child


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
    child = child_of(Base, doc=DOC, names=["a", "b", "c"])
    assert list(entries(child.__doc__, "Parameters")) == ["c", "a", "b"]
    assert entries(child.__doc__, "Parameters")["a"] == "a : int, default=1\n    What a says.\n\n    In two paragraphs."
    assert list(entries(child.__doc__, "Attributes")) == ["first_, second_"]
    # Sections stay in the order of numpydoc.
    titles = re.findall(r"^(\w+)\n-{3,}$", child.__doc__, re.MULTILINE)
    assert titles == ["Parameters", "Attributes", "Notes"]
    assert child.__doc__.endswith("Last words.")
    before = child.__doc__
    complete(child, ["a", "b", "c"])
    assert child.__doc__ == before


def test_a_changed_default_is_described_once():
    doc = "A child.\n\nParameters\n----------\na : int, default=5\n    Another a."
    child = child_of(Base, doc=doc, names=["a", "b"])
    assert child.__doc__.count("a : int") == 1
    assert entries(child.__doc__, "Parameters")["a"].endswith("Another a.")


def test_a_class_without_a_parameters_section_gets_one():
    child = child_of(Base, doc="A child.\n\nNotes\n-----\nLast words.", names=["a", "b"])
    assert list(entries(child.__doc__, "Parameters")) == ["a", "b"]
    assert child.__doc__.index("Parameters") < child.__doc__.index("Notes")
    alone = child_of(Base, doc="A child.", names=["a", "b"])
    assert list(entries(alone.__doc__, "Parameters")) == ["a", "b"]


def test_only_parameters_that_the_class_has():
    assert list(entries(child_of(Base, doc=DOC, names=["c"]).__doc__, "Parameters")) == ["c"]


def test_grandchildren():
    between = child_of(Base, doc="Nothing of its own.", names=["a", "b"])
    child = child_of(between, doc=DOC, names=["a", "b", "c"])
    doc = "A grandchild.\n\nParameters\n----------\nd : int, default=4\n    Own."
    grandchild = child_of(child, doc=doc, names=["a", "b", "c", "d"])
    assert list(entries(grandchild.__doc__, "Parameters")) == ["d", "c", "a", "b"]


def test_documentation_of_other_packages_is_not_taken_over():
    class Foreign:
        """Not ours.

        Parameters
        ----------
        a : int, default=1
            Their words.
        """

    assert "Their words" not in child_of(Foreign, doc=DOC, names=["a", "c"]).__doc__


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
