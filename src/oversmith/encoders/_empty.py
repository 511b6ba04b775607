"""A column without any value: encoded as nothing, and missing in every generated row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from oversmith.encoders._levels import Part

# What stands under the mask of missing values, so that the column can be written in its own type.
_UNDER_THE_MASK: dict[str, Any] = {"number": 0.0, "boolean": False, "level": ""}


@dataclass(frozen=True)
class EmptyColumn:
    """A column of which the rows of ``fit`` have no value.

    Parameters
    ----------
    kind : str
        What its values would mean, as in :class:`oversmith.encoders._values.Values`.
    """

    kind: str

    def parts(self) -> list[Part]:
        """List the runs of encoded columns: none, as for a column of one value."""
        return []

    def decode(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return ``n`` placeholders and their mask, in which every value is missing."""
        filler = _UNDER_THE_MASK.get(self.kind, 0)
        dtype = object if self.kind == "level" else None
        return np.full(n, filler, dtype=dtype), np.ones(n, dtype=bool)

    def to_state(self) -> None:
        """Describe the column: there is nothing to describe but its kind, which the fitted column has."""
