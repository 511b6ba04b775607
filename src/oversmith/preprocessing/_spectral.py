"""What the transformers of spectra share: arrays of two or three dimensions in, the same kind out."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, fit_context, validate_data
from oversmith._parameters import Parameters, PositiveInt
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith._types import Labels, Table

# Rows named in a message.
_NAMED = 5


class SpectralTransformer(Parameters, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Base class: a step that changes spectra one by one and keeps their axis.

    Parameters
    ----------
    n_channels : int, default=1
        Channels of a 2-D input, whose columns are the channels one after another. A 3-D input brings its own.

    Attributes
    ----------
    n_channels_, n_points_ : int
        Shape of a spectrum.
    n_features_in_ : int
        Values per spectrum, all channels together.
    feature_names_in_ : ndarray of str
        Names of the columns, where a frame has text names; the output has the same ones.
    """

    # Points without which the step means nothing.
    _least: ClassVar[int] = 2

    n_channels: PositiveInt = 1

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: Labels | None = None) -> Self:
        """Note the shape of the spectra, and learn what the step needs.

        Parameters
        ----------
        X : array-like of shape (n_cases, n_channels, n_points) or (n_cases, n_channels * n_points)
            Spectra on one axis.
        y : ignored
            For the convention.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        InputError
            For spectra that are too short, NaN or infinite values, or parameters that do not fit the spectra.
        """
        spectra = self._spectra(X, reset=True)
        self.n_channels_, self.n_points_ = spectra.shape[1:]
        self._learn(spectra)
        return self

    def transform(self, X: Table) -> np.ndarray:
        """Change every spectrum.

        Parameters
        ----------
        X : array-like
            Spectra of the shape of ``fit``.

        Returns
        -------
        ndarray
            Spectra, in as many dimensions as ``X`` has; float32 where ``X`` is float32, else float64.

        Raises
        ------
        InputError
            For spectra of another shape, NaN or infinite values, or spectra the step cannot treat.
        """
        check_is_fitted(self, "n_points_")
        spectra = self._spectra(X, reset=False)
        if spectra.shape[1:] != (self.n_channels_, self.n_points_):
            raise InputError(
                "X",
                (
                    f"found spectra of {spectra.shape[1]} channels and {spectra.shape[2]} points, fit "
                    f"saw {self.n_channels_} and {self.n_points_}"
                ),
                "bring them to one axis first (AxisResampler)",
            )
        changed = self._change(spectra)
        kind = np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64
        return changed.reshape(changed.shape if _dimensions(X) == 3 else (len(changed), -1)).astype(kind, copy=False)

    def _learn(self, spectra: np.ndarray) -> None:
        """Learn from spectra of shape (n_cases, n_channels, n_points), and check parameters against them."""

    @abstractmethod
    def _change(self, spectra: np.ndarray) -> np.ndarray:
        """Change spectra of shape (n_cases, n_channels, n_points)."""

    def _spectra(self, X: Any, reset: bool) -> np.ndarray:
        """Check the input and lay it out as (n_cases, n_channels, n_points), float64."""
        if _dimensions(X) == 3:
            spectra = np.asarray(X, dtype=np.float64)
            if 0 in spectra.shape:
                raise InputError("X", f"found an array of shape {spectra.shape}", "give it cases, channels and points")
            bad = np.flatnonzero(~np.isfinite(spectra).all(axis=(1, 2)))
            if len(bad):
                raise InputError("X", f"found NaN or infinite values in spectra {listed(bad)}", "fill or drop them")
            if reset:
                self.n_features_in_ = spectra.shape[1] * spectra.shape[2]
        else:
            table = validate_data(self, X, dtype=np.float64, reset=reset)
            if table.shape[1] % self.n_channels:
                raise InputError(
                    "n_channels",
                    f"{table.shape[1]} columns cannot be cut into {self.n_channels} channels of equal length",
                    "give the number of channels, or an array of shape (n_cases, n_channels, n_points)",
                )
            spectra = table.reshape(len(table), self.n_channels, -1)
        if spectra.shape[2] < self._least:
            raise InputError(
                "X",
                f"found {spectra.shape[1] * spectra.shape[2]} feature(s) (shape={spectra.shape}) while a minimum of "
                f"{self._least * spectra.shape[1]} is required",
                f"give spectra of at least {self._least} points",
            )
        return spectra


def listed(rows: np.ndarray) -> str:
    """Name a few rows for a message.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.preprocessing._spectral import listed
    >>> listed(np.arange(8))
    '0, 1, 2, 3, 4 and 3 more'
    """
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(map(str, rows[:_NAMED].tolist())) + more


def flat(spectra: np.ndarray) -> np.ndarray:
    """Tell which channels of which spectra do not vary, but for rounding.

    Parameters
    ----------
    spectra : ndarray of shape (n_cases, n_channels, n_points)
        Spectra.

    Returns
    -------
    ndarray of bool, shape (n_cases, n_channels)
        True for a constant one.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.preprocessing._spectral import flat
    >>> flat(np.array([[[0.1, 0.1, 0.1]], [[0.1, 0.2, 0.1]]])).tolist()
    [[True], [False]]
    """
    return np.asarray(np.ptp(spectra, axis=2) <= 1e-12 * np.abs(spectra).max(axis=2))


def refuse(constant: np.ndarray, why: str, cure: str) -> None:
    """Refuse spectra that do not vary.

    Parameters
    ----------
    constant : ndarray of bool, shape (n_cases,)
        Which ones.
    why, cure : str
        What they lack, and what takes them.

    Raises
    ------
    InputError
        With the rows, where there are any.
    """
    if constant.any():
        raise InputError(
            "X", f"spectra {listed(np.flatnonzero(constant))} are constant: {why}", f"leave them out, or {cure}"
        )


def _dimensions(X: Any) -> int:
    return int(X.ndim) if hasattr(X, "ndim") else int(np.asarray(X).ndim)
