"""Members of other samplers: what `Blend` and `PCASampler` make of a name or of the caller's over-sampler."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.base import clone

from oversmith._adapter import BaseOverSampler
from oversmith._registry import load_class, method
from oversmith.exceptions import InputError
from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers._smote import discrete_columns, rows_from, smote_rows
from oversmith.samplers.base import BaseSampler

# Neighbours of the built-in SMOTE.
K_NEIGHBORS = 5
# Rows of other classes kept for over-samplers of imbalanced-learn that look at the neighbours of another class.
MAX_OTHER_ROWS = 2_000
# Parameters that concern the table: the host's say, not a member's.
TABLE_PARAMETERS = tuple(name for name in inspect.signature(BaseSampler).parameters if name != "random_state")


class SmoteMember(BaseSampler):
    """The built-in SMOTE."""

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        discrete = discrete_columns(table.spans, table.pooled.shape[1])
        return {"rows": {code: table.rows[code] for code in classes}, "discrete": discrete}

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        return smote_rows(state["rows"][code], state["discrete"], n, K_NEIGHBORS, rng)


class ForeignMember(BaseSampler):
    """An over-sampler of imbalanced-learn, on encoded rows."""

    def __init__(self, *, sampler: Any, argument: str, **common: Any) -> None:
        super().__init__(**common)
        self.sampler = sampler
        self.argument = argument

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        rng = np.random.default_rng([seed, 2])
        others = {}
        for code in classes:
            index = np.flatnonzero(table.pooled_codes != code)
            others[code] = table.pooled[rng.permutation(index)[:MAX_OTHER_ROWS]]
        return {"rows": {code: table.rows[code] for code in classes}, "others": others}

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        rows, others = state["rows"][code], state["others"][code]
        return rows_from(self.sampler, rows, others, self.encoder_.spans_, n, rng, argument=self.argument)


def member_from(entry: Any, argument: str) -> BaseSampler:
    """Make a fresh member from a name or from the caller's object.

    Parameters
    ----------
    entry : str or over-sampler
        ``"smote"``, a method in kebab case, or an over-sampler of Oversmith or imbalanced-learn.
    argument : str
        The argument that error messages name.

    Returns
    -------
    BaseSampler
        To be joined to a host by ``_join``, then used through ``_train`` and ``_generate``.

    Raises
    ------
    InputError
        For anything that is not an over-sampler, and for one that sets what is its host's say.
    """
    if isinstance(entry, str):
        return _named(entry, argument)
    if isinstance(entry, BaseSampler):
        sampler = clone(entry)
        _check_table_parameters(sampler, argument)
        sampler._validate_params()
        return sampler
    if isinstance(entry, BaseOverSampler):
        if entry.sampling_strategy != "auto":
            raise _not_its_say(entry, "sampling_strategy", argument)
        return ForeignMember(sampler=clone(entry), argument=argument)
    cure = "give over-samplers of Oversmith or imbalanced-learn, or names such as 'smote' and 'gaussian-mixture'"
    if isinstance(entry, type) and issubclass(entry, BaseOverSampler):
        cure = f"make one of it: {entry.__name__}()"
    raise InputError(f"{argument}: found {entry!r}, which is not an over-sampler; {cure}")


def _named(name: str, argument: str) -> BaseSampler:
    if name == "smote":
        return SmoteMember()
    try:
        method(name)
    except InputError as error:
        raise InputError(f"{argument}: {str(error).removeprefix('method: ')}, or 'smote'") from None
    sampler = load_class(name)()
    if not isinstance(sampler, BaseSampler):
        raise InputError(f"{argument}: {name!r} does not generate rows of its own; leave it out")
    return sampler


def _check_table_parameters(sampler: BaseSampler, argument: str) -> None:
    defaults = inspect.signature(type(sampler)).parameters
    for name in TABLE_PARAMETERS:
        value, default = getattr(sampler, name), defaults[name].default
        plain = value is None or isinstance(value, str | bool | int | float)
        if not (plain and value == default):
            raise _not_its_say(sampler, name, argument)
    if sampler._synthetic_weight() != 1.0:
        raise InputError(
            f"{argument}: {type(sampler).__name__} weighs its rows {sampler._synthetic_weight()}, those of its host "
            "weigh 1; leave its weight at 1"
        )


def _not_its_say(sampler: Any, name: str, argument: str) -> InputError:
    return InputError(
        f"{argument}: {type(sampler).__name__} sets {name}={getattr(sampler, name)!r}, which is its host's say; leave "
        "it at its default there and set it on the outer sampler"
    )
