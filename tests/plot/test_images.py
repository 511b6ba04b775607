"""Sheets of images, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from oversmith.exceptions import InputError
from oversmith.plot import contact_sheet, image_distances, image_grid


def test_images_stand_row_by_row_with_transparent_gaps():
    images = np.arange(5)[:, None, None] * np.full((5, 2, 3), 10)
    sheet = contact_sheet(images, columns=2)
    assert sheet.shape == (8, 7, 2)
    assert sheet[::3, ::4, 0].tolist() == [[0, 10], [20, 30], [40, 0]]
    assert sheet[::3, ::4, 1].tolist() == [[255, 255], [255, 255], [255, 0]]
    assert not sheet[2].any()
    assert not sheet[:, 3].any()


def test_colours_stay_and_other_channels_are_averaged():
    colour = np.zeros((1, 3, 2, 2))
    colour[:, 1] = 1.0
    assert contact_sheet(colour, columns=1, value_range=(0, 1))[0, 0].tolist() == [0, 255, 0, 255]
    five = np.zeros((1, 5, 2, 2))
    five[:, 0] = 1.0
    assert contact_sheet(five, columns=1, value_range=(0, 1))[0, 0].tolist() == [51, 255]


def test_values_beyond_the_range_are_cut():
    assert contact_sheet([[[-5.0, 0.5, 7.0]]], columns=1, value_range=(0, 1))[0, :, 0].tolist() == [0, 128, 255]


def test_a_grid_is_drawn_pixel_by_pixel():
    ax = image_grid(np.zeros((3, 4, 4)), columns=3, ax=Figure().subplots())
    assert ax.images[0].get_interpolation() == "none"
    assert not ax.axison


def test_distances_are_drawn_as_shares_beside_the_limit():
    ax = image_distances({"generated": [0.3, 0.1], "held-out": [0.2]}, limit=0.15, ax=Figure().subplots())
    generated, held, limit = ax.lines
    assert generated.get_ydata().tolist() == [0.0, 0.5, 1.0]
    assert held.get_xdata().tolist() == [0.2, 0.2]
    assert limit.get_xdata() == [0.15, 0.15]
    assert generated.get_linestyle() != held.get_linestyle()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: contact_sheet(np.zeros((2, 2)), columns=1), "give .n, height, width."),
        (lambda: contact_sheet(np.zeros((2, 2, 2)), columns=0), "columns: 0 found"),
        (lambda: contact_sheet(np.zeros((2, 2, 2)), columns=1, value_range=(1, 0)), "value_range"),
        (lambda: image_distances({"generated": []}, ax=Figure().subplots()), "one distance per image"),
    ],
)
def test_what_is_no_image(call, message):
    with pytest.raises(InputError, match=message):
        call()
