"""``partial_fit``: go on training from the present weights on new rows."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from oversmith.exceptions import InputError
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._model import generated_rows, restored_model, sizes_of, stored_model
from oversmith.samplers._training_run import RowSource, training_rows, training_run

# Rows a shared model draws from itself of each class that a batch does not bring, so that it does not forget it.
REPLAYED_ROWS = 256


def go_on(sampler: Any, X: Any, y: Any, sample_weight: Any = None) -> None:
    """Train a fitted sampler further; see ``partial_fit``.

    Parameters
    ----------
    sampler : NetworkSampler
        The fitted sampler; changed only when everything went well.
    X, y : table and target
        New rows.
    sample_weight : array-like of shape (n_samples,), optional
        How often each row is drawn within its class.
    """
    X, target = sampler._validate(X, y, reset=False)
    known = sampler.classes_.tolist()
    strange = [label for label in np.unique(target.labels).tolist() if label not in known]
    if strange:
        raise InputError("y", f"class {strange[0]!r} was not there in the first fit ({known})", "call fit on all rows")
    sampler.encoder_.check_levels(X)
    codes = np.searchsorted(sampler.classes_, target.labels)
    number = sampler.n_updates_ + 1
    models = sampler.state_["models"]
    trained = [code for code in sampler.draws_ if code not in sampler.fallback_]
    able = [code for code in trained if (codes == code).any()]
    table = sampler._encode(X, codes, able, _checked_weights(sample_weight, len(codes)))
    source = sampler._source()
    table = source.cleaned(table, able)
    started = time.perf_counter()
    fresh = {**sampler.state_, "models": list(models)}
    source.update(fresh, table, able)
    for index, model in enumerate(models):
        if not set(model["codes"]) & set(able):
            continue
        rng = np.random.default_rng([sampler.seed_, 4, number, index])
        players, _ = restored_model(sampler, model)
        full = _with_replay(sampler, source, table, model["codes"], rng)
        generated = [code for code in model["codes"] if code in trained]
        rows = training_rows(sampler, source, fresh, full, model["codes"], rng, generated)
        sizes = sizes_of(sampler, len(rows.x), rows.x.shape[1], len(rows.codes))
        result = sampler._trained(training_run(sampler, source, fresh, rows, sizes, rng, started, players))
        fresh["models"][index] = stored_model(sampler, result, sizes, model["codes"])
    sampler.state_, sampler.n_updates_ = fresh, number
    if sampler.identifiers_:
        sampler.encoder_.avoid_identifiers(X, sampler.n_named_)
        sampler.n_named_ = 0


def _checked_weights(sample_weight: Any, n: int) -> np.ndarray | None:
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise InputError(
            "sample_weight", f"found shape {weights.shape}", f"give {n} finite numbers, one per row of X, none negative"
        )
    return weights


def _with_replay(
    sampler: Any, source: RowSource, table: EncodedTable, codes: list[int], rng: np.random.Generator
) -> EncodedTable:
    """Add rows drawn from the model itself for the classes a batch does not bring."""
    rows, pooled, pooled_codes = dict(table.rows), [table.pooled], [table.pooled_codes]
    for code in codes:
        if code in rows or (table.pooled_codes == code).any():
            continue
        inputs = source.inputs(sampler.state_, {code: REPLAYED_ROWS}, rng)
        generated = generated_rows(sampler, sampler.state_, code, REPLAYED_ROWS, rng, inputs)
        rows[code] = generated
        pooled.append(generated)
        pooled_codes.append(np.full(len(generated), code))
    return EncodedTable(
        rows, np.concatenate(pooled), np.concatenate(pooled_codes), table.spans, table.deficit, table.weights
    )
