"""What every sampler does: validate → encode → train → generate → decode → append.

A method writes two functions, ``_train(table, classes) → state`` and ``_generate(state, code, n, rng) → encoded
rows``. Everything a caller sees (containers, dtypes, counts, errors, determinism, saving) is decided here, once.
"""

from __future__ import annotations

import functools
import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar, cast

import numpy as np
from sklearn.utils.validation import check_is_fitted

from oversmith._adapter import BaseOverSampler, check_sampling_strategy, fit_context, take_rows
from oversmith._parameters import GroupedParameters, PositiveShare, RandomState, Settings, drawn_seed
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.encoders.channels import ChannelEncoder
from oversmith.exceptions import InputError
from oversmith.samplers._copies import warn_of_copies
from oversmith.samplers._encoding import (
    EncodedTable,
    Encoder,
    Target,
    checked_input,
    encoded_table,
    new_encoder,
    warn_of_identifiers,
)
from oversmith.samplers._filtered import draw_filtered
from oversmith.samplers._saved_attributes import blamed_on_file
from oversmith.samplers._smote import jitter_rows, smote_rows
from oversmith.samplers._too_few import set_aside, smote_serves, too_few_rows
from oversmith.samplers._unchanged import unchanged_on_failure
from oversmith.samplers.settings import Output
from oversmith.selection import resolve_filters

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith._types import Table

Rows = TypeVar("Rows")
Labels = TypeVar("Labels")
SamplingStrategy = Annotated[
    float | str | Mapping[Any, int] | Callable[..., Mapping[Any, int]],
    *BaseOverSampler._parameter_constraints["sampling_strategy"],
]


