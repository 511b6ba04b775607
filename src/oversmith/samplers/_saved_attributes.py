"""What the fitted attributes of a saved sampler must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from oversmith.exceptions import InputError, OversmithError, describe_error

_Test = Callable[[Any], bool]


def _whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 0)


def _array(value: Any, kinds: str = "", dimensions: int = 1) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == dimensions and (not kinds or value.dtype.kind in kinds)


def _rows(value: Any) -> bool:
    return _array(value, "fiub", 2) and bool(np.isfinite(value).all())


def _by_code(test: _Test) -> _Test:
    return lambda value: isinstance(value, dict) and all(_whole(code) and test(item) for code, item in value.items())


def _mapping(value: Any) -> bool:
    return isinstance(value, dict)


_ATTRIBUTES: dict[str, _Test] = {
    "classes_": lambda value: _array(value) and len(value) > 0 and len(set(value.tolist())) == len(value),
    "seed_": _whole,
    "draws_": _by_code(_whole),
    "state_": _mapping,
    "sampling_strategy_": lambda value: _mapping(value) and all(_whole(n) for n in value.values()),
    "seen_levels_": _by_code(_by_code(lambda levels: _array(levels, "b"))),
    "fallback_": _by_code(lambda known: _mapping(known) and _rows(known.get("rows"))),
    "history_": lambda value: isinstance(value, list) and all(isinstance(row, dict) for row in value),
    "best_step_": _mapping,
    "n_steps_": _mapping,
    "stopped_because_": _mapping,
    "n_dropped_": _whole,
    "n_features_in_": _whole,
    "feature_names_in_": _array,
    "synthetic_mask_": lambda value: _array(value, "b"),
    "sample_weight_": lambda value: _array(value, "f"),
    "filter_rows_": _by_code(_rows),
    "filter_table_": lambda value: _mapping(value) and _rows(value.get("rows")) and _array(value.get("codes"), "iu"),
    "decision_": _mapping,
    "chosen_": lambda value: isinstance(value, str),
    "sampler_": lambda value: value is None or hasattr(value, "sample"),
}


def check_fitted(sampler: Any) -> None:
    """Refuse a sampler whose fitted attributes are not what a fit sets.

    Parameters
    ----------
    sampler : BaseSampler or Auto
        The sampler, with the attributes of its file.

    Raises
    ------
    InputError
        With the name of the attribute.
    """
    for name, test in _ATTRIBUTES.items():
        if hasattr(sampler, name) and not test(getattr(sampler, name)):
            raise _wrong(f"{name} is {_short(getattr(sampler, name))}")
    if not hasattr(sampler, "state_") and not hasattr(sampler, "decision_"):
        raise _wrong("state_ is missing")
    if hasattr(sampler, "state_"):
        absent = [
            name for name in ("classes_", "seed_", "draws_", "seen_levels_", "fallback_") if name not in vars(sampler)
        ]
        if absent:
            raise _wrong(f"{absent[0]} is missing")
        codes = range(len(sampler.classes_))
        if not set(sampler.draws_) <= set(codes) or (sampler.draws_ and "encoder_" not in vars(sampler)):
            raise _wrong(f"draws_ is {_short(sampler.draws_)}")


@contextmanager
def blamed_on_file(sampler: Any) -> Iterator[None]:
    """Say that the file is damaged, where a loaded sampler cannot draw from what the file holds.

    A file whose values were changed may hold values of the right types that do not fit each other: only drawing shows
    that.

    Parameters
    ----------
    sampler : BaseSampler
        The sampler; one that was fitted here keeps its errors.

    Yields
    ------
    None
        Around the draw.
    """
    try:
        yield
    except (OversmithError, MemoryError):
        raise
    except Exception as error:
        file = vars(sampler).get("_file")
        if file is None:
            raise
        finding = f"{file!r} holds values that do not fit each other ({describe_error(error)})"
        raise InputError("path", finding, "give the file that save wrote") from error


def _wrong(finding: str) -> InputError:
    return InputError("sampler.json", f"cannot be used: {finding}", "give the file that save wrote")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"a {type(value).__name__}"
