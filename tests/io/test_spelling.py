"""Generated cells look like the real cells of their column, and mean the value that was generated."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversmith.io.read_tables import read_csv
from oversmith.io.spelling import Spelling

START = dt.datetime(2024, 1, 28, 8, 5, 3)
TIMES = [START + dt.timedelta(hours=5 * i, minutes=7 * i, seconds=11 * i) for i in range(60)]


def pattern(cells: list[str]) -> re.Pattern[str]:
    """What the cells of a column have in common: runs of digits of the lengths that occur, and what is between them."""
    forms = {re.sub(r"\d+", "0", re.sub("[A-Za-z]{2,}", "a", cell)) for cell in cells}
    lengths: dict[tuple[str, int], set[int]] = {}
    for cell in cells:
        form = re.sub(r"\d+", "0", re.sub("[A-Za-z]{2,}", "a", cell))
        for position, run in enumerate(re.findall(r"\d+", cell)):
            lengths.setdefault((form, position), set()).add(len(run))
    parts = []
    for form in sorted(forms):
        runs = iter(range(99))
        regex = ""
        for character in form:
            if character == "0":
                known = lengths[form, next(runs)]
                regex += rf"\d{{{min(known)},{max(known)}}}"
            else:
                regex += "[A-Za-z]+" if character == "a" else re.escape(character)
        parts.append(regex)
    return re.compile("|".join(parts))


def read(cells: list[str]) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Cells of a column of a CSV file, and their values."""
    source = read_csv(("a,b\n" + "".join(f'"{cell}",0\n' for cell in cells)).encode(), "t.csv")
    assert source.text is not None
    return source.text.column("a"), source.arrow.column("a")


def spelt(cells: list[str], new: pa.Array | None = None) -> tuple[list[str], pa.ChunkedArray]:
    """Spell values of a column that a CSV file spells as these cells: its own by default."""
    text, typed = read(cells)
    values = typed if new is None else pa.chunked_array([new.cast(typed.type)])
    return Spelling.of(text, typed).cells(values), typed


TIME_STYLES = {
    "minutes": "%Y-%m-%d %H:%M",
    "hours": "%Y-%m-%d %H",
    "T, minutes": "%Y-%m-%dT%H:%M",
    "Z": "%Y-%m-%dT%H:%M:%SZ",
    "thousandths, Z": "%Y-%m-%dT%H:%M:%S.250Z",
    "offset": "%Y-%m-%dT%H:%M:%S+02:00",
    "short offset": "%Y-%m-%d %H:%M:%S-0330",
    "hours of offset": "%Y-%m-%d %H:%M+02",
    "thousandths": "%Y-%m-%d %H:%M:%S.250",
    "nanoseconds": "%Y-%m-%d %H:%M:%S.250000001",
    "seconds": "%Y-%m-%d %H:%M:%S",
    "time of day": "%H:%M",
    "seconds of day": "%H:%M:%S",
    "day": "%Y-%m-%d",
}


@pytest.mark.parametrize("style", TIME_STYLES)
def test_times_are_spelt_as_the_file_spells_them(style: str):
    cells = [time.strftime(TIME_STYLES[style]) for time in TIMES]
    _, typed = spelt(cells)
    assert not pa.types.is_string(typed.type)
    later = typed.combine_chunks()[1:30]
    real = pattern(cells)
    assert spelt(cells[30:] + cells[:1], later)[0] == cells[1:30]
    assert all(real.fullmatch(cell) for cell in spelt(cells)[0])


WRITTEN = {
    "day first": "%d.%m.%Y",
    "day first, short year": "%d/%m/%y",
    "month first": "%m/%d/%Y %H:%M",
    "slashes": "%Y/%m/%d %H:%M",
    "compact": "%Y%m%d",
    "compact, T": "%Y%m%dT%H%M%S",
    "months": "%d-%b-%Y",
    "long months": "%B %d, %Y %H:%M",
    "weekday": "%a, %d %b %Y %H:%M:%S",
    "twelve hours": "%m/%d/%Y %I:%M %p",
    "comma": "%Y-%m-%d %H:%M:%S,250000",
}