class BaseSampler(GroupedParameters, BaseOverSampler):
    """Base class of Oversmith's samplers.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are resampled and up to which count, in every form of imbalanced-learn.
    fill : float, default=1.0
        Share of each class's deficit to fill, in (0, 1]: 1.0 goes all the way to ``sampling_strategy``.
    encoder : TableEncoder, SeriesEncoder, ImageEncoder or None, default=None
        How rows become numbers and back: kinds of columns, missing values, scales, shapes and bounds. None goes by
        ``X``: two dimensions are a table, three series, four images, each with the method's own choice of scales. Grey
        images of three dimensions, and series or images that come as flat rows, need an encoder.
    output : Output or None, default=None
        What is returned: filters of generated rows, classes with too few rows, index labels, weights. None is
        ``Output()``.
    random_state : int, RandomState, Generator or None, default=None
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
    constraints_ : tuple of str
        Rules between columns that every generated row of a table follows, such as ``"start <= end"``; see
        ``constraints`` of :class:`oversmith.TableEncoder`.
    identifiers_ : dict of str to str
        Columns that name rows: generated rows get new values there; see ``identifiers`` of
        :class:`oversmith.TableEncoder`.
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

    # The method's own choice of each "auto" of an encoder, by what X holds.
    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    _parameter_groups: ClassVar[Mapping[str, Mapping[Any, Settings]]] = {"output": {None: Output()}}

    sampling_strategy: SamplingStrategy = "auto"
    fill: PositiveShare = 1.0
    encoder: TableEncoder | SeriesEncoder | ImageEncoder | None = None
    output: Output | None = None
    random_state: RandomState = None

    # ------------------------------------------------------------------ what a method writes

    @abstractmethod
    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        """Train on the classes named by code; return plain state (JSON values and arrays)."""

    @abstractmethod
    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Generate ``n`` encoded rows of the class with this code."""

    # ------------------------------------------------------------------ what a caller calls

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: ArrayLike, classes: Iterable[Any] | None = None) -> Self:
        """Train on the classes to be resampled, once; :meth:`sample` then draws as often as wanted.

        A fit that fails changes nothing: a sampler that was fitted before still draws from that fit.

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
            When a class has too few rows and ``output.too_few`` is ``"error"``.
        """
        with unchanged_on_failure(self):
            self._fit(X, y, classes)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Rows, y: Labels) -> tuple[Rows, Labels]:
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
        with unchanged_on_failure(self):
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
            raise InputError("n", f"{n!r} found", "give a whole number of rows, at least 1")
        code = self._trained_code(label)
        with blamed_on_file(self):
            return self._draw(code, int(n))

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
        from oversmith.samplers._saving import save

        save(self, path)

    # ------------------------------------------------------------------ how it is done

    def _output(self) -> Output:
        return self.output or cast(Output, self._parameter_groups["output"][None])

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> Any:
        """Satisfy imbalanced-learn's abstract method; ``fit_resample`` above does the work on typed rows."""
        return self.fit_resample(X, y)

    def _appended(self, X: Any, target: Target) -> tuple[Any, Any]:
        """Generate the rows of the strategy and append them to the real rows."""
        counts = {code: n for code, n in self._deficits().items() if n > 0}
        n_real, n_new = len(target.labels), sum(counts.values())
        self.synthetic_mask_ = np.arange(n_real + n_new) >= n_real
        output = self._output()
        self.sample_weight_ = np.where(self.synthetic_mask_, output.weight, 1.0)
        rows, labels = None, None
        if counts:
            parts = [self._draw(code, n) for code, n in counts.items()]
            rows = functools.reduce(target.table.append_rows, parts)
            labels = np.repeat(self.classes_[list(counts)], list(counts.values()))
            self._warn_of_copies(X, target.labels, dict(zip(counts, parts, strict=True)))
        return (
            target.table.append_rows(X, rows, output.keep_index),
            target.column.append_labels(labels, output.keep_index),
        )

    def _warn_of_copies(self, X: Any, labels: np.ndarray, generated: dict[int, Any]) -> None:
        for code, rows in generated.items() if self.encoder_.width_ else ():
            label = self.classes_[code]
            real = take_rows(X, np.flatnonzero(labels == label))
            warn_of_copies(type(self).__name__, label, self.encoder_, real, rows)

    def _fit(self, X: Any, y: Any, classes: Iterable[Any] | None) -> tuple[Any, Target]:
        output = self._output()
        filters = [] if output.filters is None else resolve_filters(output.filters)
        X, target = self._validate(X, y)
        labels = target.labels
        strategy = check_sampling_strategy(self.sampling_strategy, labels, self._sampling_type)
        self.sampling_strategy_ = {label: round(self.fill * n) for label, n in strategy.items()}
        self.classes_, codes = np.unique(labels, return_inverse=True)
        trained = self._classes_to_train(classes)
        self.seed_ = drawn_seed(self.random_state)
        self.draws_ = dict.fromkeys(trained, 0)
        for code in trained:
            n_rows = int((codes == code).sum())
            if n_rows < self._min_rows and output.too_few == "error":
                raise too_few_rows(type(self).__name__, self.classes_[code], n_rows, self._min_rows)
        self._clear_record()
        vars(self).pop("_file", None)  # what is drawn from now on is learnt here
        self.constraints_: tuple[str, ...] = ()
        self.identifiers_: dict[str, str] = {}
        self.n_named_ = 0
        self.state_: dict[str, Any] = {}
        self.seen_levels_: dict[int, dict[int, np.ndarray]] = {}
        self.fallback_: dict[int, dict[str, np.ndarray]] = {}
        if hasattr(self, "encoder_"):
            delattr(self, "encoder_")
        if not trained:
            return X, target
        self.encoder_: Encoder = new_encoder(self, target.modality).fit(X)
        if isinstance(self.encoder_, TableEncoder):
            self.constraints_, self.identifiers_ = self.encoder_.constraints_, dict(self.encoder_.identifiers_)
            warn_of_identifiers(self.encoder_)
        if self.encoder_.width_ == 0:
            return X, target
        table = self._encode(X, codes, trained)
        self.fallback_ = self._set_aside_too_few(table, trained)
        if filters:
            self.filter_rows_ = dict(table.rows)
            self.filter_table_ = {"rows": table.pooled, "codes": table.pooled_codes}
        able = [code for code in trained if code not in self.fallback_]
        self.state_ = self._train(table, able, self.seed_)
        return X, target

    def _points(self) -> tuple[int, ...]:
        """Return channels and points along each axis, in a sampler of series or images."""
        return cast(ChannelEncoder, self.encoder_).shape_

    def _clear_record(self) -> None:
        """Empty the record of a training; it also exists when nothing had to be trained."""
        self.history_: list[dict[str, Any]] = []
        self.best_step_: dict[Any, int] = {}
        self.n_steps_: dict[Any, int] = {}
        self.stopped_because_: dict[Any, str] = {}

    def _join(self, host: BaseSampler) -> None:
        """Use the classes and the encoder of another sampler, so that `_train` and `_generate` work as its member."""
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
        labels = [getattr(label, "item", lambda value=label: value)() for label in classes]
        unknown = [label for label in labels if label not in known]
        if unknown:
            raise InputError("classes", f"{unknown[0]!r} is not a class of y", f"choose among {known}")
        return sorted({known.index(label) for label in labels})

    def _set_aside_too_few(self, table: EncodedTable, trained: list[int]) -> dict[int, dict[str, np.ndarray]]:
        """Store what ``output.too_few`` needs of each class that is too small to train on, and warn."""
        name, how, small = type(self).__name__, self._output().too_few, {}
        for code in trained:
            rows = table.rows[code]
            if len(rows) < self._min_rows:
                # Once more: missing="drop" may have left fewer rows than the class had.
                if how == "error":
                    raise too_few_rows(name, self.classes_[code], len(rows), self._min_rows)
                small[code] = set_aside(name, self.classes_[code], rows, table, self._min_rows, how)
        return small

    def _encode(self, X: Any, codes: np.ndarray, trained: list[int], weights: np.ndarray | None = None) -> EncodedTable:
        usable = np.ones(len(codes), dtype=bool)
        if getattr(self.encoder_, "missing", None) == "drop":
            usable = ~self.encoder_.has_missing(X)
            self.n_dropped_ = int((~usable).sum())
        table = encoded_table(self.encoder_, X, codes, usable, trained, self.classes_, self.seed_, weights)
        if isinstance(self.encoder_, TableEncoder) and self.encoder_.only_seen_levels:
            self.seen_levels_ = {code: self.encoder_.seen_levels(z) for code, z in table.rows.items()}
        return replace(table, deficit=self._deficits())

    def _trained_code(self, label: Any) -> int:
        known = self.classes_.tolist()
        label = label.item() if isinstance(label, np.generic) else label
        if label not in known:
            raise InputError("label", f"{label!r} is not a class seen in fit", f"choose among {known}")
        code = known.index(label)
        if code not in self.draws_:
            trained = [known[c] for c in self.draws_]
            raise InputError(
                "label", f"class {label!r} was not trained (trained: {trained})", f"call fit(X, y, classes=[{label!r}])"
            )
        return code

    def _draw(self, code: int, n: int) -> Any:
        rows = self._draw_encoded(code, n)
        # New identifiers go on where the last draw, of whatever class, ended.
        first = getattr(self, "n_named_", 0)
        decoded = self._decode(code, rows, first)
        self.n_named_ = first + n
        return decoded

    def _decode(self, code: int, rows: np.ndarray, first: int = 0) -> Any:
        allowed = self.seen_levels_.get(code)
        if isinstance(self.encoder_, TableEncoder):
            return self.encoder_.inverse_transform(rows, allowed=allowed, first=first)
        return self.encoder_.inverse_transform(rows, allowed=allowed)

    def _draw_encoded(self, code: int, n: int) -> np.ndarray:
        # One stream per class and draw: no class repeats the random numbers of another.
        rng = np.random.default_rng([self.seed_, 1, code, self.draws_[code]])
        self.draws_[code] += 1
        if self.encoder_.width_ == 0:
            # Every column is constant: there is nothing to generate but the constants.
            return np.empty((n, 0))
        filters = self._output().filters
        if filters is None or not (resolved := resolve_filters(filters)):
            return self._make(code, n, rng)
        rows, counts = draw_filtered(
            lambda missing: self._make(code, missing, rng),
            lambda rows: self.encoder_.transform(self._decode(code, rows)),
            resolved,
            self.filter_rows_[code],
            self.filter_table_["rows"][self.filter_table_["codes"] != code],
            n,
            str(self.classes_[code]),
        )
        self.history_.append(counts)
        return rows

    def _make(self, code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        """Make encoded rows: by the method, or by SMOTE or jitter for a class too small for it."""
        if code not in self.fallback_:
            return self._generate(self.state_, code, n, rng)
        known = self.fallback_[code]
        if smote_serves(known["rows"], self._output().too_few):
            return smote_rows(known["rows"], known["discrete"], n, 5, rng)
        return jitter_rows(**known, n=n, rng=rng)

    def __sklearn_tags__(self) -> Any:
        """Declare strings, missing values and sparse tables, where tables are taken, and arrays of three dimensions."""
        tags = super().__sklearn_tags__()
        tables = "table" in self._modalities and isinstance(self.encoder, TableEncoder | None)
        tags.input_tags.string = tables
        tags.input_tags.categorical = tables
        tags.input_tags.allow_nan = tables
        tags.input_tags.sparse = tables
        tags.input_tags.three_d_array = self._modalities != ("table",)
        return tags
