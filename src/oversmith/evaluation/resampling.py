"""Rows added to a file by one method: checked before anything is trained, counted, estimated, generated."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversmith import _registry
from oversmith.encoders import ImageEncoder, SeriesEncoder
from oversmith.evaluation.cost_model import START, sampler_seconds
from oversmith.exceptions import ColumnWarning, InputError
from oversmith.io.bounds import Bounds, check_bounds
from oversmith.io.classes import count_labels
from oversmith.samplers._progress import ProgressBar

if TYPE_CHECKING:
    from oversmith.io import Data


@dataclass(frozen=True)
class Generated:
    """Generated rows and the facts of their training.

    Parameters
    ----------
    sampler : object
        The fitted sampler.
    X : DataFrame or ndarray
        Features of the generated rows.
    labels : Series or ndarray
        Their classes, in the type of the file.
    seconds : float
        Time of training and generation.
    """

    sampler: Any
    X: Any
    labels: Any
    seconds: float

    def by_class(self, attribute: str) -> dict[str, Any]:
        """Read a fitted attribute of the sampler by class, such as ``n_steps_``; empty where there is none."""
        values = getattr(self.sampler, attribute, {})
        return {str(label): getattr(value, "item", lambda value=value: value)() for label, value in values.items()}

    @property
    def counts(self) -> dict[str, int]:
        """Generated rows of each class."""
        return {str(label): n for label, n in count_labels(self.labels).items()}

    @property
    def constraints(self) -> tuple[str, ...]:
        """Rules between columns that every generated row follows."""
        chosen = getattr(self.sampler, "sampler_", self.sampler)
        return tuple(getattr(chosen, "constraints_", ()))

    @property
    def decision(self) -> str | None:
        """Why :class:`oversmith.Auto` added rows, or none; None for other methods."""
        if not hasattr(self.sampler, "decision_"):
            return None
        weighted = bool((self.sampler.sample_weight_ != 1).any())
        return str(self.sampler.decision_["why"]) + (" The weights are not part of the file." if weighted else "")


@dataclass(frozen=True)
class Resampling:
    """A method, the data it adds rows to, and how many.

    Parameters
    ----------
    data : Data
        The real rows. With a positive class that class is filled against all others together.
    method : str
        The method in kebab case.
    sampling_ratio : float, optional
        For two classes: rows of the smaller over rows of the larger one afterwards.
    fill : float, optional
        Share of each class's deficit to fill.
    max_steps : int, optional
        Generator steps at most.
    bounds : {"observed", "non-negative"} or (float, float), optional
        Where generated values of series, spectra and images lie.
    seed : int, default=0
        Seed of the sampler.

    Raises
    ------
    InputError
        For a method that is not known, does not take such data or has no such setting, for a class of one row, for a
        ratio that is reached already, and for data outside the bounds.

    Examples
    --------
    >>> import oversmith as om
    >>> from oversmith.evaluation.resampling import Resampling
    >>> plan = Resampling(om.read("demo"), "jitter", fill=0.5)
    >>> plan.rows_to_generate
    {'malignant': 160}
    >>> plan.generate().counts
    {'malignant': 160}
    """

    data: Data
    method: str
    sampling_ratio: float | None = None
    fill: float | None = None
    max_steps: int | None = None
    bounds: Bounds = None
    seed: int = 0

    def __post_init__(self) -> None:
        _registry.check_modality(self.method, self.data.sampler_modality)
        self._check_counts()
        check_bounds(self.data.X, self.bounds, self.data.name)
        self._options()

    def _check_counts(self) -> None:
        """Refuse counts that no training can give."""
        data, counts = self.data, self.data.counts
        smallest, largest = min(counts.values()), max(counts.values())
        if data.positive is not None:
            rows = data.label_counts[data.positive]
            if rows > len(data) - rows:
                raise InputError(
                    "positive",
                    f"class {str(data.positive)!r} has {rows} rows, all others together {len(data) - rows}",
                    "only the smaller side can be filled: name a smaller class",
                )
        if self.sampling_ratio is not None:
            if self.fill is not None:
                raise InputError("sampling_ratio", "it was given together with fill", "give one of the two")
            if len(counts) != 2:
                raise InputError(
                    "sampling_ratio",
                    f"it is for two classes, {data.target!r} has {len(counts)}",
                    "give fill=, or positive= for one class against all others",
                )
            if self.sampling_ratio < smallest / largest:
                raise InputError(
                    "sampling_ratio",
                    f"{self.sampling_ratio:g} is below the ratio of the file, {smallest} to {largest} "
                    f"({smallest / largest:.3g}), and rows are only added",
                    "give a larger one",
                )
        for label, rows in counts.items():
            if rows == 1:
                raise InputError(
                    "target",
                    f"class {str(label)!r} of {data.target!r} has one row, at least two are needed",
                    "add rows of it or remove it",
                )

    def _options(self) -> dict[str, Any]:
        """Collect the parameters of the method; one that it does not have is an error."""
        known = _registry.load_class(self.method)().get_params(deep=False)
        options = {}
        for argument, name in (
            ("sampling_ratio", "sampling_strategy"),
            ("fill", "fill"),
            ("max_steps", "max_steps"),
            ("bounds", "encoder"),
        ):
            value = getattr(self, argument)
            if value is None:
                continue
            if name not in known:
                raise InputError(argument, f"method {self.method!r} has no such setting", "leave it out")
            options[name] = value if name != "encoder" else self._encoder(value)
        if self.data.sampler_modality == "series" and "encoder" in known:
            options["encoder"] = self._encoder(self.bounds)
        return options

    def _encoder(self, bounds: Bounds) -> SeriesEncoder | ImageEncoder:
        # As they are read, series and images have their channels first.
        kind = ImageEncoder if self.data.sampler_modality == "image" else SeriesEncoder
        return kind(bounds=bounds, channels="first")

    @property
    def rows_to_generate(self) -> dict[str, int]:
        """Rows that each class gets."""
        from imblearn.utils import check_sampling_strategy

        options = self._options()
        missing = check_sampling_strategy(options.get("sampling_strategy", "auto"), self.data.y, "over-sampling")
        defaults = _registry.load_class(self.method)().get_params(deep=False)
        share = options.get("fill", defaults.get("fill", 1.0))
        return {str(label): round(share * int(n)) for label, n in missing.items()}

    @property
    def seconds(self) -> float:
        """Rough guess of the time it takes."""
        trainings = sum(n > 0 for n in self.rows_to_generate.values())
        arrays = self.data.modality != "table"
        return START + trainings * sampler_seconds(self.method, len(self.data), self.max_steps, series=arrays)

    def generate(self, *, verbose: bool = False) -> Generated:
        """Train the method and generate the rows.

        Parameters
        ----------
        verbose : bool, default=False
            Whether a method that can show its progress does.

        Returns
        -------
        Generated
            The rows alone, without the real ones.
        """
        began = time.perf_counter()
        sampler = _registry.load_class(self.method)(random_state=self.seed, **self._options())
        known = sampler.get_params()
        if "verbose" in known:
            sampler.set_params(verbose=verbose)
        elif verbose and "stop__callbacks" in known:
            sampler.set_params(stop__callbacks=(ProgressBar(),))
        with warnings.catch_warnings():
            # The notes of the data say so already.
            warnings.simplefilter("ignore", ColumnWarning)
            X, y = sampler.fit_resample(self.data.X, self.data.y)
        is_generated = sampler.synthetic_mask_
        labels = y[is_generated]
        if self.data.positive is not None:
            labels = _repeated(self.data.labels, self.data.positive, len(labels))
        return Generated(sampler, X[is_generated], labels, time.perf_counter() - began)


def _repeated(labels: Any, value: Any, n: int) -> Any:
    """Repeat one class in the type of the labels."""
    if isinstance(labels, pd.Series):
        return pd.Series([value] * n, dtype=labels.dtype)
    return np.full(n, value, dtype=labels.dtype)
