"""Data sets by name, groups of independent ones, and makers of imbalance."""

from __future__ import annotations

from oversmith.datasets.download import DownloadError, cache_folder, fetch_url, read_csv, read_keel
from oversmith.datasets.embedded import load_demo
from oversmith.datasets.info import Dataset, DatasetInfo, content_sha256
from oversmith.datasets.load import load_dataset, local_file
from oversmith.datasets.makers import cut_task, thin
from oversmith.datasets.registry import dataset_info, group_reasons, list_datasets

__all__ = [
    "Dataset",
    "DatasetInfo",
    "DownloadError",
    "cache_folder",
    "content_sha256",
    "cut_task",
    "dataset_info",
    "fetch_url",
    "group_reasons",
    "list_datasets",
    "load_dataset",
    "load_demo",
    "local_file",
    "read_csv",
    "read_keel",
    "thin",
]
