"""Rules between number columns: learnt from real rows, followed by every decoded one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith import SMOTE, GaussianCopula, GaussianMixture, Jitter, TableEncoder, load

N = 400
Y = np.repeat([0, 1], [330, 70])


def visits(seed: int = 0) -> pd.DataFrame:
    """Dates in order, a chain of orders, whole and decimal sums, a rounded one, a copy, and noise."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 500, N), unit="D")
    table = pd.DataFrame(
        {
            "start": start,
            "end": start + pd.to_timedelta(rng.integers(1, 90, N), unit="D"),
            "adults": rng.integers(0, 30, N),
            "children": rng.integers(0, 20, N),
            "net": rng.gamma(2, 40, N).round(2),
            "tax": rng.gamma(2, 20, N).round(2),
            "least": rng.normal(10, 4, N),
            "noise": rng.normal(size=N),
        }
    )
    table["people"] = table["adults"] + table["children"]
    table["gross"] = (table["net"] + table["tax"]).round(2)
    table["rounded"] = (table["net"] + table["tax"]).round()
    table["middle"] = table["least"] + rng.exponential(2, N)
    table["most"] = table["middle"] + rng.exponential(2, N)
    table["again"] = table["noise"]
    return table


def broken(rows: pd.DataFrame) -> dict[str, int]:
    return {
        "dates": int((rows["end"] <= rows["start"]).sum()),
        "people": int((rows["people"] != rows["adults"] + rows["children"]).sum()),
        "gross": int((~np.isclose(rows["gross"], rows["net"] + rows["tax"], atol=1e-9)).sum()),
        "rounded": int(((rows["rounded"] - rows["net"] - rows["tax"]).abs() > 0.5 + 1e-9).sum()),
        "chain": int(((rows["least"] > rows["middle"]) | (rows["middle"] > rows["most"])).sum()),
        "copy": int((rows["again"] != rows["noise"]).sum()),
    }


def test_rules_are_listed() -> None:
    assert set(TableEncoder().fit(visits()).constraints_) == {
        "again = noise",
        "people = adults + children",
        "gross = net + tax",
        "rounded = net + tax",
        "start < end",
        "least < middle",
        "middle < most",
    }


@pytest.mark.parametrize("method", [Jitter, SMOTE, GaussianCopula, GaussianMixture])
def test_no_generated_row_breaks_a_rule(method: type) -> None:
    X = visits()
    sampler = method(random_state=0)
    resampled, _ = sampler.fit_resample(X, Y)
    new = resampled.iloc[N:]
    assert set(broken(new).values()) == {0}
    assert resampled.dtypes.equals(X.dtypes)
    assert ((new.min() >= X.min()) & (new.max() <= X.max())).all()
    for name in ("net", "tax", "gross"):
        assert np.array_equal(new[name], new[name].round(2))
    assert "start < end" in sampler.constraints_


def test_saved_and_loaded(tmp_path: object) -> None:
    X = visits()
    sampler = GaussianCopula(random_state=0).fit(X, Y)
    sampler.save(f"{tmp_path}/sampler.zip")
    twin = load(f"{tmp_path}/sampler.zip")
    rows = sampler.sample(300, 1)
    assert set(broken(rows).values()) == {0}
    assert twin.sample(300, 1).equals(rows)
    assert twin.constraints_ == sampler.constraints_


def test_switched_off() -> None:
    sampler = GaussianMixture(encoder=TableEncoder(constraints=None), random_state=0)
    resampled, _ = sampler.fit_resample(visits(), Y)
    assert sampler.constraints_ == ()
    assert min(broken(resampled.iloc[N:]).values()) > 0


@pytest.mark.parametrize("seed", range(6))
def test_rows_of_any_kind_are_mended(seed: int) -> None:
    """Values of each column mixed anew break nearly every rule; some are missing."""
    rng = np.random.default_rng(seed)
    X = visits(seed)
    if seed % 2:
        X = X.astype({"adults": "int8", "least": "float32", "middle": "float32", "most": "float32"})
        X.loc[rng.random(N) < 0.1, ["middle", "net", "end"]] = None
    encoder = TableEncoder().fit(X)
    encoded = encoder.transform(X)
    mixed = np.column_stack([rng.permutation(column) for column in encoded.T])
    rows = encoder.inverse_transform(mixed)
    whole = rows.dropna()
    assert len(whole) > 200
    assert set(broken(whole).values()) == {0}
    assert (rows["least"] <= rows["most"]).all()
    assert ((rows.min() >= X.min()) & (rows.max() <= X.max())).all()
    assert rows.dtypes.equals(X.dtypes)


def test_real_rows_come_back_as_they_were() -> None:
    X = visits()
    encoder = TableEncoder().fit(X)
    pd.testing.assert_frame_equal(encoder.inverse_transform(encoder.transform(X)), X)


def test_what_says_nothing_is_no_rule() -> None:
    rng = np.random.default_rng(1)
    apart = pd.DataFrame({"age": rng.integers(20, 90, N), "income": rng.integers(20_000, 90_000, N)})
    assert TableEncoder().fit(apart).constraints_ == ()
    few = visits().iloc[:20]
    assert TableEncoder().fit(few).constraints_ == ()
    assert TableEncoder().fit(pd.DataFrame(rng.normal(size=(N, 12)))).constraints_ == ()
    almost = visits()
    almost.loc[5, "end"] = almost.loc[5, "start"] - pd.Timedelta(days=1)
    almost.loc[6, "people"] += 1
    rules = TableEncoder().fit(almost).constraints_
    assert "start < end" not in rules
    assert "people = adults + children" not in rules


def test_a_total_of_many_parts_and_tables_without_names() -> None:
    rng = np.random.default_rng(2)
    parts = rng.integers(0, 9, (N, 6))
    X = np.column_stack([parts, parts.sum(axis=1), rng.normal(size=N)])
    sampler = GaussianCopula(random_state=0)
    resampled, _ = sampler.fit_resample(X, Y)
    assert "x6 = x0 + x1 + x2 + x3 + x4 + x5" in sampler.constraints_
    assert np.array_equal(resampled[:, 6], resampled[:, :6].sum(axis=1))
