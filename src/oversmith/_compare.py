"""``oversmith.compare``: plan a comparison, run it, and return its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oversmith.evaluation import Store, comparison_plan
from oversmith.evaluation.compare import run_comparison
from oversmith.results import Results

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from oversmith.datasets import SpectralAxis
    from oversmith.encoders.reading import Channels
    from oversmith.evaluation import Classifier, Contender
    from oversmith.evaluation.runner import Progress
    from oversmith.io.bounds import Bounds


def compare(
    X: pd.DataFrame | ArrayLike,
    y: pd.Series | ArrayLike,
    *,
    methods: Sequence[str] | None = None,
    classifiers: Sequence[str | Classifier] | None = None,
    contenders: Sequence[str | Contender] | None = None,
    positive: object = None,
    groups: ArrayLike | None = None,
    folds: int | None = None,
    repeats: int = 1,
    inner_folds: int = 3,
    thin: float | None = None,
    max_steps: int | None = None,
    bounds: Bounds = None,
    axis: SpectralAxis | None = None,
    modality: str = "auto",
    channels: Channels = "auto",
    random_state: int | np.random.RandomState | np.random.Generator = 0,
    n_jobs: int | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
    name: str = "data",
    target: str = "target",
) -> Results:
    """Compare ways to treat imbalance under several classifiers, without leakage.

    Repeated stratified K-fold, the same folds for all. Imputation, scaling, encoding, resampling and the choice of the
    threshold see the training part alone: each fit is one imbalanced-learn Pipeline. The primary metric (average
    precision) and the control (no resampling, tuned threshold) are set before the run.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n, d)
        Features of any type, with missing values where they are missing. An array of shape (n, channels, length) holds
        series, one of shape (n, channels, height, width) images.
    y : array-like of shape (n,)
        Labels of two or more classes.
    methods : sequence of str, optional
        Methods of Oversmith among the contenders, as ``oversmith methods`` names them; each fills a third of the
        deficit, and all of it. EO-WGAN by default, ThreePlayerGAN for spectra (series with an ``axis``), CGAN for
        images.
    classifiers : sequence of str or Classifier, optional
        Names such as ``"lr"``, or entries of your own; classifiers of several kinds by default.
    contenders : sequence of str or Contender, optional
        All contenders by name, or entries of your own, in place of the default ones and ``methods``.
    positive : object, optional
        The positive class, against all others together. Of two classes the smaller one by default; several classes are
        compared by means over classes unless given.
    groups : array-like of shape (n,), optional
        Group of every row, such as a patient: no group is in both the training and the test part.
    folds : int, optional
        Folds of the cross-validation: five by default, or fewer where the rows of a class lie in fewer groups.
    repeats : int, default=1
        How often the cross-validation is repeated with other splits.
    inner_folds : int, default=3
        Folds inside the training part on which the threshold is tuned.
    thin : float, optional
        Make the positive class rarer in the training parts: so many negative rows to one positive row.
    max_steps : int, optional
        Training steps of each generator at most.
    bounds : {"observed", "non-negative"} or (float, float), optional
        Bounds of generated series and images.
    axis : SpectralAxis, optional
        Where the points of spectra lie.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What ``X`` holds; needed for grey images (n, height, width).
    channels : {"auto", "first", "last"}, default="auto"
        Where the channels of series and images are: ``"last"`` for series (n, length, channels) and images (n, height,
        width, channels). ``"auto"`` is the first, and refuses series that look turned round: of one time point, or with
        far more channels than time points.
    random_state : int, RandomState or Generator, default=0
        Seed of splits, samplers and classifiers; one is drawn from a RandomState or a Generator.
    n_jobs : int, optional
        Processes; the number of cores by default. The results do not depend on it, but for the seconds.
    store : Store, optional
        Keeps results as they come. What is there already is not run again, so that an interrupted comparison goes on.
    progress : callable, optional
        Called as ``progress(done, total, label)`` after each fit.
    name, target : str
        What the data and the label are called in the report.

    Returns
    -------
    Results
        Scores, leaderboard, effects, verdict, report.

    Raises
    ------
    InputError
        For data or arguments that cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> import oversmith as om
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["no", "yes"], [80, 20])
    >>> X = rng.normal(size=(100, 3)) + (y == "yes")[:, None]
    >>> results = om.compare(X, y, contenders=["none-tuned", "smote"], classifiers=["knn"], n_jobs=1)
    >>> len(results.scores), results.verdict.contender
    (10, 'smote')
    """
    plan = comparison_plan(
        X,
        y,
        methods=methods,
        classifiers=classifiers,
        contenders=contenders,
        positive=positive,
        groups=groups,
        folds=folds,
        repeats=repeats,
        inner_folds=inner_folds,
        thin=thin,
        max_steps=max_steps,
        bounds=bounds,
        axis=axis,
        modality=modality,
        channels=channels,
        random_state=random_state,
        name=name,
        target=target,
    )
    return Results(run_comparison(plan, store, n_jobs=n_jobs, bounds=bounds, progress=progress))
