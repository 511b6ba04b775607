"""Labelled spectra and their axis: where the points lie, and what is measured there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from oversmith.exceptions import InputError


@dataclass(frozen=True, eq=False)
class SpectralAxis:
    """Where the points of spectra lie, for pictures and for files.

    Parameters
    ----------
    points : ndarray of shape (n_points,)
        The place of each point: it rises, or falls, all the way.
    name : str
        What it is, such as ``"wavenumber"``.
    unit : str, default=""
        Its unit; empty where there is none or it is not known.
    quantity : str, default=""
        What is measured at each point, such as ``"absorbance"``; empty where it is not known.

    Raises
    ------
    InputError
        For points that are no numbers, repeat, or turn round.

    Examples
    --------
    >>> from oversmith.datasets import SpectralAxis
    >>> SpectralAxis([400, 500, 600], "wavelength", "nm").label
    'wavelength, nm'
    """

    points: Any
    name: str
    unit: str = ""
    quantity: str = ""

    def __post_init__(self) -> None:
        # scikit-learn is behind this module: it is loaded for axes alone.
        from oversmith.preprocessing.axis import checked_axis

        object.__setattr__(self, "points", checked_axis(self.points, f"axis: {self.name!r}"))

    @property
    def label(self) -> str:
        """Name and unit, as a figure writes them."""
        return f"{self.name}, {self.unit}" if self.unit else self.name

    def check(self, length: int) -> None:
        """Refuse spectra of another length.

        Parameters
        ----------
        length : int
            Points of the spectra.

        Raises
        ------
        InputError
            When there are more or fewer points than places.
        """
        if len(self.points) != length:
            raise InputError(
                "axis",
                f"{self.name!r} has {len(self.points)} places and the spectra have {length} points",
                "give one each",
            )

    def describe(self) -> dict[str, Any]:
        """List everything as plain values.

        Returns
        -------
        dict
            ``points``, ``name``, ``unit``, ``quantity``.
        """
        return {
            "points": [float(f"{value:.8g}") for value in np.asarray(self.points)],
            "name": self.name,
            "unit": self.unit,
            "quantity": self.quantity,
        }


@dataclass(frozen=True, eq=False)
class Spectra:
    """Labelled spectra on one axis.

    Parameters
    ----------
    X : ndarray of shape (n, 1, n_points)
        The spectra.
    y : ndarray of str, shape (n,)
        Their classes.
    axis : SpectralAxis
        Where the points lie.
    group : ndarray or None
        Sensor, plate or replicate of each.
    concentration : ndarray of float or None
        Concentration of each, in a dilution series.
    names : ndarray of str or None
        File of each.
    transitions : dict
        Group to the concentration at which its label changes, in a dilution series.
    """

    X: np.ndarray
    y: np.ndarray
    axis: SpectralAxis
    group: np.ndarray | None
    concentration: np.ndarray | None
    names: np.ndarray | None
    transitions: dict[str, float]
