"""The contract every sampler keeps: validate → encode → train → generate → decode → append.

A method writes two functions, ``_train(table, classes) → state`` and ``_generate(state, code, n, rng) → encoded
rows``. Everything a caller sees (containers, dtypes, counts, errors, determinism, saving) is decided here, once.
"""

from __future__ import annotations

import functools
import os
import warnings
from abc import abstractmethod
from collections.abc import Iterable
from numbers import Real
from typing import Any, ClassVar, Self, cast

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import (
    BaseOverSampler,
    check_sampling_strategy,
    fit_context,
    take_rows,
)
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.encoders.channels import ChannelEncoder
from oversmith.encoders.modality import MODALITIES
from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.samplers._encoded import POOLED_ROWS, EncodedTable, Target
from oversmith.samplers._filtered import draw_filtered
from oversmith.samplers._inherit import complete, unknown_parameter
from oversmith.samplers._input import checked_input, drawn_seed, modality_for
from oversmith.samplers._smote import discrete_columns, jitter_rows, smote_rows
from oversmith.selection import resolve_filters

Encoder = TableEncoder | ChannelEncoder


class BaseSampler(BaseOverSampler):
    """Base class of Oversmith's samplers.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are resampled and up to which count, in every form of imbalanced-learn.
    fill : float, default=1.0
        Share of each class's deficit to fill, in (0, 1]: 1.0 goes all the way to ``sampling_strategy``.
    categorical_features : "auto" or array-like, default="auto"
        Columns to treat as categorical: names, indices or a boolean mask; ``"auto"`` asks the dtypes.
    numeric : {"quantile", "standard", "minmax"}, default="quantile"
        How numeric columns are encoded.
    missing : {"encode", "impute", "drop"}, default="encode"
        Missing values: generated like any other value, filled in generated rows, or left out of the training.
    only_seen_levels : bool, default=False
        Whether a generated row may only carry levels its class has in the training rows.
    on_too_few : {"error", "smote", "jitter"}, default="error"
        What happens to a class with too few rows to train on.
    filters : sequence of {"novelty", "boundary"} or filter objects, or None, default=None
        Which generated rows are kept: no near-copies of training rows (:class:`NoveltyFilter`), none whose real
        neighbours are mostly of another class (:class:`BoundaryFilter`). Rejected rows are drawn again, a bounded
        number of times.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What X holds. ``"auto"``: two dimensions are a table, three series, four images; grey images of three dimensions
        need ``"image"``.
    input_shape : (int, int), (int, int, int) or None, default=None
        Channels and time points of series, or channels, height and width of images, that come as flat rows, so that
        they pass through a pipeline. An array of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_channels,
        height, width) needs none.
    channels : {"first", "last"}, default="first"
        Where the channels of images are: before height and width, or after them.
    scaling : {"auto", "standard", "minmax"}, default="auto"
        How the channels of series and images are scaled: by mean and standard deviation, or to [-1, 1]. ``"auto"``
        takes the first for series and the second for images.
    bounds : {"observed", "non-negative"}, (float, float) or None, default=None
        What the values of generated series and images keep to: each channel's observed range, zero, or two numbers.
        Without, series keep to none, and images to 0 and 255 in unsigned bytes, else to the observed range.
    keep_index : bool, default=False
        Whether real rows keep their pandas index labels.
    random_state : int, RandomState instance or None, default=None
        Source of every random number. The same integer gives the same bits.

    Attributes
    ----------
    synthetic_mask_ : ndarray of bool, shape (n_resampled,)
        Which returned rows are synthetic; real rows come first.
    sample_weight_ : ndarray of shape (n_resampled,)
        Weight of every returned row; ones unless a method says otherwise.
    sampling_strategy_ : dict
        Class label → rows to add.
    history_ : list of dict
        What happened: one row per stretch of training, and one per class and draw that filters looked at (``phase``
        ``"filter"``, ``asked``, ``drawn``, and how many rows each filter rejected).
    n_dropped_ : int
        Rows with missing values left out of the training, with ``missing="drop"``.
    classes_ : ndarray
        Class labels.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Column names, when the table has text names.
    """

    # Rows a class needs before the method can train on it.
    _min_rows = 2
    # What it can be given, of "table", "series" and "image".
    _modalities: ClassVar[tuple[str, ...]] = ("table",)

    _parameter_constraints: dict = {
        **BaseOverSampler._parameter_constraints,
        "fill": [Interval(Real, 0, 1, closed="right")],
        "categorical_features": [StrOptions({"auto"}), "array-like"],
        "numeric": [StrOptions({"quantile", "standard", "minmax"})],
        "missing": [StrOptions({"encode", "impute", "drop"})],
        "only_seen_levels": ["boolean"],
        "on_too_few": [StrOptions({"error", "smote", "jitter"})],
        "filters": ["array-like", StrOptions({"novelty", "boundary"}), None],
        "modality": [StrOptions({"auto", *MODALITIES})],
        "input_shape": ["array-like", None],
        "channels": [StrOptions({"first", "last"})],
        "scaling": [StrOptions({"auto", "standard", "minmax"})],
        "bounds": [StrOptions({"observed", "non-negative"}), "array-like", None],
        "keep_index": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        fill: float = 1.0,
        categorical_features: Any = "auto",
        numeric: str = "quantile",
        missing: str = "encode",
        only_seen_levels: bool = False,
        on_too_few: str = "error",
        filters: Any = None,
        modality: str = "auto",
        input_shape: tuple[int, ...] | None = None,
        channels: str = "first",
        scaling: str = "auto",
        bounds: Any = None,
        keep_index: bool = False,
        random_state: Any = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise TypeError(unknown_parameter(type(self), next(iter(unknown))))
        super().__init__(sampling_strategy=sampling_strategy)
        self.fill = fill
        self.categorical_features = categorical_features
        self.numeric = numeric
        self.missing = missing
        self.only_seen_levels = only_seen_levels
        self.on_too_few = on_too_few
        self.filters = filters
        self.modality = modality
        self.input_shape = input_shape
        self.channels = channels
        self.scaling = scaling
        self.bounds = bounds
        self.keep_index = keep_index
        self.random_state = random_state

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        complete(cls)

    # ------------------------------------------------------------------ what a method writes

    @abstractmethod
    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Train on the classes named by code; return plain state (JSON values and arrays)."""

    @abstractmethod
    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Generate ``n`` encoded rows of the class with this code."""

    # ------------------------------------------------------------------ what a caller calls

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, classes: Iterable[Any] | None = None) -> Self:
        """Train on the classes to be resampled, once; :meth:`sample` then draws as often as wanted.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table: NumPy, pandas, Polars, SciPy sparse or lists.
        y : array-like of shape (n_samples,)
            Class labels.
        classes : iterable of labels, default=None
            Classes to train; by default those ``sampling_strategy`` resamples.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        InputError
            When the table or the target cannot be used; the message names the cure.
        TooFewRowsError
            When a class has too few rows and ``on_too_few="error"``.
        """
        self._fit(X, y, classes)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Train, generate and append: real rows first, untouched and in order, then the synthetic ones.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            The table: NumPy, pandas, Polars, SciPy sparse or lists.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        X_resampled : same container as ``X``
            Columns, order, dtypes and categories as in ``X``.
        y_resampled : same container as ``y``
            The labels of ``X_resampled``.
        """
        return self._appended(*self._fit(X, y, None))

    def sample(self, n: int, label: Any) -> Any:
        """Draw exactly ``n`` rows of one class from the fitted sampler.

        Every call goes on in the class's own stream of random numbers: the first call after ``fit`` returns what
        ``fit_resample`` would append, the next call other rows.

        Parameters
        ----------
        n : int
            How many rows, at least 1.
        label : object
            Which class.

        Returns
        -------
        rows : same container as the training table
            ``n`` rows of the class.

        Raises
        ------
        InputError
            When the class was not trained, or ``n`` is not a positive integer.
        """
        check_is_fitted(self, "state_")
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
            raise InputError(f"n: found {n!r}; ask for a whole number of rows, at least 1")
        return self._draw(self._trained_code(label), int(n))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted sampler to one zip of JSON and ``.npy`` files; :func:`oversmith.load` reads it back.

        Parameters
        ----------
        path : path-like
            Where to; written to a temporary file beside it and renamed.

        Raises
        ------
        InputError
            When the sampler is not fitted, or holds something that cannot be saved (named in the message).
        """
        from oversmith.samplers.persistence import save

        save(self, path)

    # ------------------------------------------------------------------ how it is done

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> Any:
        """Satisfy imbalanced-learn's abstract method; ``fit_resample`` above does the work on typed rows."""
        return self.fit_resample(X, y)

    def _appended(self, X: Any, target: Target) -> tuple[Any, Any]:
        """Draw what the strategy asks for and append it to the real rows."""
        counts = {code: n for code, n in self._deficits().items() if n > 0}
        n_real, n_new = len(target.labels), sum(counts.values())
        self.synthetic_mask_ = np.arange(n_real + n_new) >= n_real
        self.sample_weight_ = np.where(self.synthetic_mask_, self._synthetic_weight(), 1.0)
        rows, labels = None, None
        if counts:
            parts = [self._draw(code, n) for code, n in counts.items()]
            rows = functools.reduce(target.table.append_rows, parts)
            labels = np.repeat(self.classes_[list(counts)], list(counts.values()))
        return (
            target.table.append_rows(X, rows, self.keep_index),
            target.column.append_labels(labels, self.keep_index),
        )

    def _fit(self, X: Any, y: Any, classes: Iterable[Any] | None) -> tuple[Any, Target]:
        resolve_filters(self.filters)
        X, target = self._validate(X, y)
        labels = target.labels
        strategy = check_sampling_strategy(self.sampling_strategy, labels, self._sampling_type)
        self.sampling_strategy_ = {label: round(self.fill * n) for label, n in strategy.items()}
        self.classes_, codes = np.unique(labels, return_inverse=True)
        trained = self._classes_to_train(classes)
        self.seed_ = self._draw_seed()
        self.draws_ = dict.fromkeys(trained, 0)
        for code in trained:
            self._check_count(code, int((codes == code).sum()))
        self._clear_record()
        self.state_: dict[str, Any] = {}
        self.seen_levels_: dict[int, dict[int, np.ndarray]] = {}
        self.fallback_: dict[int, dict[str, np.ndarray]] = {}
        if hasattr(self, "encoder_"):
            delattr(self, "encoder_")
        if not trained:
            return X, target
        self.encoder_: Encoder = self._encoder(X).fit(X)
        if self.encoder_.width_ == 0:
            return X, target
        table = self._encode(X, codes, trained)
        self.fallback_ = self._set_aside_too_few(table, trained)
        if resolve_filters(self.filters):
            self.filter_rows_ = dict(table.rows)
            self.filter_table_ = {"rows": table.pooled, "codes": table.pooled_codes}
        able = [code for code in trained if code not in self.fallback_]
        self.state_ = self._train(table, able, self.seed_)
        return X, target

    def _encoder(self, X: Any) -> Encoder:
        modality = modality_for(self, X)
        if modality == "table":
            return TableEncoder(
                categorical_features=self.categorical_features, numeric=self.numeric, missing=self.missing
            )
        scaling = self.scaling
        if scaling == "auto":
            scaling = "standard" if modality == "series" else "minmax"
        shape: Any = self.input_shape
        if modality == "series":
            return SeriesEncoder(input_shape=shape, scaling=scaling, bounds=self.bounds)
        return ImageEncoder(input_shape=shape, channels=self.channels, scaling=scaling, bounds=self.bounds)

    def _points(self) -> tuple[int, ...]:
        """Return channels and points along each axis, in a sampler of series or images."""
        return cast(ChannelEncoder, self.encoder_).shape_

    def _clear_record(self) -> None:
        """Empty what a training leaves; it is also there when nothing had to be trained."""
        self.history_: list[dict[str, Any]] = []
        self.best_step_: dict[Any, int] = {}
        self.n_steps_: dict[Any, int] = {}
        self.stopped_because_: dict[Any, str] = {}

    def _join(self, host: BaseSampler) -> None:
        """Take part in another sampler: share its classes and encoder, so that `_train` and `_generate` work."""
        self.classes_, self.encoder_ = host.classes_, host.encoder_
        self._clear_record()

    def _deficits(self) -> dict[int, int]:
        return {int(np.searchsorted(self.classes_, label)): n for label, n in self.sampling_strategy_.items()}

    def _validate(self, X: Any, y: Any, reset: bool = True) -> tuple[Any, Target]:
        return checked_input(self, X, y, reset)

    def _classes_to_train(self, classes: Iterable[Any] | None) -> list[int]:
        if classes is None:
            return [code for code, n in self._deficits().items() if n > 0]
        known = self.classes_.tolist()
        asked = [getattr(label, "item", lambda value=label: value)() for label in classes]
        unknown = [label for label in asked if label not in known]
        if unknown:
            raise InputError(f"classes: {unknown[0]!r} is not a class of y; the classes are {known}")
        return sorted({known.index(label) for label in asked})

    def _check_count(self, code: int, n_rows: int) -> None:
        if n_rows < self._min_rows and self.on_too_few == "error":
            raise TooFewRowsError(
                f"y: class {self.classes_[code]!s} has {n_rows} row{'s' if n_rows != 1 else ''} to train on, "
                f"{type(self).__name__} needs at least {self._min_rows}; add rows, leave the class out of "
                "sampling_strategy, or set on_too_few='jitter'"
            )

    def _set_aside_too_few(self, table: EncodedTable, trained: list[int]) -> dict[int, dict[str, np.ndarray]]:
        """Keep what ``on_too_few`` needs of each class that is too small to train on, and say so."""
        kept = {}
        for code in trained:
            rows = table.rows[code]
            # Once more: missing="drop" may have left fewer rows than the class had.
            self._check_count(code, len(rows))
            if len(rows) < self._min_rows:
                how = "SMOTE" if self._smote_serves(rows) else "jitter"
                warnings.warn(
                    f"class {self.classes_[code]!s} has {len(rows)} usable row(s), {type(self).__name__} needs "
                    f"{self._min_rows}: its rows are generated by {how}, not by a trained model",
                    UserWarning,
                    stacklevel=4,
                )
                low, high = table.pooled.min(axis=0), table.pooled.max(axis=0)
                kept[code] = {
                    "rows": rows,
                    "discrete": discrete_columns(table.spans, rows.shape[1]),
                    "range": np.stack([low, high]),
                    "spread": table.pooled.std(axis=0),
                }
        return kept

    def _smote_serves(self, rows: np.ndarray) -> bool:
        return self.on_too_few == "smote" and len(rows) > 1

    def _draw_seed(self) -> int:
        return drawn_seed(self.random_state)

    def _encode(self, X: Any, codes: np.ndarray, trained: list[int], weights: np.ndarray | None = None) -> EncodedTable:
        usable = np.ones(len(codes), dtype=bool)
        if self.missing == "drop":
            usable = ~self.encoder_.has_missing(X)
            self.n_dropped_ = int((~usable).sum())
        rows, drawn = {}, {}
        for code in trained:
            index = np.flatnonzero((codes == code) & usable)
            if not len(index):
                raise TooFewRowsError(
                    f"missing: every row of class {self.classes_[code]!s} has a missing value, so missing='drop' "
                    "leaves none; use missing='encode' or 'impute'"
                )
            rows[code] = self.encoder_.transform(take_rows(X, index))
            if weights is not None:
                drawn[code] = weights[index]
        pooled = np.flatnonzero(usable)
        if len(pooled) > POOLED_ROWS:
            rng = np.random.default_rng([self.seed_, 0])
            pooled = np.sort(rng.choice(pooled, POOLED_ROWS, replace=False))
        if self.only_seen_levels:
            self.seen_levels_ = {code: self.encoder_.seen_levels(z) for code, z in rows.items()}
        return EncodedTable(
            rows=rows,
            pooled=self.encoder_.transform(take_rows(X, pooled)),
            pooled_codes=codes[pooled],
            spans=self.encoder_.spans_,
            deficit=self._deficits(),
            weights=drawn,
        )

    def _trained_code(self, label: Any) -> int:
        known = self.classes_.tolist()
        label = label.item() if isinstance(label, np.generic) else label
        if label not in known:
            raise InputError(f"label: {label!r} is not a class seen in fit; the classes are {known}")
        code = known.index(label)
        if code not in self.draws_:
            trained = [known[c] for c in self.draws_]
            raise InputError(
                f"label: class {label!r} was not trained (trained: {trained}); call fit(X, y, classes=[{label!r}])"
            )
        return code

    def _draw(self, code: int, n: int) -> Any:
        rows = self._draw_encoded(code, n)
        return self._decode(code, rows)

    def _decode(self, code: int, rows: np.ndarray) -> Any:
        return self.encoder_.inverse_transform(rows, allowed=self.seen_levels_.get(code))

    def _draw_encoded(self, code: int, n: int) -> np.ndarray:
        # One stream per class and draw: no class repeats the random numbers of another.
        rng = np.random.default_rng([self.seed_, 1, code, self.draws_[code]])
        self.draws_[code] += 1
        if self.encoder_.width_ == 0:
            # Every column is constant: there is nothing to generate but the constants.
            return np.empty((n, 0))
        filters = resolve_filters(self.filters)
        if not filters:
            return self._make(code, n, rng)
        rows, counts = draw_filtered(
            lambda missing: self._make(code, missing, rng),
            lambda rows: self.encoder_.transform(self._decode(code, rows)),
            filters,
            self.filter_rows_[code],
            self.filter_table_["rows"][self.filter_table_["codes"] != code],
            n,
            str(self.classes_[code]),
        )
        self.history_.append(counts)
        return rows

    def _make(self, code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Make encoded rows: by the method, or by what stands in for a class too small for it."""
        if code not in self.fallback_:
            return self._generate(self.state_, code, n, rng)
        kept = self.fallback_[code]
        if self._smote_serves(kept["rows"]):
            return smote_rows(kept["rows"], kept["discrete"], n, 5, rng)
        return jitter_rows(**kept, n=n, rng=rng)

    def _synthetic_weight(self) -> float:
        """Weight of a synthetic row in ``sample_weight_``."""
        return 1.0

    def __sklearn_tags__(self) -> Any:
        """Declare strings, missing values and sparse tables, where tables are taken, and arrays of three dimensions."""
        tags = super().__sklearn_tags__()
        tables = "table" in self._modalities and self.input_shape is None and self.modality in ("auto", "table")
        tags.input_tags.string = tables
        tags.input_tags.categorical = tables
        tags.input_tags.allow_nan = tables
        tags.input_tags.sparse = tables
        tags.input_tags.three_d_array = self._modalities != ("table",)
        return tags


# What it refuses is no parameter.
complete(BaseSampler)
