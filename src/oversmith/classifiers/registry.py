"""Classifiers by name: what evaluations, studies and guides build, with one set of settings.

Every entry gives an unfitted estimator that uses one thread, as far as its library lets an estimator say so:
histogram boosting takes as many threads as OpenMP offers it, dense networks as many as XLA does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oversmith.exceptions import InputError, MissingExtraError, nearest_hint


@dataclass(frozen=True)
class ClassifierEntry:
    """A classifier by name.

    Parameters
    ----------
    name : str
        Short name in kebab case.
    title : str
        Name for readers.
    build : callable
        A module-level function from a seed to an unfitted estimator; raises `MissingExtraError` where its library is
        not installed.
    long_name : str
        The name in records of evaluations; accepted as well as ``name``.
    papers : tuple of str
        Papers that use the classifier, keys of :data:`oversmith.papers.PAPERS`.
    extra : str or None
        Extra of Oversmith that brings its library.
    """

    name: str
    title: str
    build: Callable[[int], Any]
    long_name: str
    papers: tuple[str, ...] = ()
    extra: str | None = None


def _logistic_regression(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, random_state=seed)


def _random_forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_jobs=1, random_state=seed)


def _xgboost(seed: int) -> Any:
    try:
        from xgboost import XGBClassifier
    except ImportError as error:
        raise MissingExtraError("xgboost is not installed; pip install 'oversmith[boost]'") from error
    return XGBClassifier(n_jobs=1, random_state=seed, verbosity=0)


def _histogram_boosting(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=seed)


def _svm(seed: int) -> Any:
    from oversmith.classifiers.svm import ScalableSVC

    return ScalableSVC(random_state=seed)


def _knn(seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier()


def _mlp(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(max_iter=500, random_state=seed)


def _dense(seed: int) -> Any:
    from oversmith.classifiers.dense import DenseClassifier

    return DenseClassifier(random_state=seed)


def _tree(seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(random_state=seed)


def _balanced_forest(seed: int) -> Any:
    from imblearn.ensemble import BalancedRandomForestClassifier

    # Every tree draws its rows with replacement, the classes alike, as Chen, Liaw and Breiman describe.
    return BalancedRandomForestClassifier(
        sampling_strategy="all", replacement=True, bootstrap=False, n_jobs=1, random_state=seed
    )


def _easy_ensemble(seed: int) -> Any:
    from imblearn.ensemble import EasyEnsembleClassifier

    return EasyEnsembleClassifier(n_jobs=1, random_state=seed)


def _cnn(seed: int) -> Any:
    from oversmith.classifiers.series import SeriesCNN

    return SeriesCNN(random_state=seed)


def _spectra_cnn(seed: int) -> Any:
    from oversmith.classifiers.spectra import SpectraCNN

    return SpectraCNN(random_state=seed)


def _image_cnn(seed: int) -> Any:
    from oversmith.classifiers.image import ImageCNN

    return ImageCNN(random_state=seed)


def _rocket(seed: int) -> Any:
    from oversmith.classifiers.random_convolutions import RandomConvolutionClassifier

    return RandomConvolutionClassifier(random_state=seed)


CLASSIFIERS: dict[str, ClassifierEntry] = {
    entry.name: entry
    for entry in (
        ClassifierEntry("lr", "Logistic regression", _logistic_regression, "logistic-regression", ("riaz2025",)),
        ClassifierEntry("rf", "Random forest", _random_forest, "random-forest", ("riaz2025",)),
        ClassifierEntry("xgb", "XGBoost", _xgboost, "xgboost", ("riaz2025",), extra="boost"),
        ClassifierEntry("hgb", "Histogram gradient boosting", _histogram_boosting, "histogram-gradient-boosting"),
        ClassifierEntry("svm", "Support vector machine", _svm, "support-vector-machine", ("riaz2025",)),
        ClassifierEntry("knn", "k nearest neighbours", _knn, "knn", ("riaz2025",)),
        ClassifierEntry("mlp", "Multi-layer perceptron (scikit-learn)", _mlp, "multi-layer-perceptron"),
        ClassifierEntry("dense", "Dense network", _dense, "dense-network", ("riaz2025", "sharma2022")),
        ClassifierEntry("tree", "Decision tree", _tree, "decision-tree"),
        ClassifierEntry("brf", "Balanced random forest", _balanced_forest, "balanced-random-forest"),
        ClassifierEntry("cnn", "Convolutional network", _cnn, "convolutional-network", ("liu2023",)),
        ClassifierEntry(
            "spectra-cnn", "Convolutional network of Chung et al. 2024", _spectra_cnn, "spectra-network", ("chung2024",)
        ),
        ClassifierEntry("image-cnn", "Convolutional network for images", _image_cnn, "image-network"),
        ClassifierEntry("rocket", "Random convolutions", _rocket, "random-convolutions"),
        ClassifierEntry("easy", "Easy ensemble", _easy_ensemble, "easy-ensemble"),
    )
}
"""Short name to entry."""


def find_classifier(name: str) -> ClassifierEntry:
    """Look a classifier up by its short or its long name.

    Parameters
    ----------
    name : str
        For example ``"lr"`` or ``"logistic-regression"``.

    Returns
    -------
    ClassifierEntry
        The entry.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith.classifiers import find_classifier
    >>> find_classifier("random-forest").name, find_classifier("rf").title
    ('rf', 'Random forest')
    """
    known = CLASSIFIERS | {entry.long_name: entry for entry in CLASSIFIERS.values()}
    if name in known:
        return known[name]
    raise InputError("classifier", f"{name!r} is not a classifier of Oversmith", nearest_hint(name, known))


def classifier(name: str, seed: int = 0) -> Any:
    """Build a classifier by name.

    Parameters
    ----------
    name : str
        Short or long name of an entry of `CLASSIFIERS`.
    seed : int, default=0
        Seed of the estimator.

    Returns
    -------
    estimator
        Not fitted, with ``predict_proba``.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.
    MissingExtraError
        Where the classifier's library is not installed; the message names the extra that brings it.

    Examples
    --------
    >>> from oversmith.classifiers import classifier
    >>> classifier("knn")
    KNeighborsClassifier()
    >>> classifier("dense", seed=3)
    DenseClassifier(random_state=3)
    """
    return find_classifier(name).build(seed)