@pytest.mark.parametrize("style", WRITTEN)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("bare", [False, True])
def test_other_orders_of_dates(style: str, lower: bool, bare: bool):
    """What a reader recognised as dates is spelt in the order of the file."""

    def cell(time: dt.datetime) -> str:
        text = time.strftime(WRITTEN[style])
        text = text.lower() if lower else text
        return re.sub(r"(^|[/ .])0(\d)", r"\1\2", text) if bare else text

    cells = [cell(time) for time in TIMES]
    exact = "%H" in WRITTEN[style] or "%I" in WRITTEN[style]
    known = [time if exact else time.replace(hour=0, minute=0, second=0) for time in TIMES]
    micro = [time.replace(microsecond=250_000) if style == "comma" else time for time in known]
    if "%S" not in WRITTEN[style]:
        micro = [time.replace(second=0) for time in micro]
    values = pa.chunked_array([pa.array(micro, pa.timestamp("us"))])
    spelling = Spelling.of(pa.chunked_array([cells[:40]]), values[:40])
    assert spelling.cells(values) == cells


def test_a_morning_of_twelve_hours_has_an_afternoon():
    values = pa.array([dt.time(8, 30), dt.time(9, 5), dt.time(14, 5), dt.time(0, 5)], pa.time32("s"))
    spelling = Spelling.of(pa.chunked_array([["8:30 AM", "9:05 AM"]]), pa.chunked_array([values[:2]]))
    assert spelling.cells(pa.chunked_array([values[2:]])) == ["2:05 PM", "12:05 AM"]


def test_summer_time_is_kept():
    cells = ["2024-03-30T12:00:00+01:00", "2024-04-01T12:00:00+02:00"]
    new = pa.array([dt.datetime(2024, 3, 29), dt.datetime(2024, 6, 1, 0, 0, 1)], pa.timestamp("s", tz="UTC"))
    assert spelt(cells, new)[0] == ["2024-03-29T01:00:00+01:00", "2024-06-01T02:00:01+02:00"]


def test_parts_that_are_left_out_where_they_are_zero():
    cells = ["2024-03-01T08:00:00", "2024-03-01T08:00:00.250000", "2024-03-02T00:00:00"]
    new = pa.array([dt.datetime(2024, 3, 1, 9), dt.datetime(2024, 3, 1, 9, 0, 0, 500_000)], pa.timestamp("ns"))
    assert spelt(cells, new)[0] == ["2024-03-01T09:00:00", "2024-03-01T09:00:00.500000"]


NUMBERS = {
    "trailing zeros": (["1.50", "2.25", "10.00"], [3.0, 7.125], ["3.00", "7.12"]),
    "whole where whole": (["1.5", "2", "3.25"], [4.0, 7.5], ["4", "7.5"]),
    "one decimal at least": (["1.0", "2.25"], [4.0, 7.5], ["4.0", "7.5"]),
    "leading zeros": (["007.5", "123.0"], [1.5, 45.0], ["001.5", "045.0"]),
    "plus": (["+1.5", "-2.5"], [0.5, -0.5], ["+0.5", "-0.5"]),
    "plus, whole": (["+1", "-2", "+3"], [2.0, -1.0], ["+2", "-1"]),
    "hexadecimal": (["0x1f", "0xa0"], [11, 254], ["0x0b", "0xfe"]),
    "hexadecimal, capitals": (["0X1F", "0XA", "0XFFF"], [11, 254], ["0XB", "0XFE"]),
    "filled hexadecimal": (["0x001F", "0x00AB"], [11], ["0x000B"]),
    "exponents": (["1.50E+03", "2.25E-04"], [0.1, 20000.0, 9.999], ["1.00E-01", "2.00E+04", "1.00E+01"]),
    "bare exponents": (["1e3", "25e-4"], [0.1, 20000.0], ["1e-1", "2e4"]),
    "exponents of small numbers": (["1e-05", "0.5", "3e-07", "2.75"], [0.25, 2e-6], ["0.25", "2e-06"]),
    "no zero before the point": ([".5", "-.25", "1.75"], [0.75, -0.5, 2.0], [".75", "-.5", "2.0"]),
    "bare point": (["5.", "6.", "7.5"], [8.0, 8.5], ["8.", "8.5"]),
    "more digits than 64 bits hold": (["12345678901234567890", "98765432109876543210"], [5e19], [str(5 * 10**19)]),
    "longer than a double": (["0.1234567890123456789", "0.5234567890123456789"], [0.25], ["0.2500000000000000000"]),
    "all digits of a double": (["0.1234567890123456", "0.25"], [1 / 3], ["0.3333333333333333"]),
    "blanks": ([" 5", " 17"], [3], [" 3"]),
    "aligned": (["  5", " 17", "117"], [3, 44], ["  3", " 44"]),
    "no minus zero": (["1.5", "-2.5"], [-0.01], ["0.0"]),
}


