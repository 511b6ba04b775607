"""Members of other samplers: `Blend` and `PCASampler` take a name or the caller's over-sampler."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone

from oversmith._adapter import BaseOverSampler
from oversmith._parameters import Settings, parameter_names
from oversmith._registry import load_class, method
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._smote import rows_from
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.settings import OverSampler

# Rows of other classes kept for over-samplers of imbalanced-learn that look at the neighbours of another class.
MAX_OTHER_ROWS = 2_000
# Parameters that concern the table: those of the host count, not those of a member.
TABLE_PARAMETERS = tuple(name for name in parameter_names(BaseSampler) if name != "random_state")


class ForeignMember(BaseSampler):
    """An over-sampler of imbalanced-learn, on encoded rows."""

    sampler: OverSampler | None = None
    argument: str = "samplers"

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
        A method in kebab case, such as ``"smote"``, or an over-sampler of Oversmith or imbalanced-learn.
    argument : str
        The argument that error messages name.

    Returns
    -------
    BaseSampler
        To be joined to a host by ``_join``, then used through ``_train`` and ``_generate``.

    Raises
    ------
    InputError
        For anything that is not an over-sampler, and for one that sets what only the outer sampler can.
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
            raise _set_by_host(entry, "sampling_strategy", argument)
        return ForeignMember(sampler=clone(entry), argument=argument)
    cure = "give over-samplers of Oversmith or imbalanced-learn, or names such as 'smote' and 'gaussian-mixture'"
    if isinstance(entry, type) and issubclass(entry, BaseOverSampler):
        cure = f"make one of it: {entry.__name__}()"
    raise InputError(argument, f"found {entry!r}, which is not an over-sampler", cure)


def _named(name: str, argument: str) -> BaseSampler:
    try:
        method(name)
    except InputError as error:
        raise InputError(argument, error.finding or "", error.cure) from None
    sampler = load_class(name)()
    if not isinstance(sampler, BaseSampler):
        raise InputError(argument, f"{name!r} does not generate rows of its own", "leave it out")
    return sampler


def _check_table_parameters(sampler: BaseSampler, argument: str) -> None:
    defaults = type(sampler)()
    for name in TABLE_PARAMETERS:
        value, default = getattr(sampler, name), getattr(defaults, name)
        if isinstance(value, Settings):
            default = defaults._group(name)
        plain = value is None or isinstance(value, str | bool | int | float | Settings)
        if not (plain and value == default):
            raise _set_by_host(sampler, name, argument)


def _set_by_host(sampler: Any, name: str, argument: str) -> InputError:
    return InputError(
        argument,
        f"{type(sampler).__name__} sets {name}={getattr(sampler, name)!r}, which only the outer sampler can",
        "leave it at its default there and set it on the outer sampler",
    )
