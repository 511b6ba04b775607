"""Rows whose label is missing, whichever way it is written, and classes that may stand for a missing label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oversmith.io.cells import MISSING_MARKS, listed

# Words that may well be a class: no fault, an unknown state.
_WORDS = frozenset(
    [
        *["none", "nil", "missing", "unknown", "unk", "undefined", "nd", "n.d.", "n/d", "n/k"],
        *["not available", "not applicable", "not recorded", "no data"],
    ]
)
_EMPTY = "an empty cell"


@dataclass(frozen=True)
class Unlabelled:
    """Rows without a label.

    Parameters
    ----------
    missing : dict of str to int
        How missing labels are written, and in how many rows.
    doubtful : dict of str to int
        Classes that may stand for a missing label, and in how many rows.
    is_missing, is_doubtful : ndarray of bool
        Which rows these are.
    """

    missing: dict[str, int]
    doubtful: dict[str, int]
    is_missing: np.ndarray[Any, Any]
    is_doubtful: np.ndarray[Any, Any]

    @property
    def text(self) -> str:
        """The missing labels as they are written."""
        return listed(self.missing, _EMPTY)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of the doubtful classes."""
        return tuple(
            f"class {name!r} in {n} row{'s' * (n != 1)} may stand for a missing label and is read as a class; "
            f"drop_unlabelled= leaves such rows out"
            for name, n in self.doubtful.items()
        )

    def dropped(self) -> tuple[np.ndarray[Any, Any], tuple[str, ...]]:
        """Say which rows stay where those without a label are left out, and what to say of the others.

        Returns
        -------
        tuple of (ndarray of int, tuple of str)
            Positions, and notes.
        """
        left_out = self.is_missing | self.is_doubtful
        n = int(left_out.sum())
        text = listed(self.missing | self.doubtful, _EMPTY)
        rows = f"{n} row{'s' * (n != 1)} without a label"
        return np.flatnonzero(~left_out), (f"{rows} left out, {text}",) if n else ()


def find_unlabelled(labels: Any, nulls: Sequence[str] = (), *, is_declared: bool = False) -> Unlabelled:
    """Find the rows whose label is missing, or may be.

    A sign such as ``?`` and a word such as ``NA`` beside two classes or more are no class. A word that may well be one,
    such as ``unknown``, is one, with a note unless it is the most frequent; Python's ``None`` is none beside names
    that begin with small letters.

    Parameters
    ----------
    labels : Series or ndarray
        The label of each row.
    nulls : sequence of str, optional
        How a file writes the labels that are missing in ``labels``.
    is_declared : bool, default=False
        Whether the caller says what the labels are: every text is a class then.

    Returns
    -------
    Unlabelled
        The rows.

    Examples
    --------
    >>> from oversmith.io.unlabelled import find_unlabelled
    >>> found = find_unlabelled(["a", "b", "?", "unknown", None, "a", "b"])
    >>> found.missing, found.doubtful
    ({'': 1, '?': 1}, {'unknown': 1})
    """
    series = pd.Series(labels)
    is_null = series.isna().to_numpy(dtype=bool)
    texts = [label for label in series[~is_null].unique() if isinstance(label, str)]
    counts = {str(label): int(n) for label, n in series[~is_null].value_counts().items() if n}
    marks = [] if is_declared else [text for text in texts if text.strip().casefold() in MISSING_MARKS]
    others = [text for text in counts if text not in marks]
    if len(others) < 2 or "+" in others:
        marks = [text for text in marks if not text.strip()]
    # Python's word for nothing is no class beside names that begin with small letters.
    is_python = not any(text[:1].isupper() for text in others)
    missing = [text for text in marks if text.casefold().strip() not in _WORDS or (is_python and text == "None")]
    # A class of nothing is usual where it is the most frequent one.
    most = max((counts[text] for text in others), default=0)
    doubtful = [text for text in marks if text not in missing and counts[text] < most]
    return Unlabelled(
        dict(Counter(nulls or [""] * int(is_null.sum()))) | {text: counts[text] for text in missing},
        {text: counts[text] for text in doubtful},
        is_null | series.isin(missing).to_numpy(dtype=bool),
        series.isin(doubtful).to_numpy(dtype=bool),
    )
