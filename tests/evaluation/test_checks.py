"""Folds that groups allow, and ratios that classes allow."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.evaluation.checks import check_thin, choose_folds
from oversmith.exceptions import InputError


def test_few_groups_make_few_folds():
    groups = np.arange(30) % 3
    assert choose_folds(groups, np.arange(30) % 2) == 3
    # A class that lies in two of the groups alone decides.
    labels = np.where((groups < 2) & (np.arange(30) > 20), "rare", "common")
    assert choose_folds(groups, labels) == 2
    assert choose_folds(np.arange(30), labels) == 5


def test_a_ratio_the_classes_are_beyond():
    with pytest.raises(InputError, match="thin: one row of 'b' to 2 others is more than there are, 15 to 45; give at"):
        check_thin(2, {"a": 45, "b": 15}, None, "y")
    with pytest.raises(InputError, match="thin: 'y' has 3 classes; say with positive= which one becomes rarer"):
        check_thin(4, {"a": 45, "b": 15, "c": 3}, None, "y")
