"""A comparison stored beside its results, and read again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from oversmith.evaluation.comparison import Comparison
from oversmith.evaluation.store import Store
from oversmith.evaluation.store_file import StoreError

META = "comparison"


def keep_comparison(store: Store, comparison: Comparison, keys: Sequence[str], units: Mapping[str, str]) -> None:
    """Store a comparison beside its results, without predictions and embeddings, which are there already.

    Parameters
    ----------
    store : Store
        Where the results are.
    comparison : Comparison
        The comparison.
    keys : sequence of str
        Keys of the results, one for each row of its scores.
    units : mapping of str to str
        Contender to the fit whose embedding is shown.
    """
    content = {"comparison": comparison.to_dict(), "keys": list(keys), "units": dict(units)}
    store.set_meta(META, json.dumps(content))


def stored_comparison(store: Store) -> Comparison:
    """Read the comparison that was last finished in a store.

    Parameters
    ----------
    store : Store
        The store.

    Returns
    -------
    Comparison
        With its predictions and embeddings.

    Raises
    ------
    StoreError
        When no comparison was finished there.
    InputError
        When another version wrote it.

    Examples
    --------
    >>> import numpy as np
    >>> import oversmith as om
    >>> from oversmith.evaluation import Store, stored_comparison
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15])
    >>> with Store() as store:
    ...     results = om.compare(X, y, contenders=["none-tuned"], classifiers=["knn"], n_jobs=1, store=store)
    ...     stored_comparison(store).scores == results.comparison.scores
    True
    """
    text = store.meta(META)
    if text is None:
        where = "the store" if store.folder is None else repr(str(store.folder))
        raise StoreError(f"store: no comparison was finished in {where}; finish it first")
    content: dict[str, Any] = json.loads(text)
    comparison = Comparison.from_dict(content["comparison"])
    for row, key in zip(comparison.scores, content["keys"], strict=True):
        predicted = store.predictions(key)
        if predicted is not None:
            cell = {name: row[name] for name in ("repeat", "fold", "contender", "classifier")}
            arrays = {name: predicted[name] for name in ("rows", "y", "scores")}
            comparison.predictions.append(cell | arrays | {"threshold": row["threshold"]})
    for name, unit in content["units"].items():
        embedding = store.details(unit).get("embedding")
        if embedding:
            comparison.embedding[name] = embedding
    return comparison
