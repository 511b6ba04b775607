"""The papers that Oversmith's methods come from: authors, year, title, venue and DOI, once.

References in docstrings, the command line and the documentation take their words from here. Five papers are implemented
and repeated in whole: :data:`STUDIED`. A paper without a DOI here has none, or none that was checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from oversmith.exceptions import InputError, nearest_hint

#: The five papers whose methods and experiments Oversmith repeats.
STUDIED = ("riaz2025", "sharma2022", "liu2023", "chung2024", "nazari2021")


@dataclass(frozen=True)
class Paper:
    """One publication.

    Parameters
    ----------
    key : str
        First author and year, the key of :data:`PAPERS`.
    authors : str
        Initials and surnames, comma-separated; ends in "et al." where only the first author is named.
    year : int
        Year of publication.
    title : str
        The paper's own title.
    venue : str
        Journal with volume, conference, or archive number.
    doi : str, default=""
        Digital object identifier.

    Examples
    --------
    >>> from oversmith.papers import PAPERS
    >>> PAPERS["riaz2025"].short, PAPERS["lipman2023"].reference
    ('Riaz et al. 2025', 'Y. Lipman et al., "Flow Matching for Generative Modeling", ICLR, 2023')
    """

    key: str
    authors: str
    year: int
    title: str
    venue: str
    doi: str = ""

    @property
    def short(self) -> str:
        """Authors and year, as in running text."""
        surnames = [name.removesuffix(" et al.").split(" ")[-1] for name in self.authors.split(", ")]
        if len(surnames) > 2 or self.authors.endswith("et al."):
            return f"{surnames[0]} et al. {self.year}"
        return f"{' & '.join(surnames)} {self.year}"

    @property
    def reference(self) -> str:
        """The whole reference, as in a list of references."""
        doi = f", doi:{self.doi}" if self.doi else ""
        return f'{self.authors}, "{self.title}", {self.venue}, {self.year}{doi}'


PAPERS: dict[str, Paper] = {
    paper.key: paper
    for paper in (
        Paper(
            "riaz2025",
            "R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang",
            2025,
            "A novel ensemble Wasserstein GAN framework for effective anomaly detection in industrial internet of"
            " things environments",
            "Scientific Reports 15",
        ),
        Paper(
            "sharma2022",
            "A. Sharma, P. K. Singh, R. Chandra",
            2022,
            "SMOTified-GAN for class imbalanced pattern classification problems",
            "IEEE Access 10",
            "10.1109/ACCESS.2022.3158977",
        ),
        Paper(
            "liu2023",
            "S. Liu, H. Qiao, L. Yuan, Y. Yuan, J. Liu",
            2023,
            "Research on data augmentation algorithm for time series based on deep learning",
            "KSII Transactions on Internet and Information Systems 17(6)",
            "10.3837/tiis.2023.06.002",
        ),
        Paper(
            "chung2024",
            "J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong",
            2024,
            "Imbalanced spectral data analysis using data augmentation based on the generative adversarial network",
            "Scientific Reports 14",
            "10.1038/s41598-024-63285-4",
        ),
        # The page of the two papers below gives the results of both.
        Paper(
            "nazari2021",
            "E. Nazari, P. Branco, G.-V. Jourdan",
            2021,
            "Exploring GAN-Based Oversampling across Varied Data Difficulty Factors",
            "project page of two papers",
        ),
        Paper(
            "nazari2021images",
            "E. Nazari, P. Branco",
            2021,
            "On Oversampling via Generative Adversarial Networks under Different Data Difficulty Factors",
            "LIDTA, PMLR 154",
        ),
        Paper(
            "nazari2021tables",
            "E. Nazari, P. Branco, G.-V. Jourdan",
            2021,
            "Using CGAN to Deal with Class Imbalance and Small Sample Size in Cybersecurity Problems",
            "Conference on Privacy, Security and Trust",
        ),
        Paper(
            "arjovsky2017",
            "M. Arjovsky, S. Chintala, L. Bottou",
            2017,
            "Wasserstein Generative Adversarial Networks",
            "ICML",
        ),
        Paper(
            "barnes1989",
            "R. J. Barnes, M. S. Dhanoa, S. J. Lister",
            1989,
            "Standard normal variate transformation and de-trending of near-infrared diffuse reflectance spectra",
            "Applied Spectroscopy 43(5)",
        ),
        Paper(
            "benavoli2017",
            "A. Benavoli, G. Corani, J. Demšar, M. Zaffalon",
            2017,
            "Time for a change: a tutorial for comparing multiple classifiers through Bayesian analysis",
            "Journal of Machine Learning Research 18",
        ),
        Paper(
            "bjerrum2017",
            "E. J. Bjerrum, M. Glahder, T. Skov",
            2017,
            "Data Augmentation of Spectral Data for Convolutional Neural Network (CNN) Based Deep Chemometrics",
            "arXiv:1710.01927",
        ),
        Paper(
            "breiman1977",
            "L. Breiman, W. Meisel, E. Purcell",
            1977,
            "Variable kernel estimates of multivariate densities",
            "Technometrics 19(2)",
        ),
        Paper(
            "chawla2002",
            "N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer",
            2002,
            "SMOTE: Synthetic Minority Over-sampling Technique",
            "Journal of Artificial Intelligence Research 16",
        ),
        Paper(
            "choi2022",
            "H.-S. Choi, D. Jung, S. Kim, S. Yoon",
            2022,
            "Imbalanced Data Classification via Cooperative Interaction Between Classifier and Generator",
            "IEEE Transactions on Neural Networks and Learning Systems 33(8)",
        ),
        Paper(
            "corani2015",
            "G. Corani, A. Benavoli",
            2015,
            "A Bayesian approach for comparing cross-validated algorithms on multiple data sets",
            "Machine Learning 100",
        ),
        Paper(
            "dempster2021",
            "A. Dempster, D. F. Schmidt, G. I. Webb",
            2021,
            "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time Series Classification",
            "KDD",
        ),
        Paper(
            "demsar2006",
            "J. Demšar",
            2006,
            "Statistical comparisons of classifiers over multiple data sets",
            "Journal of Machine Learning Research 7",
        ),
        Paper(
            "efron1987",
            "B. Efron",
            1987,
            "Better bootstrap confidence intervals",
            "Journal of the American Statistical Association 82",
        ),
        Paper("eilers2003", "P. H. C. Eilers", 2003, "A perfect smoother", "Analytical Chemistry 75(14)"),
        Paper(
            "engelmann2021",
            "J. Engelmann, S. Lessmann",
            2021,
            "Conditional Wasserstein GAN-based oversampling of tabular data for imbalanced learning",
            "Expert Systems with Applications 174",
        ),
        Paper(
            "goodfellow2014",
            "I. Goodfellow et al.",
            2014,
            "Generative adversarial nets",
            "Advances in Neural Information Processing Systems 27",
        ),
        Paper(
            "gulrajani2017",
            "I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville",
            2017,
            "Improved Training of Wasserstein GANs",
            "NeurIPS",
        ),
        Paper(
            "han2005",
            "H. Han, W.-Y. Wang, B.-H. Mao",
            2005,
            "Borderline-SMOTE: A New Over-Sampling Method in Imbalanced Data Sets Learning",
            "ICIC",
        ),
        Paper(
            "hanley1982",
            "J. A. Hanley, B. J. McNeil",
            1982,
            "The meaning and use of the area under a receiver operating characteristic curve",
            "Radiology 143",
        ),
        Paper("ho2022", "J. Ho, T. Salimans", 2022, "Classifier-Free Diffusion Guidance", "arXiv:2207.12598"),
        Paper(
            "holm1979",
            "S. Holm",
            1979,
            "A simple sequentially rejective multiple test procedure",
            "Scandinavian Journal of Statistics 6",
        ),
        Paper(
            "huang2021",
            "G. Huang, A. H. Jafari",
            2021,
            "Enhanced balancing GAN: minority-class image generation",
            "Neural Computing and Applications",
        ),
        Paper(
            "iman1980",
            "R. L. Iman, J. M. Davenport",
            1980,
            "Approximations of the critical region of the Friedman statistic",
            "Communications in Statistics 9",
        ),
        Paper(
            "jolicoeur2024",
            "A. Jolicoeur-Martineau et al.",
            2024,
            "Generating and Imputing Tabular Data via Diffusion and Flow-based Gradient-Boosted Trees",
            "AISTATS",
        ),
        Paper(
            "kodali2017",
            "N. Kodali, J. Abernethy, J. Hays, Z. Kira",
            2017,
            "On Convergence and Stability of GANs",
            "preprint",
        ),
        Paper(
            "ledoit2004",
            "O. Ledoit, M. Wolf",
            2004,
            "A well-conditioned estimator for large-dimensional covariance matrices",
            "Journal of Multivariate Analysis 88(2)",
        ),
        Paper(
            "lieber2003",
            "C. A. Lieber, A. Mahadevan-Jansen",
            2003,
            "Automated method for subtraction of fluorescence from biological Raman spectra",
            "Applied Spectroscopy 57(11)",
        ),
        Paper("lipman2023", "Y. Lipman et al.", 2023, "Flow Matching for Generative Modeling", "ICLR"),
        Paper("lopezpaz2017", "D. Lopez-Paz, M. Oquab", 2017, "Revisiting classifier two-sample tests", "ICLR"),
        Paper(
            "mariani2018",
            "G. Mariani, F. Scheidegger, R. Istrate, C. Bekas, C. Malossi",
            2018,
            "BAGAN: Data Augmentation with Balancing GAN",
            "arXiv:1803.09655",
        ),
        Paper(
            "mirza2014",
            "M. Mirza, S. Osindero",
            2014,
            "Conditional Generative Adversarial Nets",
            "arXiv:1411.1784",
        ),
        Paper(
            "nadeau2003",
            "C. Nadeau, Y. Bengio",
            2003,
            "Inference for the generalization error",
            "Machine Learning 52",
        ),
        Paper(
            "naeem2020",
            "M. F. Naeem et al.",
            2020,
            "Reliable fidelity and diversity metrics for generative models",
            "ICML",
        ),
        Paper(
            "nichol2021",
            "A. Nichol, P. Dhariwal",
            2021,
            "Improved Denoising Diffusion Probabilistic Models",
            "ICML",
        ),
        Paper(
            "odena2017",
            "A. Odena, C. Olah, J. Shlens",
            2017,
            "Conditional Image Synthesis with Auxiliary Classifier GANs",
            "ICML",
        ),
        Paper(
            "radford2016",
            "A. Radford, L. Metz, S. Chintala",
            2016,
            "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
            "ICLR",
        ),
        Paper(
            "saerens2002",
            "M. Saerens, P. Latinne, C. Decaestecker",
            2002,
            "Adjusting the outputs of a classifier to new a priori probabilities",
            "Neural Computation 14",
        ),
        Paper(
            "salimans2022",
            "T. Salimans, J. Ho",
            2022,
            "Progressive Distillation for Fast Sampling of Diffusion Models",
            "ICLR",
        ),
        Paper(
            "savitzky1964",
            "A. Savitzky, M. J. E. Golay",
            1964,
            "Smoothing and differentiation of data by simplified least squares procedures",
            "Analytical Chemistry 36(8)",
        ),
        Paper(
            "schafer2005",
            "J. Schäfer, K. Strimmer",
            2005,
            "A shrinkage approach to large-scale covariance matrix estimation",
            "Statistical Applications in Genetics and Molecular Biology 4(1)",
        ),
        Paper(
            "schwarz1978", "G. Schwarz", 1978, "Estimating the dimension of a model", "The Annals of Statistics 6(2)"
        ),
        Paper("song2021", "J. Song, C. Meng, S. Ermon", 2021, "Denoising Diffusion Implicit Models", "ICLR"),
        Paper(
            "szekely2013",
            "G. J. Székely, M. L. Rizzo",
            2013,
            "Energy statistics: a class of statistics based on distances",
            "Journal of Statistical Planning and Inference 143",
        ),
        Paper(
            "theiler1992",
            "J. Theiler, S. Eubank, A. Longtin, B. Galdrikian, J. D. Farmer",
            1992,
            "Testing for nonlinearity in time series: the method of surrogate data",
            "Physica D 58",
        ),
        Paper(
            "waheed2020",
            "A. Waheed et al.",
            2020,
            "CovidGAN: Data Augmentation Using Auxiliary Classifier GAN for Improved Covid-19 Detection",
            "IEEE Access 8",
        ),
    )
}


def paper(key: str) -> Paper:
    """Look a paper up.

    Parameters
    ----------
    key : str
        First author and year.

    Returns
    -------
    Paper
        The entry.

    Raises
    ------
    InputError
        For an unknown key.

    Examples
    --------
    >>> from oversmith.papers import paper
    >>> paper("chung2024").doi
    '10.1038/s41598-024-63285-4'
    """
    if key not in PAPERS:
        raise InputError("key", f"{key!r} is not a paper of the registry", nearest_hint(key, PAPERS))
    return PAPERS[key]
