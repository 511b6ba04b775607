"""What every file format gives and takes: columns, features, and the way back to the types of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from oversmith.datasets import DatasetInfo, SpectralAxis


class Source(Protocol):
    """A file as it was read; a table and a set of arrays give the same answers."""

    @property
    def name(self) -> str:
        """File name, for messages."""
        ...

    @property
    def info(self) -> DatasetInfo | None:
        """Entry of the data set of this name in the registry."""
        ...

    @property
    def columns(self) -> list[str]:
        """Names that may hold classes or groups."""
        ...

    @property
    def default_target(self) -> str | None:
        """Where the classes are unless the caller says so."""
        ...

    @property
    def modality(self) -> str:
        """``"table"``, ``"series"``, ``"spectra"`` or ``"image"``."""
        ...

    @property
    def axis(self) -> SpectralAxis | None:
        """Where the points of spectra lie."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Formats that it can be written as."""
        ...

    def column(self, name: str) -> pd.Series | np.ndarray[Any, Any]:
        """Return a column, or an array with a value for each row."""
        ...

    def features(self, without: Sequence[str]) -> pd.DataFrame | np.ndarray[Any, Any]:
        """Return the features, without some columns."""
        ...

    def written(self, target: str, features: Sequence[str]) -> list[str]:
        """List the names in an output."""
        ...

    def write(
        self,
        file: IO[bytes],
        suffix: str,
        *,
        rows: np.ndarray[Any, Any],
        target: str,
        X: Any,
        y: Any,
        flag: str | None,
    ) -> None:
        """Write real rows as they were read, and then generated ones.

        Parameters
        ----------
        file : file
            Binary file, open for writing.
        suffix : str
            One of ``suffixes``.
        rows : ndarray of int
            Positions of the real rows to write.
        target : str
            Name of the classes.
        X : DataFrame or ndarray
            Features of the generated rows; of a table its columns are those that are written.
        y : Series or ndarray
            Classes of the generated rows.
        flag : str or None
            Name of a last column that is true for generated rows.
        """
        ...
