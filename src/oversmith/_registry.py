"""Every method of Oversmith by name, without importing any of them.

The public names of the package load lazily from here; the command line lists and finds methods here.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from oversmith.exceptions import InputError, nearest_hint


@dataclass(frozen=True)
class Method:
    """One method: where it is defined, and what to know before loading it.

    Parameters
    ----------
    name : str
        Class name, the public name in ``oversmith``.
    kebab : str
        The name on the command line.
    module : str
        Module that defines the class.
    modality : str
        Kinds of data, comma-separated: ``"table"``, ``"series"``, ``"spectra"``, ``"image"``.
    needs : str
        What the method needs beyond two rows of a class.
    cost : str
        Cost class: ``"low"`` (milliseconds), ``"medium"`` (seconds), ``"high"`` (minutes).
    summary : str
        One sentence.
    written : str
        The usual name of the method, where that is not the class name.
    source : str
        The paper that publishes the method, a key of :data:`oversmith.papers.PAPERS`; empty for a method composed here.
    recommended : str
        Why it is the method to try first among those that take the same data; one method of each such group has it.
    """

    name: str
    kebab: str
    module: str
    modality: str
    needs: str
    cost: str
    summary: str
    written: str = ""
    source: str = ""
    recommended: str = ""

    @property
    def title(self) -> str:
        """The method's name for readers."""
        return self.written or self.name


