"""Objects that are times: type, year, zone and unit come back, or the column is refused by name."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversmith.encoders import TableEncoder, seconds_of
from oversmith.encoders._typed import objects
from oversmith.exceptions import InputError

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
MOMENTS = st.datetimes() | st.sampled_from([dt.datetime.min, dt.datetime.max])
STAMPS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
TYPES: dict[str, st.SearchStrategy[Any]] = {
    "datetime": MOMENTS,
    "datetime UTC": MOMENTS.map(lambda value: value.replace(tzinfo=dt.UTC)),
    "datetime zone": MOMENTS.map(lambda value: value.replace(tzinfo=BERLIN)).filter(
        lambda value: 1 < value.year < 9999 and value == value.astimezone(dt.UTC).astimezone(BERLIN)
    ),
    "datetime offset": MOMENTS.map(lambda value: value.replace(tzinfo=INDIA)),
    "date": st.dates(),
    "timedelta": st.timedeltas() | st.sampled_from([dt.timedelta.min, dt.timedelta.max]),
    **{
        f"Timestamp {unit}": MOMENTS.map(lambda value, unit=unit: pd.Timestamp(value).as_unit(unit))
        for unit in ("s", "ms", "us")
    },
    "Timestamp ns": STAMPS.map(lambda value: pd.Timestamp(value).as_unit("ns") + pd.Timedelta(7, unit="ns")),
    "Timestamp zone": STAMPS.map(lambda value: pd.Timestamp(value).tz_localize("UTC").tz_convert("Asia/Tokyo")),
    "Timedelta": st.integers(-(10**12), 10**12).map(lambda value: pd.Timedelta(value, unit="ns")),
    **{
        f"datetime64[{unit}]": MOMENTS.map(lambda value, unit=unit: np.datetime64(value, "us").astype(f"M8[{unit}]"))
        for unit in ("Y", "M", "D", "h", "us")
    },
    "timedelta64[D]": st.integers(-(10**6), 10**6).map(lambda value: np.timedelta64(value, "D")),
}
CONTAINERS = {
    "pandas": (lambda column: pd.DataFrame({"c": pd.Series(column, dtype=object)}), lambda X: X["c"].to_numpy()),
    "numpy": (lambda column: column[:, None], lambda X: X[:, 0]),
    "list": (lambda column: [[value] for value in column], lambda X: objects(row[0] for row in X)),
}


def nature(value: Any) -> tuple[Any, ...]:
    """What must not change beside the moment."""
    return type(value), getattr(value, "unit", None), getattr(value, "dtype", None), getattr(value, "tzinfo", None)


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_objects_come_back(name: str, data: st.DataObject) -> None:
    column = objects(data.draw(st.lists(TYPES[name], min_size=2, max_size=12)))
    container = data.draw(st.sampled_from(sorted(CONTAINERS)))
    if data.draw(st.booleans()):
        column[0] = None
    if all(value is None for value in column):
        return
    wrap, unwrap = CONTAINERS[container]
    X = wrap(column)
    encoder = TableEncoder(numeric=data.draw(st.sampled_from(["quantile", "standard", "minmax"]))).fit(X)
    known = [value for value in column if value is not None]
    for decoded in (encoder.inverse_transform(encoder.transform(X)), generated(encoder)):
        values = [value for value in unwrap(decoded) if value is not None]
        assert {nature(value) for value in values} <= {nature(value) for value in known}
        assert all(min(known) <= value <= max(known) for value in values)


def generated(encoder: TableEncoder) -> Any:
    """Rows far beyond both ends, and between, by the encoder that a file would hold."""
    state = encoder.to_state()
    json.dumps(state, default=lambda array: array.tolist(), allow_nan=False)  # JSON and arrays, nothing else
    return TableEncoder.from_state(state).inverse_transform(np.random.default_rng(0).normal(0, 3, (20, encoder.width_)))


DAYS = [dt.datetime(9999, 12, 31) if i % 4 == 0 else dt.datetime(1, 1, 2) + dt.timedelta(days=i) for i in range(60)]
TYPED: dict[str, Any] = {
    **{f"pandas {unit}": pd.DataFrame({"c": np.array(DAYS, f"M8[{unit}]")}) for unit in ("s", "ms", "us")},
    "pandas zone": pd.DataFrame({"c": pd.Series(np.array(DAYS[1:4] * 20, "M8[us]")).dt.tz_localize("Asia/Tokyo")}),
    "arrow date": pd.DataFrame({"c": pd.array([day.date() for day in DAYS], dtype=pd.ArrowDtype(pa.date32()))}),
    "arrow zone": pd.DataFrame({"c": pd.array(DAYS, dtype=pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin")))}),
    "arrow duration": pd.DataFrame(
        {"c": pd.array([dt.timedelta(days=146_000 + i) for i in range(60)], dtype=pd.ArrowDtype(pa.duration("us")))}
    ),
    "polars": pl.DataFrame({"c": DAYS}),
    "polars duration": pl.DataFrame({"c": [dt.timedelta(days=146_000 + i) for i in range(60)]}),
    **{f"numpy {unit}": np.array(DAYS, "M8[us]").astype(f"M8[{unit}]")[:, None] for unit in ("Y", "D", "10s", "us")},
}


@pytest.mark.parametrize("name", TYPED)
def test_columns_of_times_keep_unit_and_range(name: str) -> None:
    X = TYPED[name]
    encoder = TableEncoder().fit(X)
    made, real = (
        np.asarray(part).ravel() if isinstance(part, np.ndarray) else part["c"] for part in (generated(encoder), X)
    )
    assert made.dtype == real.dtype
    assert real.min() <= made.min() <= made.max() <= real.max()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [DAYS[0], DAYS[1].replace(tzinfo=dt.UTC)],
            r"with a time zone \(1\) and without \(1\).*give all of them a zone",
        ),
        ([DAYS[1].replace(tzinfo=zone) for zone in (dt.UTC, INDIA)], "several time zones .*utc=True"),
        ([pd.Timestamp("2024-01-01").as_unit("ns"), pd.Timestamp("9999-12-31").as_unit("s")], "finest of their units"),
        ([np.datetime64("2024-01-01", "ns"), np.datetime64("9999-12-31", "D")], "finest of their units"),
        ([np.timedelta64(1, "M"), np.timedelta64(1, "D")], "months and of days"),
    ],
)
def test_what_has_no_common_unit_or_zone_is_refused_by_name(values: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=f"column 'end' holds .*{message}"):
        TableEncoder().fit(pd.DataFrame({"end": pd.Series(objects(values), dtype=object)}))


def test_dates_among_date_times_stay_what_they_are() -> None:
    X = pd.DataFrame({"c": pd.Series([DAYS[0], DAYS[1].date()] * 30, dtype=object)})
    found = TableEncoder().fit(X).inverse_transform(TableEncoder().fit(X).transform(X))
    assert found["c"].tolist() == X["c"].tolist()
    assert list(map(type, found["c"])) == list(map(type, X["c"]))


def test_the_unit_may_change_after_fit() -> None:
    fine = pd.DataFrame({"c": pd.date_range("2024-01-01", periods=60, unit="ns")})
    encoder = TableEncoder().fit(fine)
    assert np.array_equal(encoder.transform(fine.astype("M8[s]")), encoder.transform(fine))
    naive = pd.DataFrame({"c": pd.Series(DAYS, dtype=object)})
    aware = pd.DataFrame({"c": pd.Series([day.replace(tzinfo=dt.UTC) for day in DAYS], dtype=object)})
    with pytest.raises(InputError, match="column 'c' held date-times without a time zone in fit"):
        TableEncoder().fit(naive).transform(aware)


def test_objects_of_version_0_1_0_are_time_stamps() -> None:
    X = pd.DataFrame({"c": pd.date_range("2024-01-01", periods=60, unit="ns").astype(object)})
    state = TableEncoder().fit(X).to_state()
    (column,) = state["columns"]
    for name in ("unit", "zone", "scale", "big", "last", "anchors"):
        column.pop(name)
    column["flavour"] = "datetime"
    values = generated(TableEncoder.from_state(state))["c"]
    assert {(type(value), value.unit) for value in values} == {(pd.Timestamp, "ns")}
    assert X["c"].min() <= values.min() <= values.max() <= X["c"].max()


def test_seconds() -> None:
    moments = pd.Series(objects([dt.datetime(1970, 1, 2), pd.NaT]))
    assert seconds_of(moments).tolist()[0] == 86_400
    assert np.isnan(seconds_of(moments)[1])
    assert seconds_of(pd.Series([dt.timedelta(days=400 * 365)] * 2, dtype=object)).tolist() == [12_614_400_000.0] * 2
    assert seconds_of(pd.Series(np.array([1, -1], "m8[ns]"))).tolist() == [1e-9, -1e-9]
    assert np.isnan(seconds_of(pd.Series([None, None], dtype=object))).all()
