"""Classifiers: a registry by name, the dense network, and wrappers that go with resampling."""

from __future__ import annotations

from oversmith.classifiers.dense import DenseClassifier
from oversmith.classifiers.image import ImageCNN
from oversmith.classifiers.prior_corrected import PriorCorrectedClassifier
from oversmith.classifiers.random_convolutions import RandomConvolutionClassifier, RandomConvolutions
from oversmith.classifiers.registry import CLASSIFIERS, ClassifierEntry, classifier, find_classifier
from oversmith.classifiers.series import SeriesCNN
from oversmith.classifiers.spectra import SpectraCNN
from oversmith.classifiers.svm import ScalableSVC
from oversmith.classifiers.weighted import WeightedResampler

__all__ = [
    "CLASSIFIERS",
    "ClassifierEntry",
    "DenseClassifier",
    "ImageCNN",
    "PriorCorrectedClassifier",
    "RandomConvolutionClassifier",
    "RandomConvolutions",
    "ScalableSVC",
    "SeriesCNN",
    "SpectraCNN",
    "WeightedResampler",
    "classifier",
    "find_classifier",
]
