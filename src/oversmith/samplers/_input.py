"""What every sampler does with its arguments before it looks at a single row."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from oversmith._adapter import check_target_type, validate_data
from oversmith.encoders import TargetContainer
from oversmith.encoders.image import channels_first, image_shape_of
from oversmith.encoders.reading import as_array, check_finite, container_of, shape_of, stacked
from oversmith.exceptions import InputError
from oversmith.samplers._encoded import Target
from oversmith.samplers._encoding import modality_for


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
    encoder = getattr(sampler, "encoder", None)
    X = stacked(X, "auto" if encoder is None else getattr(encoder, "_kind", "table"))
    modality = modality_for(sampler, X)
    whole = modality != "table"
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
            accept_sparse=False if whole else ["csr", "csc"],
            ensure_all_finite=False,
            allow_nd=whole,
        )
        X = X if container.kind == "list" else array
    if whole:
        # Also where nothing is to be made: what cannot be read must not pass for data.
        values = as_array(X, container)
        if modality == "series":
            check_finite(values.reshape(len(values), *shape_of(values, getattr(encoder, "input_shape", None))))
        else:
            channels = getattr(encoder, "channels", "first")
            shape = image_shape_of(values, getattr(encoder, "input_shape", None), channels)
            check_finite(channels_first(values, shape, channels))
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
