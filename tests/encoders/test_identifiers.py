"""Columns that name rows, and the new values that generated rows get there."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from oversmith import EOWGAN, Jitter, TableEncoder, load
from oversmith.encoders._identifiers import sounds_like_identifier
from oversmith.encoders._pattern import Numbers, Pattern
from oversmith.exceptions import ColumnWarning, InputError

N = 100
Y = np.repeat([0, 1], [70, 30])
pytestmark = pytest.mark.filterwarnings("ignore::oversmith.exceptions.ColumnWarning")


@pytest.mark.parametrize(
    "texts",
    [
        [f"u{i}" for i in range(150)],
        [f"{i:03d}" for i in range(1000)],
        ["Anna Smith", "Zoë Müller", "Bob Lee"],
        ["!", "?", ""],
        ["用户一", "用户二", "用户三"],
        ["x" * 40 + str(i) for i in range(30)],
    ],
)
def test_new_texts_are_new(texts: list[str]) -> None:
    pattern = Pattern.fit(texts)
    new = pattern.values(0, 1500)
    assert len(set(new)) == 1500
    assert not set(new) & set(texts)
    assert pattern.values(0, 700) + pattern.values(700, 800) == new
    assert Pattern.from_state(pattern.to_state()).values(0, 5) == new[:5]
    more = pattern.extended(["u999", *new[200:210]], given=100).values(0, 500)
    assert not set(more) & {*texts, *new[:100], *new[200:210], "u999"}


def test_mail_addresses_keep_a_domain() -> None:
    shared = Pattern.fit([f"person{i}@clinic.org" for i in range(30)], end_at="@").values(0, 3)
    assert all(address.endswith("@clinic.org") for address in shared)
    own = Pattern.fit([f"me@family{i}.org" for i in range(30)], end_at="@").values(0, 40)
    assert all(address.endswith("@example.com") for address in own)


def test_new_numbers_stay_in_their_type() -> None:
    assert Numbers.fit(np.array([4, 10, 16])).values(0, 2).tolist() == [22, 28]
    near = Numbers.fit(np.array([100, 101, 126], dtype=np.int8))
    assert near.values(0, 3).tolist() == [127, 99, 98]
    with pytest.raises(InputError, match="room for 229 new ones"):
        near.values(200, 30)
    high = Numbers.fit(np.array([2**64 - 2, 2**64 - 3], dtype=np.uint64))
    assert high.values(0, 2).tolist() == [2**64 - 1, 2**64 - 4]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", True),
        ("Customer ID", True),
        ("customerId", True),
        ("patient_no", True),
        ("ssn", True),
        ("row", True),
        ("idea", False),
        ("paid", False),
        ("width", False),
        ("number_of_children", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert sounds_like_identifier(name) is expected


def test_every_container() -> None:
    mails = np.array([f"user{i}@example.org" for i in range(N)], dtype=object)
    numbers = np.random.default_rng(0).normal(size=N)
    ids = [uuid.UUID(int=i << 40) for i in range(1, N + 1)]
    frames = {
        "object": pd.DataFrame({"m": mails, "a": numbers}),
        "string": pd.DataFrame({"m": pd.array(mails, dtype="string"), "a": numbers}),
        "arrow": pd.DataFrame({"m": pd.array(mails, dtype="string[pyarrow]"), "a": numbers}),
        "uuid": pd.DataFrame({"m": ids, "a": numbers}),
        "bytes": pd.DataFrame({"m": [mail.encode() for mail in mails], "a": numbers}),
        "nullable": pd.DataFrame({"m_id": pd.array(np.arange(N) * 3, dtype="Int32"), "a": numbers}),
    }
    for X in frames.values():
        new = Jitter(random_state=0).fit_resample(X, Y)[0].iloc[N:]
        assert new.dtypes.equals(X.dtypes)
        assert new.iloc[:, 0].is_unique
        assert not new.iloc[:, 0].isin(X.iloc[:, 0]).any()
        assert type(new.iloc[0, 0]) is type(X.iloc[0, 0])
    polars = pl.DataFrame({"m": mails.tolist(), "a": numbers})
    assert not Jitter(random_state=0).fit_resample(polars, Y)[0]["m"][N:].is_in(mails.tolist()).any()
    listed = [[mail, float(a)] for mail, a in zip(mails, numbers, strict=True)]
    assert not {row[0] for row in Jitter(random_state=0).fit_resample(listed, Y)[0][N:]} & set(mails)


def test_saved_and_trained_on(tmp_path: object) -> None:
    X = pd.DataFrame({"user_id": np.arange(N) + 500, "a": np.random.default_rng(0).normal(size=N)})
    sampler = EOWGAN(max_steps=5, random_state=0).fit(X, Y)
    first = sampler.sample(3, 1)["user_id"].tolist()
    assert first == [600, 601, 602]
    sampler.save(f"{tmp_path}/s.zip")
    assert load(f"{tmp_path}/s.zip").sample(2, 1)["user_id"].tolist() == [603, 604]
    sampler.partial_fit(X.assign(user_id=X["user_id"] + 700), Y)
    assert sampler.sample(2, 1)["user_id"].tolist() == [1300, 1301]


def test_nothing_but_identifiers() -> None:
    X = pd.DataFrame({"mail": [f"user{i}@example.org" for i in range(N)]})
    assert TableEncoder().fit(X).width_ == 0
    assert len(Jitter(random_state=0).fit_resample(X, Y)[0]) == 140


NUMBERS = np.random.default_rng(3).permutation(9000)[:80] + 1000


@pytest.mark.parametrize(
    ("cells", "name", "is_identifier"),
    [
        ([f"+49 170 {1_000_000 + number}" for number in NUMBERS], "contact", True),
        ([f"{number % 900 + 100}-{number % 89 + 10}-{number}" for number in NUMBERS], "ssn", True),
        ([f"4111 1111 1111 {number}" for number in NUMBERS], "card", True),
        ([f"{number / 100:.2f} kg" for number in NUMBERS], "weight", False),
        ([f"{'<' if number % 9 == 0 else ''}{number / 100:.2f}" for number in NUMBERS], "level", False),
        ([f"{2014 + i // 12}-{i % 12 + 1:02d}" for i in range(80)], "month", False),
        ([f"{('Jan', 'Feb', 'Mar')[i % 3]} {1950 + i}" for i in range(80)], "month", False),
        ([f"{100 + i}/{60 + i % 30}" for i in range(80)], "pressure", False),
        ([dt.time(i % 24, i % 60, i % 59) for i in range(80)], "at", False),
    ],
)
def test_names_of_people_are_told_from_measurements(cells: list[Any], name: str, is_identifier: bool) -> None:
    X = pd.DataFrame({name: pd.Series(cells, dtype=object), "x": np.random.default_rng(0).normal(size=80)})
    sampler = Jitter(random_state=0)
    y = np.repeat(["a", "b"], [60, 20])
    if is_identifier:
        with pytest.warns(ColumnWarning, match=name):
            rows, _ = sampler.fit_resample(X, y)
    else:
        rows, _ = sampler.fit_resample(X, y)
    assert set(sampler.encoder_.identifiers_) == ({name} if is_identifier else set())
    new = set(rows[name].iloc[80:])
    assert new.isdisjoint(cells) if is_identifier else new <= set(cells)
