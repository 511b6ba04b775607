"""Every method of Oversmith by name, without importing any of them.

The public names of the package load lazily from here; the command line lists and finds methods here.
"""

from __future__ import annotations

import importlib
from typing import Any

from oversmith._methods import METHODS, Method
from oversmith.exceptions import InputError, nearest_hint

__all__ = [
    "ALIASES",
    "METHODS",
    "Method",
    "check_modality",
    "load_class",
    "method",
    "methods_by_data",
    "public_names",
]

_HEADINGS = {
    "table, series, image": "Tables, series and images",
    "series, image": "Series and images",
    "table": "Tables",
    "series": "Series and spectra",
}


def methods_by_data() -> dict[str, list[Method]]:
    """Group the methods by the kinds of data they take.

    Returns
    -------
    dict of list of Method
        Heading → methods by name, the recommended one first; methods of all kinds of data first.

    Examples
    --------
    >>> from oversmith._registry import methods_by_data
    >>> list(methods_by_data())
    ['Tables, series and images', 'Series and images', 'Tables', 'Series and spectra']
    """
    groups: dict[str, list[Method]] = {modality: [] for modality in _HEADINGS}
    for entry in sorted(METHODS.values(), key=lambda entry: (not entry.recommended, entry.kebab)):
        groups[entry.modality].append(entry)
    return {_HEADINGS[modality]: entries for modality, entries in groups.items()}


# Earlier names of methods.
ALIASES = {"series-smote": "smote"}

# Public names that are not methods: name → module.
_OTHER = {
    "Data": "oversmith.io.data",
    "Critics": "oversmith.samplers.settings",
    "DiscriminatorRows": "oversmith.samplers.settings",
    "GradientPenalty": "oversmith.samplers.settings",
    "Guidance": "oversmith.samplers.settings",
    "ImageEncoder": "oversmith.encoders.image",
    "Network": "oversmith.samplers.settings",
    "Output": "oversmith.samplers.settings",
    "ProgressBar": "oversmith.samplers._progress",
    "Refinement": "oversmith.samplers.settings",
    "SeriesEncoder": "oversmith.encoders.series",
    "SmoteStage": "oversmith.samplers.settings",
    "SpectraNetwork": "oversmith.samplers.settings",
    "Stop": "oversmith.samplers.settings",
    "TableEncoder": "oversmith.encoders.table",
    "WeightClip": "oversmith.samplers.settings",
    "BoundaryFilter": "oversmith.selection.filters",
    # Another name of ACGAN.
    "CovidGAN": "oversmith.samplers.acgan",
    "DenseClassifier": "oversmith.classifiers.dense",
    "ImageCNN": "oversmith.classifiers.image",
    "RandomConvolutionClassifier": "oversmith.classifiers.random_convolutions",
    "RandomConvolutions": "oversmith.classifiers.random_convolutions",
    "SeriesCNN": "oversmith.classifiers.series",
    "ThreePlayerClassifier": "oversmith.classifiers.three_player",
    "EOWGANClassifier": "oversmith.classifiers.eo_wgan",
    "NoveltyFilter": "oversmith.selection.filters",
    "OutlierRemover": "oversmith.preprocessing.outliers",
    "AxisResampler": "oversmith.preprocessing.axis",
    "BaselineRemover": "oversmith.preprocessing.baseline",
    "SavitzkyGolay": "oversmith.preprocessing.smoothing",
    "SpectraAligner": "oversmith.preprocessing.alignment",
    "StandardNormalVariate": "oversmith.preprocessing.scatter",
    "PriorCorrectedClassifier": "oversmith.classifiers.prior_corrected",
    "ScalableSVC": "oversmith.classifiers.svm",
    "SpectraCNN": "oversmith.classifiers.spectra",
    "WeightedResampler": "oversmith.classifiers.weighted",
    "SensorFeatures": "oversmith.preprocessing.sensor",
    "Results": "oversmith.results",
    "compare": "oversmith._compare",
    "check_leakage": "oversmith.evaluation.leakage",
    "check_split": "oversmith.evaluation.split_check",
    "eo_wgan_variants": "oversmith.samplers.eo_wgan_variants",
    "load": "oversmith.samplers.persistence",
    "load_demo": "oversmith.datasets.embedded",
    "read": "oversmith.io.read",
    "tune": "oversmith.samplers.tune",
}


# Over-samplers of imbalanced-learn that people ask for here.
_IMBALANCED_LEARN = ("smotenc", "smoten", "adasyn", "random-over-sampling")


def method(kebab: str) -> Method:
    """Look a method up by its command-line name.

    Parameters
    ----------
    kebab : str
        Name in kebab case.

    Returns
    -------
    Method
        The entry.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith._registry import method
    >>> method("eo-wgan").name
    'EOWGAN'
    """
    name = ALIASES.get(kebab, kebab)
    if name in METHODS:
        return METHODS[name]
    if kebab in _IMBALANCED_LEARN:
        raise InputError(
            "method",
            f"{kebab!r} is imbalanced-learn's",
            "a comparison sets every method against SMOTE by itself, a benchmark takes it as a contender",
        )
    raise InputError("method", f"{kebab!r} is not a method of Oversmith", nearest_hint(kebab.lower(), METHODS))


_ARE = {"table": "a table", "series": "series", "image": "images"}


def check_modality(kebab: str, modality: str) -> None:
    """Refuse a method that does not take such data.

    Parameters
    ----------
    kebab : str
        The method in kebab case.
    modality : {"table", "series", "image"}
        What the data are.

    Raises
    ------
    InputError
        The message names the methods that do.

    Examples
    --------
    >>> from oversmith._registry import check_modality
    >>> check_modality("ganbats", "table")
    Traceback (most recent call last):
    oversmith.exceptions.InputError: method: 'ganbats' takes series and the data are a table; choose one of eo-wgan, ...
    """
    takes = method(kebab).modality
    if modality not in takes.split(", "):
        able = [entry.kebab for entry in METHODS.values() if modality in entry.modality.split(", ")]
        finding = f"{kebab!r} takes {takes} and the data are {_ARE[modality]}"
        raise InputError("method", finding, f"choose one of {', '.join(able)}")


def load_class(kebab: str) -> Any:
    """Import the class of a method, named in kebab case.

    Parameters
    ----------
    kebab : str
        Name in kebab case.

    Returns
    -------
    type
        The sampler class.
    """
    entry = method(kebab)
    return getattr(importlib.import_module(entry.module), entry.name)


def public_names() -> dict[str, str]:
    """Public names of the package: name → module that defines it.

    Examples
    --------
    >>> from oversmith._registry import public_names
    >>> public_names()["EOWGAN"]
    'oversmith.samplers.eo_wgan'
    """
    return {entry.name: entry.module for entry in METHODS.values()} | _OTHER
