"""Loading from a folder, the groups, and the makers."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith.datasets import (
    DownloadError,
    content_sha256,
    cut_task,
    dataset_info,
    group_reasons,
    list_datasets,
    load_dataset,
    thin,
)
from oversmith.exceptions import InputError, TooFewRowsError


def test_no_source_is_in_two_groups_and_every_entry_has_its_reason():
    tuning, judging = list_datasets("tuning"), list_datasets("judging")
    families = [info.family for info in judging]
    assert len(judging) >= 20
    assert max(Counter(families).values()) == 1
    papers = {info.family for info in list_datasets("papers")}
    assert not set(families) & ({info.family for info in tuning} | papers)
    for group in ("tuning", "judging", "papers"):
        assert all(len(reason) > 3 for reason in group_reasons(group).values())
        assert all(info.positive is not None for info in list_datasets(group))
    assert len(papers) == 9


def test_sets_seen_while_designing_may_be_tuned_on_with_all_cuts_of_their_sources():
    named = """glass2 yeast5 abalone9_18 winequality_white_3_vs_7 adbench_wilt glass_0_1_6_vs_2 yeast_1_vs_7 vowel0
    cleveland_0_vs_4 vehicle1 led7digit_0_2_4_5_6_7_8_9_vs_1 adbench_cardio"""
    tuning = {info.name for info in list_datasets("tuning")}
    papers = {info.name for info in list_datasets("papers")}
    assert set(named.split()) <= tuning
    assert {"ecoli4", "yeast_2_vs_4", "page_blocks_1_3_vs_4", "winequality_red_8_vs_6", "poker_8_vs_6"} <= papers
    # With every other cut of the same source.
    cuts = {info.name for info in list_datasets() if info.family in {i.family for i in list_datasets("tuning")}}
    left = {n for n in cuts - tuning - papers if dataset_info(n).positive is not None}
    assert left == set()


def test_every_entry_is_complete():
    for info in list_datasets():
        assert sum(info.classes.values()) == info.rows
        assert info.positive is None or info.positive in info.classes
        assert info.licence
        assert info.citation
        assert not Path(info.file).is_absolute()
        assert ".." not in info.file
        assert info.source["kind"] in ("keel", "csv", "openml", "file", "of", "simulated")


@pytest.mark.data
@pytest.mark.parametrize("group", ["tuning", "judging", "papers"])
def test_all_sets_of_a_group_load_from_the_folder(data_dir, group):
    for info in list_datasets(group):
        data = load_dataset(info.name, folder=data_dir, download=False)
        assert (np.asarray(data.y) == info.positive).sum() == info.classes[info.positive]
        assert not set(info.drop) & set(data.X.columns)


@pytest.mark.data
@pytest.mark.parametrize("name", ["mitbih_beats", "ecg200", "coffee", "ecoli_raman"])
def test_series_and_spectra_come_with_their_groups(data_dir, name):
    data = load_dataset(name, folder=data_dir)
    assert data.X.shape == (data.info.rows, *data.info.columns)
    assert (data.groups is None) == (data.info.groups is None)
    if data.groups is not None:
        assert len(data.groups) == len(data.X)


@pytest.mark.data
@pytest.mark.parametrize("name", [info.name for info in list_datasets(modality="spectra")])
def test_spectra_come_with_their_axis(data_dir, name):
    data = load_dataset(name, folder=data_dir)
    assert (data.axis is None) == (not data.info.axis)
    if data.axis is not None:
        data.axis.check(data.X.shape[2])
        assert data.axis.name
    assert data.positive is None or data.info.simulated or data.info.imbalance_ratio >= 1


@pytest.mark.data
def test_the_values_of_every_pinned_source_are_those_of_the_folder(data_dir):
    pinned = [info for info in list_datasets() if info.content is not None]
    assert len(pinned) > 100
    for info in pinned:
        assert load_dataset(info.name, folder=data_dir).checksum == info.content


@pytest.mark.data
def test_a_damaged_file_is_refused(data_dir, tmp_path):
    info = dataset_info("glass2")
    path = tmp_path / info.file
    path.parent.mkdir(parents=True)
    shutil.copy(data_dir / info.file, path)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(DownloadError, match="damaged or another version; get it again"):
        load_dataset("glass2", folder=tmp_path)


def test_wrong_names_and_folders(tmp_path):
    with pytest.raises(InputError, match="did you mean 'glass2'"):
        load_dataset("gless2")
    with pytest.raises(InputError, match="folder: there is no folder"):
        load_dataset("glass2", folder=tmp_path / "none")
    with pytest.raises(InputError, match="group: 'tunning'"):
        list_datasets("tunning")
    with pytest.raises(InputError, match="modality: 'table'"):
        list_datasets(modality="table")


def test_the_registry_holds_nothing_but_json():
    import oversmith.datasets

    folder = Path(oversmith.datasets.__file__).parent
    assert {type(json.loads((folder / f"{name}.json").read_text())) for name in ("registry", "groups")} == {list, dict}


@pytest.mark.parametrize("ratio", [5, 8, 10, 20, 6.5])
def test_thinning_to_a_ratio(ratio):
    y = np.repeat(["no", "yes"], [200, 90])
    chosen = thin(y, "yes", ratio)
    counts = Counter(y[chosen].tolist())
    assert counts == {"no": 200, "yes": int(200 / ratio)}
    assert np.array_equal(chosen, thin(y, "yes", ratio))
    assert not np.array_equal(chosen, thin(y, "yes", ratio, random_state=1))


def test_a_rarer_cut_is_part_of_a_milder_one():
    y = np.repeat([0, 1], [200, 90])
    assert set(thin(y, 1, 20)) < set(thin(y, 1, 10)) < set(thin(y, 1, 5))


@pytest.mark.parametrize("ratio", [5, 8, 10, 20])
def test_a_set_rarer_than_the_ratio_loses_other_rows(ratio):
    y = np.repeat(["no", "yes"], [900, 10])
    chosen = thin(y, "yes", ratio, drop="either")
    labels, counts = np.unique(y[chosen], return_counts=True)
    assert dict(zip(labels.tolist(), counts.tolist(), strict=True)) == {"no": 10 * ratio, "yes": 10}
    assert np.array_equal(chosen, np.sort(chosen))
    # Where it is not rarer, both mean the same.
    common = np.repeat(["no", "yes"], [200, 90])
    assert np.array_equal(thin(common, "yes", ratio, drop="either"), thin(common, "yes", ratio))


@pytest.mark.parametrize(
    "ratio, error, words",
    [(0.5, InputError, "at least 1"), (1.5, InputError, "needs 133 rows"), (150, TooFewRowsError, "leaves 1 of 90")],
)
def test_ratios_that_cannot_be_made(ratio, error, words):
    with pytest.raises(error, match=words):
        thin(np.repeat([0, 1], [200, 90]), 1, ratio)


def test_a_class_that_is_not_there():
    with pytest.raises(InputError, match="no row has class 2"):
        thin([0, 0, 1], 2, 2)


def test_a_cut_keeps_every_positive_row():
    y = np.repeat(["a", "b", "c"], [5, 50, 50])
    chosen = cut_task(y, "a", rows=30)
    assert Counter(y[chosen].tolist())["a"] == 5
    assert len(chosen) == 30
    assert set(y[cut_task(y, "a", ["b"])]) == {"a", "b"}


def test_the_checksum_of_values():
    frame = pd.DataFrame({"a": [1.0, -0.0], "b": ["x", "y"]})
    same = pd.DataFrame({"n": [0, 1], "m": pd.Categorical(["y", "x"])})
    assert content_sha256(frame, [1, 0]) == content_sha256(same, ["0", "1"])
    assert content_sha256(frame, [1, 0]) != content_sha256(frame, [0, 1])
    assert content_sha256(frame, [1, 0]) != content_sha256(frame[["b", "a"]], [1, 0])
    assert content_sha256(np.ones((2, 1, 3)), [0, 1]) != content_sha256(np.ones((2, 3, 1)) * 2, [0, 1])
