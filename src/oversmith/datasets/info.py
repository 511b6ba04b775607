"""What a data set is, and what is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from oversmith.datasets.spectra import SpectralAxis


@dataclass(frozen=True)
class DatasetInfo:
    """Entry of the registry.

    Parameters
    ----------
    name : str
        Key.
    modality : {"tabular", "series", "spectra", "images"}
        Kind of data.
    family : str
        Source it was cut from: sets of one family are not independent of each other.
    about : str
        What it is.
    rows : int
        Number of rows.
    columns : int or tuple of int
        Columns of a table, or the shape of a case.
    target : str
        Column or array of the classes.
    classes : dict of str to int
        Rows of each class.
    positive : str or None
        The class the task is about; None for a task of several classes.
    groups : str or None
        Array of the groups that must not be split: patients, machines, records.
    same_group : tuple of tuple of str
        Groups that are one, such as two records of one person.
    drop : tuple of str
        Columns of the file that are no features.
    licence, citation, origin : str
        Terms of use, whom to cite, and where the file comes from.
    file : str
        Path inside a folder of data sets.
    sha256 : str
        Checksum of that file.
    content : str or None
        Checksum of the values, whatever the file (:func:`content_sha256`); None where there is no download.
    source : dict
        How it is downloaded, or made where the ``kind`` is ``"simulated"``: ``kind`` and what that needs.
    axis : dict
        Of spectra whose axis is known: ``array`` (its name in the file), ``name``, ``unit`` and ``quantity``.
    cut : dict
        How a task is cut out of another set: ``positive``, ``negative`` (classes; all others by default), ``rows``
        (how many are kept in all, every positive one among them).
    """

    name: str
    modality: str
    family: str
    about: str
    rows: int
    columns: int | tuple[int, ...]
    target: str
    classes: Mapping[str, int]
    positive: str | None
    licence: str
    citation: str
    origin: str
    file: str
    sha256: str
    groups: str | None = None
    same_group: tuple[tuple[str, ...], ...] = ()
    drop: tuple[str, ...] = ()
    content: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    axis: Mapping[str, str] = field(default_factory=dict)
    cut: Mapping[str, Any] = field(default_factory=dict)
    of: str | None = None

    def merged(self, groups: Any) -> np.ndarray:
        """Give groups that are one the same name.

        Parameters
        ----------
        groups : array-like of shape (n,)
            Group of each row, as the file has it.

        Returns
        -------
        ndarray of shape (n,)
            The groups; those of ``same_group`` are called as the first of them.

        Examples
        --------
        >>> from oversmith.datasets import dataset_info
        >>> dataset_info("mitbih_beats").merged([200, 201, 202]).tolist()
        [200, 201, 201]
        """
        merged = np.asarray(groups).copy()
        names = merged.astype(str)
        for first, *others in self.same_group:
            if (names == first).any():
                merged[np.isin(names, others)] = merged[names == first][0]
        return merged

    @property
    def imbalance_ratio(self) -> float:
        """Rows of the largest class to one of the rarest (or of the rest to one positive)."""
        counts = list(self.classes.values())
        if self.positive is None:
            return max(counts) / min(counts)
        return (sum(counts) - self.classes[self.positive]) / self.classes[self.positive]

    @property
    def downloadable(self) -> bool:
        """Whether :func:`load_dataset` can fetch it."""
        return self.source["kind"] not in ("file", "simulated")

    @property
    def simulated(self) -> bool:
        """Whether it is computed, and no measurement."""
        return bool(self.source["kind"] == "simulated")


@dataclass(frozen=True)
class Dataset:
    """A data set in memory.

    Parameters
    ----------
    name : str
        Key.
    X : DataFrame or ndarray
        Features of a table; for series and spectra ``(n, channels, length)``, for images ``(n, height, width)``.
    y : Series or ndarray
        Class of each row.
    target : str
        Name of the classes' column.
    positive : str or None
        The class the task is about.
    groups : ndarray or None
        Group of each row.
    checksum : str
        SHA-256 of the values (:func:`content_sha256`).
    info : DatasetInfo
        Its entry.
    axis : SpectralAxis or None
        Where the points of spectra lie, where that is known.
    """

    name: str
    X: Any
    y: Any
    target: str
    positive: str | None
    groups: np.ndarray | None
    checksum: str
    info: DatasetInfo
    axis: SpectralAxis | None = None

    @property
    def modality(self) -> str:
        """Kind of data."""
        return self.info.modality


def content_sha256(X: Any, y: Any) -> str:
    """Hash values and classes, whatever file they came from and in whatever order of rows.

    Numbers are hashed as float64, all else as text without blanks at the ends; a missing value is nothing. Names and
    dtypes of columns do not count, their order does.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n, ...)
        Features.
    y : array-like of shape (n,)
        Classes.

    Returns
    -------
    str
        Hexadecimal digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.datasets import content_sha256
    >>> frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    >>> one = content_sha256(frame, ["p", "n"])
    >>> one == content_sha256(frame[::-1].set_axis(["c", "d"], axis=1).astype({"c": float}), ["n", "p"])
    True
    """
    labels = [str(label).strip() for label in np.asarray(y)]
    if isinstance(X, pd.DataFrame):
        columns = [_texts(X.iloc[:, index]) for index in range(X.shape[1])]
        rows = ["\x1f".join(cells).encode() for cells in zip(*columns, labels, strict=True)]
        digests = sorted(hashlib.sha256(row).digest() for row in rows)
    else:
        values = np.ascontiguousarray(np.asarray(X, dtype="<f8"))
        digests = sorted(
            hashlib.sha256(case.tobytes() + label.encode()).digest() for case, label in zip(values, labels, strict=True)
        )
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
        # Minus zero is zero.
        return ["" if value != value else repr(value + 0.0) for value in numbers.tolist()]
    return ["" if pd.isna(value) else str(value).strip() for value in column]
