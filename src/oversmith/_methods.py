"""The methods of Oversmith: what is known of each without importing it."""

from __future__ import annotations

from dataclasses import dataclass


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


# What most methods take and need.
ANY = "table, series, image"
ONE, TWO = "one row of the class", "two rows of the class"

# Class, name on the command line, module, data, needs, cost; one sentence; what not every method has.
# fmt: off
_ENTRIES = (
    Method("EOWGAN", "eo-wgan", "oversmith.samplers.eo_wgan", ANY, TWO, "medium",
           "SMOTE rows refined by a Wasserstein GAN trained on minority and SMOTE rows together.", written="EO-WGAN",
           source="riaz2025",
           recommended="on 26 tables it lost least against a tuned threshold, average precision -0.001"),
    Method("GAN", "gan", "oversmith.samplers.gan", ANY, TWO, "medium",
           "A generator and a discriminator, from noise: the baseline of the papers.", source="goodfellow2014"),
    Method("CGAN", "cgan", "oversmith.samplers.cgan", ANY, TWO, "medium",
           "One GAN of all classes with the class as an input, so that small classes profit from large ones.",
           source="mirza2014"),
    Method("WGAN", "wgan", "oversmith.samplers.wgan", ANY, TWO, "medium",
           "A GAN with a Wasserstein critic and clipped weights.", source="arjovsky2017"),
    Method("WGANGP", "wgan-gp", "oversmith.samplers.wgan_gp", ANY, TWO, "medium",
           "A GAN with a Wasserstein critic and a gradient penalty: EO-WGAN without SMOTE.", written="WGAN-GP",
           source="gulrajani2017"),
    Method("CWGANGP", "cwgan-gp", "oversmith.samplers.cwgan_gp", ANY, TWO, "medium",
           "One WGAN-GP of all classes, with a classifier that keeps generated rows in their class.",
           written="CWGAN-GP", source="engelmann2021"),
    Method("SMOTifiedGAN", "smotified-gan", "oversmith.samplers.smotified_gan", ANY, TWO, "medium",
           "SMOTE rows refined by a GAN whose generator starts from them instead of noise.", source="sharma2022"),
    Method("GANBATS", "ganbats", "oversmith.samplers.ganbats", "series", TWO, "high",
           "Series from a GAN of a bidirectional LSTM with convolutions and a discriminator with attention.",
           source="liu2023"),
    Method("DCGAN", "dcgan", "oversmith.samplers.dcgan", "series, image", TWO, "high",
           "Series from transposed convolutions with batch norm: a baseline of the papers.", source="radford2016"),
    Method("ThreePlayerGAN", "three-player-gan", "oversmith.samplers.three_player", "series, image", TWO, "high",
           "Spectra from a generator trained against a discriminator and together with a classifier.",
           written="Three-player GAN", source="chung2024"),
    Method("BAGANGP", "bagan-gp", "oversmith.samplers.bagan_gp", "series, image", TWO, "high",
           "Spectra from a generator that starts as the decoder of an autoencoder, with a gradient penalty.",
           written="BAGAN-GP", source="huang2021"),
    Method("CDRAGAN", "cdragan", "oversmith.samplers.cdragan", "series, image", TWO, "high",
           "Spectra from a GAN whose discriminator has slopes near one around real rows.", source="kodali2017"),
    Method("ACGAN", "acgan", "oversmith.samplers.acgan", "series, image", TWO, "high",
           "Spectra from a GAN whose discriminator also predicts the class; also called CovidGAN.", written="AC-GAN",
           source="odena2017"),
    Method("CooperativeGAN", "cooperative-gan", "oversmith.samplers.cooperative_gan", "series, image", TWO, "high",
           "Spectra that move from the centre of the class to its border while a classifier learns.",
           written="Cooperative GAN", source="choi2022"),
    Method("ConditionalDiffusion", "conditional-diffusion", "oversmith.samplers.conditional_diffusion",
           "series, image", TWO, "high",
           "Series by removing noise with a U-Net, one network for all classes.", written="Conditional diffusion",
           source="chung2024",
           recommended="of six trained generators the highest macro F, or level with it, on six sets of spectra"),
    Method("Jitter", "jitter", "oversmith.samplers.jitter", ANY, TWO, "low",
           "Real rows with noise as wide as the distance to the nearest row: a smoothed bootstrap.",
           source="breiman1977"),
    Method("SMOTE", "smote", "oversmith.samplers.smote", ANY, TWO, "low",
           "Rows between real ones and their nearest neighbours: tables with levels and missing values too.",
           source="chawla2002"),
    Method("SeriesBorderlineSMOTE", "series-borderline-smote", "oversmith.samplers.borderline_smote",
           "series, image", TWO, "low",
           "SMOTE for series that starts from those of the class near the other classes.",
           written="Series Borderline-SMOTE", source="han2005"),
    Method("Scaling", "scaling", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Real series, every channel multiplied by a number near one."),
    Method("Rotation", "rotation", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Real series, their channels rotated into one another."),
    Method("Slicing", "slicing", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Windows of real series, stretched to the full length."),
    Method("TimeWarp", "time-warp", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Real series stretched and compressed in time.", written="Time warp"),
    Method("WindowWarp", "window-warp", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Real series in which a window runs at half or at double speed.", written="Window warp"),
    Method("PhaseSurrogate", "phase-surrogate", "oversmith.samplers.series_controls", "series", ONE, "low",
           "Real series with other phases and the same power spectrum.", written="Phase surrogate",
           source="theiler1992"),
    Method("Shift", "shift", "oversmith.samplers.spectra_controls", "series", ONE, "low",
           "Real series, moved a little along their axis.", source="chung2024"),
    Method("Slope", "slope", "oversmith.samplers.spectra_controls", "series", ONE, "low",
           "Real series with a straight line added to every channel.", source="bjerrum2017",
           recommended="cheap, as good as any method on four of six sets of spectra"),
    Method("Flip", "flip", "oversmith.samplers.spectra_controls", "series", ONE, "low",
           "Real series, turned end for end or upside down.", source="chung2024"),
    Method("GaussianMixture", "gaussian-mixture", "oversmith.samplers.gaussian_mixture", "table", TWO, "low",
           "A mixture of Gaussians per class, its size chosen by BIC; levels from rows nearby.",
           recommended="cheap, and the best mean rank of six over-samplers on 26 tables"),
    Method("GaussianCopula", "gaussian-copula", "oversmith.samplers.gaussian_copula", "table", TWO, "low",
           "Each column's own distribution in the class, tied together by one Gaussian dependence."),
    Method("Blend", "blend", "oversmith.samplers.blend", "table", TWO, "medium",
           "Rows from several samplers in stated shares: SMOTE, FlowMatching and GaussianMixture by default."),
    Method("Auto", "auto", "oversmith.samplers.auto", ANY, "four rows of every class, and time", "high",
           "Over-samples only where inner cross-validation shows that it helps the classifier."),
    Method("FlowMatching", "flow-matching", "oversmith.samplers.flow_matching", ANY, TWO, "medium",
           "One network for all classes that carries noise to rows along straight lines.", source="lipman2023"),
    Method("TreeFlow", "tree-flow", "oversmith.samplers.tree_flow", "table", TWO, "low",
           "The flow from noise to rows with trees instead of a network.", source="jolicoeur2024"),
    Method("PCASampler", "pca-sampler", "oversmith.samplers.pca", "table", "what its sampler needs", "medium",
           "Any over-sampler on principal components, its rows decoded into the table's columns.", source="riaz2025"),
)
# fmt: on

METHODS: dict[str, Method] = {method.kebab: method for method in _ENTRIES}
