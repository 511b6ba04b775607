"""No generated row carries the identifier of a real one; what is done instead is said."""

from __future__ import annotations

import hashlib
import re
import uuid
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversmith import GaussianCopula, Jitter, TableEncoder, read
from oversmith.cli import main
from oversmith.exceptions import ColumnWarning, InputError

N = 200
Y = np.repeat(["no", "yes"], [160, 40])
RNG = np.random.default_rng(0)
COLUMNS = {
    "mail": [f"user{i}@example.org" for i in range(N)],
    "uuid": [str(uuid.UUID(int=int(i) << 64 | 7, version=4)) for i in RNG.integers(2**62, size=N)],
    "hash": [hashlib.sha256(str(i).encode()).hexdigest() for i in range(N)],
    "code": [f"AB-{i:05d}/x" for i in RNG.permutation(10_000)[:N]],
    "digits": [f"{i:08d}" for i in RNG.permutation(100_000)[:N]],
    "patient_id": RNG.permutation(50_000)[:N],
    "visit": 1000 + RNG.permutation(N),
}
SHAPES = {
    "mail": r"user\d+@example\.org",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "hash": r"[0-9a-f]{64}",
    "code": r"AB-\d{5}/x",
    "digits": r"\d{8}",
}


def table(name: str) -> pd.DataFrame:
    return pd.DataFrame({name: COLUMNS[name], "a": np.random.default_rng(1).normal(size=N)})


@pytest.mark.parametrize("name", COLUMNS)
def test_new_values_of_the_same_pattern(name: str) -> None:
    X = table(name)
    sampler = Jitter(random_state=0)
    with pytest.warns(ColumnWarning, match=f"column '{name}' names rows: generated rows get new values there"):
        resampled, _ = sampler.fit_resample(X, Y)
    new = resampled[name].iloc[N:]
    assert len(new) == 120
    assert resampled[name].dtype == X[name].dtype
    assert new.is_unique
    assert not new.isin(X[name]).any()
    assert resampled.iloc[:N].equals(X)
    if name in SHAPES:
        assert all(re.fullmatch(SHAPES[name], text) for text in new)
    else:
        assert new.min() > X[name].max()
    # Further rows, of any class, have further values.
    more = pd.concat([sampler.sample(50, "yes"), sampler.sample(50, "yes")])[name]
    assert more.is_unique
    assert not more.isin(resampled[name]).any()


@pytest.mark.filterwarnings("ignore::oversmith.exceptions.ColumnWarning")
def test_missing_values_or_those_of_real_rows_on_demand() -> None:
    X = table("mail")
    missing = Jitter(encoder=TableEncoder(identifiers="missing"), random_state=0).fit_resample(X, Y)[0]
    assert missing["mail"].iloc[N:].isna().all()
    kept = Jitter(encoder=TableEncoder(identifiers="keep"), random_state=0).fit_resample(X, Y)[0]
    assert kept["mail"].iloc[N:].isin(X["mail"]).all()
    with pytest.raises(InputError, match="column 'patient_id' has type int64 without a missing value"):
        Jitter(encoder=TableEncoder(identifiers="missing")).fit(table("patient_id"), Y)
    nullable = table("patient_id").astype({"patient_id": "Int64"})
    missing = Jitter(encoder=TableEncoder(identifiers="missing"), random_state=0).fit_resample(nullable, Y)[0]
    assert missing["patient_id"].iloc[N:].isna().all()
    # A category knows no new values.
    categories = table("mail").astype({"mail": "category"})
    assert Jitter(random_state=0).fit_resample(categories, Y)[0]["mail"].iloc[N:].isna().all()


def test_measurements_are_no_identifiers() -> None:
    rng = np.random.default_rng(2)
    X = pd.DataFrame(
        {
            "weight": rng.normal(70, 9, N),
            "income": rng.permutation(100_000)[:N],
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.permutation(N), unit="min"),
            "comment": [f"sort {i % 60}" for i in range(N)],
            "price": [f"{value:.2f}" for value in rng.gamma(3, 9, N)],
            "ends": np.uint64(2**64 - 1) - rng.permutation(N).astype(np.uint64),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        new = GaussianCopula(random_state=0).fit_resample(X, Y)[0].iloc[N:]
    for name in ("weight", "income", "seen", "ends"):
        assert new[name].between(X[name].min(), X[name].max()).all()
    assert new["comment"].isin(X["comment"]).all()


@pytest.mark.parametrize("method", ["jitter", "gaussian-copula"])
def test_the_command_line(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, output = tmp_path / "id.csv", tmp_path / "out.csv"
    table("mail").assign(y=Y).to_csv(source, index=False)
    assert main(["resample", str(source), "--target", "y", "--method", method, "-o", str(output)]) == 0
    said = capsys.readouterr().err
    assert "column 'mail' looks like an identifier, 200 different values in 200 rows" in said
    assert "--drop mail leaves it out" in said
    new = pd.read_csv(output).iloc[N:]
    assert not new["mail"].isin(COLUMNS["mail"]).any()
    assert any("--drop" not in note and "column 'mail'" in note for note in read(source, "y").notes)