@pytest.mark.parametrize("style", NUMBERS)
def test_numbers_are_spelt_as_the_file_spells_them(style: str):
    cells, new, right = NUMBERS[style]
    assert spelt(cells, pa.array(new))[0] == right
    assert spelt(cells)[0] == cells  # a value of the file as it stands there


def test_decimals_and_whole_numbers_keep_every_digit():
    text, typed = pa.chunked_array([["1.10", "99.99"]]), pa.chunked_array([[Decimal("1.10"), Decimal("99.99")]])
    assert Spelling.of(text, typed).cells(pa.chunked_array([[Decimal("12345678901234567890.50")]])) == [
        "12345678901234567890.50"
    ]
    assert spelt(["9007199254740993", "1"], pa.array([9223372036854775807]))[0] == ["9223372036854775807"]


@pytest.mark.parametrize("cells", [["TRUE", "FALSE"], ["true", "false"], ["True", "0"], ["1", "false"]])
def test_truth_values(cells: list[str]):
    assert spelt([*cells, cells[0]])[0] == [*cells, cells[0]]


def test_missing_cells_and_empty_columns():
    assert spelt(["1.50", "NA", "2.25"], pa.array([3.0, None]))[0] == ["3.00", "NA"]
    assert spelt(["", ""])[0] == ["", ""]
    assert spelt(["2024-03-01 08:00", "", "2024-03-02 08:30"])[0] == ["2024-03-01 08:00", "", "2024-03-02 08:30"]


def test_columns_without_text_are_spelt_with_one_precision():
    stamps = pa.chunked_array([pa.array([0, 250], pa.timestamp("ms"))])
    spelling = Spelling.plain(stamps)
    assert spelling.cells(stamps.slice(0, 1)) == ["1970-01-01 00:00:00.000"]
    assert Spelling.plain(stamps.slice(0, 0)).cells(stamps.slice(0, 0)) == []


@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from(["{:.2f}", "{:+.3f}", "{:08.3f}", "{:.4e}", "{:.1E}", "{:g}", "{!r}", "{:>12.2f}"]),
    numbers=st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3) + 0.0), min_size=8, max_size=30, unique=True),
)
def test_numbers_of_any_style(style: str, numbers: list[float]):
    cells = [style.format(number) for number in numbers]
    text, typed = read(cells)
    if not pa.types.is_floating(typed.type):
        return
    half = len(cells) // 2
    spelling = Spelling.of(text[:half], typed[:half])
    new, rest = spelling.cells(typed[half:]), cells[half:]
    again = read([*cells[:half], *new])[1]
    if style in ("{:g}", "{!r}"):  # as many decimals as the first half has
        assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d\d)?", cell) for cell in new)
    else:
        # Cells without a sign do not say whether zeros fill up to a width with it or without.
        assert [re.sub(r"\s|(?<![.\d])0+(?=\d)", "", cell) for cell in new] == [
            re.sub(r"\s|(?<![.\d])0+(?=\d)", "", cell) for cell in rest
        ]
        assert again.equals(typed)


@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from([*TIME_STYLES.values(), *WRITTEN.values()]),
    seconds=st.lists(st.integers(0, 2**31), min_size=24, max_size=40, unique=True),
)
def test_times_of_any_style(style: str, seconds: list[int]):
    times = [dt.datetime(1970, 1, 1) + dt.timedelta(seconds=value) for value in seconds]
    cells = [time.strftime(style) for time in times]
    text, typed = read(cells)
    if not pa.types.is_string(typed.type):
        assert Spelling.of(text[:12], typed[:12]).cells(typed) == cells
