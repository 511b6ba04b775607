"""Choosing a sampler's parameters on training rows: inner folds, Optuna, resumable, never worse than the default."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics import get_scorer

from oversmith._adapter import take_rows
from oversmith._card import card
from oversmith.encoders import TableEncoder
from oversmith.exceptions import DivergedError, InputError, MissingExtraError, nearest_hint
from oversmith.samplers._judges import default_judges
from oversmith.selection import stratified_folds

# What a parameter may be: choices, or (low, high), or (low, high, "log").
Space = Mapping[str, Sequence[Any]]
_STARTUP_TRIALS = 5


@dataclass(frozen=True)
class TuneResult:
    """What a search found.

    Parameters
    ----------
    sampler : over-sampler
        Not fitted: with the best parameters, or the one given when no trial beat it.
    best_params : dict
        The parameters that were changed; empty when no trial beat the sampler given.
    best_score, default_score : float
        Mean inner score of ``sampler`` and of the sampler given; higher is better.
    trials : list of dict
        ``number``, ``params``, ``score`` (None without one), ``state`` (``"complete"``, ``"pruned"`` or ``"fail"``),
        and ``error`` where a trial failed.
    """

    sampler: Any
    best_params: dict[str, Any]
    best_score: float
    default_score: float
    trials: list[dict[str, Any]] = field(repr=False)

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        states = [trial["state"] for trial in self.trials]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        gain = f"inner score {self.best_score:.3f}; as given {self.default_score:.3f}".replace("-", "−")
        return card(
            f"Search over {type(self.sampler).__name__}",
            [gain if self.best_params else f"No trial beat the sampler given; {gain}"],
            columns=("parameter", "best"),
            rows=list(self.best_params.items()),
            notes=[f"{len(states)} trials: {counts}"],
        )


def tune(
    sampler: Any,
    X: Any,
    y: Any,
    *,
    scoring: Any = "average_precision",
    estimator: Any = None,
    n_trials: int = 30,
    grid: bool = False,
    space: Space | None = None,
    n_splits: int = 3,
    max_seconds: float | None = None,
    storage: str | os.PathLike[str] | None = None,
    random_state: int = 0,
    verbose: bool = False,
) -> TuneResult:
    """Search the parameters of a sampler that make a classifier better on rows it has not seen.

    Every trial resamples inside each inner fold and scores the classifier on the fold's real rows. Trials whose mean
    falls behind the median of those before are pruned; trainings that diverge and parameters that do not suit the rows
    are failed trials.

    Parameters
    ----------
    sampler : over-sampler
        The sampler to tune; it is not changed.
    X, y : table and target
        Training rows. Rows for a test must not be among them.
    scoring : str or callable, default="average_precision"
        A scikit-learn scorer; for several classes for example ``"f1_macro"`` or ``"roc_auc_ovr"``.
    estimator : classifier, default=None
        The classifier, given ``X`` as it is; ``None`` takes the mean over a logistic regression and histogram gradient
        boosting on encoded rows.
    n_trials : int, default=30
        Trials in all, those of a resumed study included. Ignored with ``grid=True``, which tries every point.
    grid : bool, default=False
        Search the grid of Riaz et al. 2025 (learning rate, batch size, penalty weight, critic updates: 108 points)
        instead of sampling the space.
    space : mapping of str to sequence, default=None
        Parameter → list of choices, or ``(low, high)``, or ``(low, high, "log")``, a tuple; by default the sampler's
        ``hyperparameter_space()``. With ``grid=True``, lists alone.
    n_splits : int, default=3
        Inner folds.
    max_seconds : float or None, default=None
        Wall-clock budget; the trial under way is finished.
    storage : path-like or None, default=None
        SQLite file that keeps the study: a search that was interrupted goes on from it. A file of another search is
        refused.
    random_state : int, default=0
        Seed of folds, trials and samplers. An interrupted and resumed search tries what an uninterrupted one does.
    verbose : bool, default=False
        Whether to show a progress bar on standard error.

    Returns
    -------
    TuneResult
        The tuned sampler, its parameters and scores.

    Raises
    ------
    InputError
        For an unknown parameter in ``space``, a storage of another search, or when no trial was completed.
    MissingExtraError
        When Optuna is not installed (``pip install 'oversmith[tune]'``).

    Notes
    -----
    The best of many trials looks better on the inner folds than it is. Judge the tuned sampler on other rows, as
    ``oversmith compare`` does. Deviations from the paper: Riaz et al. 2025 tune on a validation set of 15 % of the
    rows; here every row of the training part is used by inner cross-validation.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import EOWGAN, tune
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(2, 1, (12, 2))])
    >>> y = np.repeat([0, 1], [60, 12])
    >>> found = tune(EOWGAN(max_steps=2), X, y, n_trials=2, space={"smote_share": [0.0, 1.0]})  # doctest: +SKIP
    >>> found.best_score >= found.default_score  # doctest: +SKIP
    True
    """
    optuna = _optuna()
    space = _checked_space(sampler, space, grid)
    labels = np.asarray(y)
    folds = stratified_folds(labels, n_splits, random_state=random_state)
    judges = default_judges(random_state) if estimator is None else {"estimator": estimator}
    scorer = get_scorer(scoring)
    base = clone(sampler)
    if "random_state" in base.get_params(deep=False):
        base.set_params(random_state=random_state)

    def fold_score(candidate: Any, fold: int) -> float:
        train, test = folds[fold]
        X_made, y_made = clone(candidate).fit_resample(take_rows(X, train), labels[train])
        seen = take_rows(X, test)
        models = [clone(judge).fit(X_made, y_made) for judge in judges.values()]
        return float(np.mean([scorer(model, seen, labels[test]) for model in models]))

    started = time.perf_counter()
    with _quiet(optuna):
        study = _open(optuna, storage, _fingerprint(sampler, X, labels, scoring, estimator, space, grid, random_state))
        if "default_score" not in study.user_attrs:
            study.set_user_attr("default_score", float(np.mean([fold_score(base, f) for f in range(n_splits)])))
        total = int(np.prod([len(choices) for choices in space.values()])) if grid else n_trials
        with _progress(verbose, total) as advance:
            for number in range(_n_finished(study), total):
                if max_seconds is not None and time.perf_counter() - started >= max_seconds:
                    break
                _one_trial(optuna, study, number, space, grid, base, fold_score, n_splits, random_state)
                advance()
    return _result(study, base, space, max_seconds)


def _one_trial(
    optuna: Any,
    study: Any,
    number: int,
    space: Space,
    grid: bool,
    base: Any,
    fold_score: Any,
    n_splits: int,
    seed: int,
) -> None:
    # A sampler of its own for every trial: what is tried does not depend on where a search was interrupted.
    if grid:
        point = list(itertools.product(*space.values()))[number]
        study.enqueue_trial(dict(zip(space, point, strict=True)))
    study.sampler = optuna.samplers.TPESampler(seed=seed + number, n_startup_trials=_STARTUP_TRIALS)
    trial = study.ask()
    params = {name: _suggest(trial, name, choices) for name, choices in space.items()}
    scores: list[float] = []
    try:
        candidate = clone(base).set_params(**params)
        for fold in range(n_splits):
            scores.append(fold_score(candidate, fold))
            trial.report(float(np.mean(scores)), fold)
            if fold + 1 < n_splits and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                return
    except (DivergedError, ValueError) as error:
        # Parameters that do not go together with these rows are a result, too.
        trial.set_user_attr("error", str(error))
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
        return
    study.tell(trial, float(np.mean(scores)))


def _suggest(trial: Any, name: str, choices: Sequence[Any]) -> Any:
    if isinstance(choices, list):
        return trial.suggest_categorical(name, choices)
    low, high = choices[:2]
    log = len(choices) == 3
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, log=log)
    return trial.suggest_float(name, low, high, log=log)


def _result(study: Any, base: Any, space: Space, max_seconds: float | None) -> TuneResult:
    trials = [
        {"number": t.number, "params": dict(t.params), "score": t.value, "state": t.state.name.lower()}
        | ({"error": t.user_attrs["error"]} if "error" in t.user_attrs else {})
        for t in study.get_trials(deepcopy=False)
        if t.state.is_finished()
    ]
    done = [trial for trial in trials if trial["state"] == "complete"]
    if not done:
        errors = [trial["error"] for trial in trials if "error" in trial]
        if errors:
            finding = f"all {len(trials)} trials failed, the last one with: {errors[-1]}"
            raise InputError("space", finding, "leave out the values that fail")
        raise InputError("max_seconds", f"no trial was completed within {max_seconds} s", "give the search more time")
    default = study.user_attrs["default_score"]
    best = max(done, key=lambda trial: trial["score"])
    better = best["score"] > default
    params = best["params"] if better else {}
    return TuneResult(
        sampler=clone(base).set_params(**params),
        best_params=params,
        best_score=best["score"] if better else default,
        default_score=default,
        trials=trials,
    )


def _checked_space(sampler: Any, space: Space | None, grid: bool) -> Space:
    if space is None:
        if not hasattr(sampler, "hyperparameter_space"):
            raise InputError(
                "space",
                f"{type(sampler).__name__} brings no search space of its own",
                "give one, for example {'k_neighbors': [3, 5, 7]}",
            )
        space = sampler.hyperparameter_space(grid=grid)
    known = sampler.get_params()
    for name, choices in space.items():
        if name not in known:
            finding = f"{type(sampler).__name__} has no parameter {name!r}"
            raise InputError("space", finding, nearest_hint(name, known))
        is_range = isinstance(choices, tuple) and len(choices) in (2, 3) and choices[0] < choices[1]
        if not (isinstance(choices, list) and choices) and (grid or not is_range):
            needed = "a list of choices" if grid else "a list of choices, (low, high) or (low, high, 'log')"
            raise InputError("space", f"found {choices!r} for {name!r}", f"give {needed}")
    if not space:
        raise InputError("space", "it is empty", "name at least one parameter")
    return space


def _open(optuna: Any, storage: str | os.PathLike[str] | None, fingerprint: str) -> Any:
    url = None if storage is None else f"sqlite:///{os.path.abspath(os.fspath(storage))}"
    study = optuna.create_study(
        storage=url,
        study_name="oversmith",
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP_TRIALS),
    )
    stored = study.user_attrs.get("fingerprint")
    if stored is None:
        study.set_user_attr("fingerprint", fingerprint)
    elif stored != fingerprint:
        raise InputError(
            "storage",
            f"{os.fspath(storage or '')!r} keeps a search with other rows, folds, space or parameters",
            "give another file, or the arguments of that search",
        )
    # A trial that was under way when the process ended is tried again.
    for trial in study.get_trials(deepcopy=False):
        if not trial.state.is_finished():
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
            study.set_user_attr("abandoned", [*study.user_attrs.get("abandoned", []), trial.number])
    return study


def _n_finished(study: Any) -> int:
    return len(study.get_trials(deepcopy=False)) - len(study.user_attrs.get("abandoned", []))


def _fingerprint(
    sampler: Any, X: Any, y: np.ndarray, scoring: Any, estimator: Any, space: Space, grid: bool, seed: int
) -> str:
    digest = hashlib.sha256(TableEncoder().fit(X).transform(X).tobytes())
    digest.update("\n".join(map(str, y)).encode())
    about = [repr(sampler), repr(scoring), repr(estimator), {k: list(v) for k, v in space.items()}, grid, seed]
    digest.update(json.dumps(about, default=repr).encode())
    return digest.hexdigest()


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("optuna is not installed; pip install 'oversmith[tune]'") from error
    return optuna


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Keep Optuna's log lines off standard error while a search runs."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


@contextmanager
def _progress(verbose: bool, total: int) -> Iterator[Any]:
    if not verbose:
        yield lambda: None
        return
    from oversmith.samplers._progress import count_bar

    with count_bar("tuning", total) as advance:
        yield advance
