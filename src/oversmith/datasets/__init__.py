"""Data sets by name, groups of independent ones, makers of imbalance, folders of spectra, simulated hydrogels."""

from __future__ import annotations

from oversmith.datasets.dilution import (
    label_dilution,
    line_crossing,
    sigmoid_inflection,
    spectrum_response,
)
from oversmith.datasets.download import DownloadError, cache_folder, fetch_url, read_csv, read_keel
from oversmith.datasets.embedded import load_demo
from oversmith.datasets.folder import load_spectra_folder
from oversmith.datasets.info import Dataset, DatasetInfo, content_sha256
from oversmith.datasets.load import load_dataset, local_file
from oversmith.datasets.makers import cut_task, thin
from oversmith.datasets.registry import dataset_info, group_reasons, list_datasets
from oversmith.datasets.simulated import make_hydrogel_spectra
from oversmith.datasets.spectra import Spectra, SpectralAxis

__all__ = [
    "Dataset",
    "DatasetInfo",
    "DownloadError",
    "Spectra",
    "SpectralAxis",
    "cache_folder",
    "content_sha256",
    "cut_task",
    "dataset_info",
    "fetch_url",
    "group_reasons",
    "label_dilution",
    "line_crossing",
    "list_datasets",
    "load_dataset",
    "load_demo",
    "load_spectra_folder",
    "local_file",
    "make_hydrogel_spectra",
    "read_csv",
    "read_keel",
    "sigmoid_inflection",
    "spectrum_response",
    "thin",
]
