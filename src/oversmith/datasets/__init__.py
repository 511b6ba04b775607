"""Data sets by name, groups of independent ones, makers of imbalance and of difficulty, spectra, simulated gels."""

from __future__ import annotations

from oversmith.datasets._difficulty import Difficult
from oversmith.datasets.difficulty import make_rotated_digits
from oversmith.datasets.difficulty_series import make_shifted_series
from oversmith.datasets.difficulty_tables import cut_in_order, make_difficult_table
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
    "Difficult",
    "DownloadError",
    "Spectra",
    "SpectralAxis",
    "cache_folder",
    "content_sha256",
    "cut_in_order",
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
    "make_difficult_table",
    "make_hydrogel_spectra",
    "make_rotated_digits",
    "make_shifted_series",
    "read_csv",
    "read_keel",
    "sigmoid_inflection",
    "spectrum_response",
    "thin",
]
