"""What every sampler does with its arguments before it looks at a single row."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from oversmith._adapter import check_target_type, validate_data
from oversmith.encoders import TargetContainer
from oversmith.encoders.reading import as_numbers, check_finite, container_of, shape_of, stacked
from oversmith.exceptions import InputError
from oversmith.samplers._encoded import Target


def checked_input(sampler: Any, X: Any, y: Any, reset: bool = True) -> tuple[Any, Target]:
    """Check a table and its target, and note the columns on the sampler.

    Parameters
    ----------
    sampler : estimator
        Gets ``n_features_in_`` and ``feature_names_in_``.
    X, y : table and target
        As the caller gave them.
    reset : bool, default=True
        Whether the columns are new, or have to be those noted before.

    Returns
    -------
    X : table
        The table: frames as they are, arrays checked.
    target : Target
        The containers and the labels.

    Raises
    ------
    InputError
        When table or target cannot be used.
    """
    X = stacked(X)
    series = takes_series(sampler, X)
    column = TargetContainer.of(y)
    check_classification_targets(column.values)
    labels = check_target_type(column.values)
    container = container_of(X)
    if container.kind in {"pandas", "polars"}:
        validate_data(sampler, X=X, skip_check_array=True, reset=reset)
        check_consistent_length(X, labels)
        if 0 in X.shape:
            raise InputError(f"X: found an empty table of shape {tuple(X.shape)}; give it rows and columns")
    else:
        # A list of mixed rows would become text; its values are looked at one by one and it is used as it is.
        array = np.array(X, dtype=object) if container.kind == "list" else X
        array, labels = validate_data(
            sampler,
            X=array,
            y=labels,
            reset=reset,
            dtype=None,
            accept_sparse=False if series else ["csr", "csc"],
            ensure_all_finite=False,
            allow_nd=series,
        )
        X = X if container.kind == "list" else array
    if series:
        # Also where nothing is to be made: what cannot be read must not pass for data.
        values = as_numbers(X, container)
        check_finite(values.reshape(len(values), *shape_of(values, sampler.input_shape)))
    return X, Target(container, column, labels)


def takes_series(sampler: Any, X: Any) -> bool:
    """Tell whether a sampler is to read its input as series: nothing is guessed from sizes.

    Parameters
    ----------
    sampler : estimator
        The sampler.
    X : array-like
        Three dimensions are series; two are a table unless the sampler has an ``input_shape`` or knows no tables.

    Returns
    -------
    bool
        Series or table.

    Raises
    ------
    InputError
        When the sampler takes no series.
    """
    ndim = getattr(X, "ndim", 2)
    if ndim > 3:
        raise InputError(
            f"X: found a {ndim}-D array of shape {tuple(X.shape)}; a table has 2 dimensions, series have 3 (cases, "
            "channels, time points)"
        )
    modalities, shape = getattr(sampler, "_modalities", ("table",)), getattr(sampler, "input_shape", None)
    if ndim < 3 and shape is None:
        return "table" not in modalities
    if "series" in modalities:
        return True
    name = type(sampler).__name__
    if ndim == 3:
        raise InputError(
            f"X: found a 3-D array of shape {tuple(X.shape)}; {name} takes a table, so give it 2 dimensions (rows, "
            f"columns), for example X.reshape(len(X), -1), or use a method for series, such as GANBATS"
        )
    raise InputError(f"input_shape: {shape!r} found, but {name} takes tables alone; leave it out")


def drawn_seed(random_state: Any) -> int:
    """Draw a seed from the ``random_state`` parameter.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        With None the seed is fresh entropy from the system: NumPy's global state is neither read nor moved.

    Returns
    -------
    int
        The seed.

    Examples
    --------
    >>> from oversmith.samplers._input import drawn_seed
    >>> drawn_seed(0) == drawn_seed(0), drawn_seed(None) == drawn_seed(None)
    (True, False)
    """
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
