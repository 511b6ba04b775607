from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_breast_cancer

from oversmith.datasets import load_demo


def test_malignant_is_thinned_to_one_in_ten_and_rows_are_real():
    frame, target, positive = load_demo()
    assert frame[target].value_counts().to_dict() == {"benign": 357, "malignant": 36}
    assert positive == "malignant"
    source = load_breast_cancer(as_frame=True)
    real = source.data.assign(**{target: source.target_names.astype(object)[source.target]})
    joined = frame.merge(real.drop_duplicates(), how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    assert not frame.duplicated().any()


def test_always_the_same():
    pd.testing.assert_frame_equal(load_demo()[0], load_demo()[0])


def test_features_and_target():
    frame, target, _ = load_demo()
    X, y = load_demo(return_X_y=True)
    assert X.equals(frame.drop(columns=target))
    assert y.equals(frame[target])
