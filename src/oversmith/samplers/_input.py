"""What every sampler does with its arguments before it looks at a single row."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from oversmith._adapter import check_target_type, validate_data
from oversmith.encoders import Container, TargetContainer
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
    ndim = getattr(X, "ndim", 2)
    if ndim == 3:
        raise InputError(
            f"X: found a 3-D array of shape {tuple(X.shape)}; {type(sampler).__name__} takes a table, so give it "
            "2 dimensions (rows, columns), for example X.reshape(len(X), -1)"
        )
    column = TargetContainer.of(y)
    check_classification_targets(column.values)
    labels = check_target_type(column.values)
    container = Container.of(X)
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
            accept_sparse=["csr", "csc"],
            ensure_all_finite=False,
        )
        X = X if container.kind == "list" else array
    return X, Target(container, column, labels)


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