METHODS: dict[str, Method] = {
    method.kebab: method
    for method in (
        Method(
            name="EOWGAN",
            kebab="eo-wgan",
            module="oversmith.samplers.eo_wgan",
            source="riaz2025",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="SMOTE rows refined by a Wasserstein GAN trained on minority and SMOTE rows together.",
            written="EO-WGAN",
            recommended="on 26 tables it lost least against a tuned threshold, average precision -0.001",
        ),
        Method(
            name="GAN",
            kebab="gan",
            module="oversmith.samplers.gan",
            source="goodfellow2014",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="A generator and a discriminator, from noise: the baseline of the papers.",
        ),
        Method(
            name="CGAN",
            kebab="cgan",
            module="oversmith.samplers.cgan",
            source="mirza2014",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="One GAN of all classes with the class as an input, so that small classes profit from large ones.",
        ),
        Method(
            name="WGAN",
            kebab="wgan",
            module="oversmith.samplers.wgan",
            source="arjovsky2017",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="A GAN with a Wasserstein critic and clipped weights.",
        ),
        Method(
            name="WGANGP",
            kebab="wgan-gp",
            module="oversmith.samplers.wgan_gp",
            source="gulrajani2017",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="A GAN with a Wasserstein critic and a gradient penalty: EO-WGAN without SMOTE.",
            written="WGAN-GP",
        ),
        Method(
            name="CWGANGP",
            kebab="cwgan-gp",
            module="oversmith.samplers.cwgan_gp",
            source="engelmann2021",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="One WGAN-GP of all classes, with a classifier that keeps generated rows in their class.",
            written="CWGAN-GP",
        ),
        Method(
            name="SMOTifiedGAN",
            kebab="smotified-gan",
            module="oversmith.samplers.smotified_gan",
            source="sharma2022",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="SMOTE rows refined by a GAN whose generator starts from them instead of noise.",
        ),
        Method(
            name="GANBATS",
            kebab="ganbats",
            module="oversmith.samplers.ganbats",
            source="liu2023",
            modality="series",
            needs="two rows of the class",
            cost="high",
            summary="Series from a GAN of a bidirectional LSTM with convolutions and a discriminator with attention.",
        ),
        Method(
            name="DCGAN",
            kebab="dcgan",
            module="oversmith.samplers.dcgan",
            source="radford2016",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Series from transposed convolutions with batch norm: a baseline of the papers.",
        ),
        Method(
            name="ThreePlayerGAN",
            kebab="three-player-gan",
            module="oversmith.samplers.three_player",
            source="chung2024",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Spectra from a generator trained against a discriminator and together with a classifier.",
            written="Three-player GAN",
        ),
        Method(
            name="BAGANGP",
            kebab="bagan-gp",
            module="oversmith.samplers.bagan_gp",
            source="huang2021",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Spectra from a generator that starts as the decoder of an autoencoder, with a gradient penalty.",
            written="BAGAN-GP",
        ),
        Method(
            name="CDRAGAN",
            kebab="cdragan",
            module="oversmith.samplers.cdragan",
            source="kodali2017",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Spectra from a GAN whose discriminator has slopes near one around real rows.",
        ),
        Method(
            name="ACGAN",
            kebab="acgan",
            module="oversmith.samplers.acgan",
            source="odena2017",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Spectra from a GAN whose discriminator also predicts the class; also called CovidGAN.",
            written="AC-GAN",
        ),
        Method(
            name="CooperativeGAN",
            kebab="cooperative-gan",
            module="oversmith.samplers.cooperative_gan",
            source="choi2022",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Spectra that move from the centre of the class to its border while a classifier learns.",
            written="Cooperative GAN",
        ),
        Method(
            name="ConditionalDiffusion",
            kebab="conditional-diffusion",
            module="oversmith.samplers.conditional_diffusion",
            source="chung2024",
            modality="series, image",
            needs="two rows of the class",
            cost="high",
            summary="Series by removing noise with a U-Net, one network for all classes.",
            written="Conditional diffusion",
            recommended="of six trained generators the highest macro F, or level with it, on six sets of spectra",
        ),
        Method(
            name="Jitter",
            kebab="jitter",
            module="oversmith.samplers.jitter",
            source="breiman1977",
            modality="table, series, image",
            needs="two rows of the class",
            cost="low",
            summary="Real rows with noise as wide as the distance to the nearest row: a smoothed bootstrap.",
        ),
        Method(
            name="SMOTE",
            kebab="smote",
            module="oversmith.samplers.smote",
            source="chawla2002",
            modality="table, series, image",
            needs="two rows of the class",
            cost="low",
            summary="Rows between real ones and their nearest neighbours: tables with levels and missing values too.",
        ),
        Method(
            name="SeriesBorderlineSMOTE",
            kebab="series-borderline-smote",
            module="oversmith.samplers.borderline_smote",
            source="han2005",
            modality="series, image",
            needs="two rows of the class",
            cost="low",
            summary="SMOTE for series that starts from those of the class near the other classes.",
            written="Series Borderline-SMOTE",
        ),
        Method(
            name="Scaling",
            kebab="scaling",
            module="oversmith.samplers.series_controls",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series, every channel multiplied by a number near one.",
        ),
        Method(
            name="Rotation",
            kebab="rotation",
            module="oversmith.samplers.series_controls",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series, their channels rotated into one another.",
        ),
        Method(
            name="Slicing",
            kebab="slicing",
            module="oversmith.samplers.series_controls",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Windows of real series, stretched to the full length.",
        ),
        Method(
            name="TimeWarp",
            kebab="time-warp",
            module="oversmith.samplers.series_controls",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series stretched and compressed in time.",
            written="Time warp",
        ),
        Method(
            name="WindowWarp",
            kebab="window-warp",
            module="oversmith.samplers.series_controls",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series in which a window runs at half or at double speed.",
            written="Window warp",
        ),
        Method(
            name="PhaseSurrogate",
            kebab="phase-surrogate",
            module="oversmith.samplers.series_controls",
            source="theiler1992",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series with other phases and the same power spectrum.",
            written="Phase surrogate",
        ),
        Method(
            name="Shift",
            kebab="shift",
            module="oversmith.samplers.spectra_controls",
            source="chung2024",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series, moved a little along their axis.",
        ),
        Method(
            name="Slope",
            kebab="slope",
            module="oversmith.samplers.spectra_controls",
            source="bjerrum2017",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series with a straight line added to every channel.",
            recommended="cheap, as good as any method on four of six sets of spectra",
        ),
        Method(
            name="Flip",
            kebab="flip",
            module="oversmith.samplers.spectra_controls",
            source="chung2024",
            modality="series",
            needs="one row of the class",
            cost="low",
            summary="Real series, turned end for end or upside down.",
        ),
        Method(
            name="GaussianMixture",
            kebab="gaussian-mixture",
            module="oversmith.samplers.gaussian_mixture",
            modality="table",
            needs="two rows of the class",
            cost="low",
            summary="A mixture of Gaussians per class, its size chosen by BIC; levels from rows nearby.",
            recommended="cheap, and the best mean rank of six over-samplers on 26 tables",
        ),
        Method(
            name="GaussianCopula",
            kebab="gaussian-copula",
            module="oversmith.samplers.gaussian_copula",
            modality="table",
            needs="two rows of the class",
            cost="low",
            summary="Each column's own distribution in the class, tied together by one Gaussian dependence.",
        ),
        Method(
            name="Blend",
            kebab="blend",
            module="oversmith.samplers.blend",
            modality="table",
            needs="two rows of the class",
            cost="medium",
            summary="Rows from several samplers in stated shares: SMOTE, FlowMatching and GaussianMixture by default.",
        ),
        Method(
            name="Auto",
            kebab="auto",
            module="oversmith.samplers.auto",
            modality="table, series, image",
            needs="four rows of every class, and time",
            cost="high",
            summary="Over-samples only where inner cross-validation shows that it helps the classifier.",
        ),
        Method(
            name="FlowMatching",
            kebab="flow-matching",
            module="oversmith.samplers.flow_matching",
            source="lipman2023",
            modality="table, series, image",
            needs="two rows of the class",
            cost="medium",
            summary="One network for all classes that carries noise to rows along straight lines.",
        ),
        Method(
            name="TreeFlow",
            kebab="tree-flow",
            module="oversmith.samplers.tree_flow",
            source="jolicoeur2024",
            modality="table",
            needs="two rows of the class",
            cost="low",
            summary="The flow from noise to rows with trees instead of a network.",
        ),
        Method(
            name="PCASampler",
            kebab="pca-sampler",
            module="oversmith.samplers.pca",
            source="riaz2025",
            modality="table",
            needs="what its sampler needs",
            cost="medium",
            summary="Any over-sampler on principal components, its rows decoded into the table's columns.",
        ),
    )
}

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
