"""Targets in every container: labels are classes as they are, and come back in the type in which they were given."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

import oversmith as om
from oversmith.exceptions import InputError

CODES = np.repeat([0, 1], [30, 10])
NAMES = np.where(CODES, "rare", "common")
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(40, 2)) + 2 * CODES[:, None], columns=["a", "b"])

TARGETS = {
    "categories of whole numbers": pd.Series(CODES).astype("category"),
    "categories of truth values": pd.Series(CODES == 1).astype("category"),
    "categories of whole floats": pd.Series(CODES * 1.0).astype("category"),
    "categories of text": pd.Series(NAMES).astype("category"),
    "a categorical": pd.Categorical(CODES),
    "nullable truth values": pd.Series(CODES == 1, dtype="boolean"),
    "an array of nullable truth values": pd.array(CODES == 1, dtype="boolean"),
    "nullable whole numbers": pd.Series(CODES, dtype="Int64"),
    "Arrow truth values": pd.Series(CODES == 1, dtype="bool[pyarrow]"),
    "Arrow whole numbers": pd.Series(CODES, dtype="int64[pyarrow]"),
    "Arrow text": pd.Series(NAMES, dtype="string[pyarrow]"),
    "truth values": CODES == 1,
    "objects that are whole numbers": CODES.astype(object),
    "objects that are truth values": pd.Series((CODES == 1).astype(object)),
    "days": pd.Series(np.where(CODES, "2020-01-01", "2021-01-01").astype("M8[s]")),
    "Polars whole numbers": pl.Series("y", CODES),
    "Polars truth values": pl.Series("y", CODES == 1),
    "Polars categories": pl.Series("y", NAMES.tolist(), dtype=pl.Categorical),
    "a Polars enumeration": pl.Series("y", NAMES.tolist(), dtype=pl.Enum(["common", "rare"])),
}
# Only where nothing but our own code reads them.
OTHERS = {
    "categories of decimals": pd.Series(CODES + 0.5).astype("category"),
    "categories of intervals": pd.cut(pd.Series(CODES), [-1, 0, 1]),
}
FRAMES = {
    "a column of categories": pd.DataFrame({"y": pd.Categorical(CODES)}),
    "a column": pd.DataFrame({"y": CODES}),
    "a Polars column": pl.DataFrame({"y": CODES}),
}


@pytest.mark.parametrize("name", [*TARGETS, *OTHERS, *FRAMES])
def test_a_sampler_gives_the_labels_back(name):
    y = (TARGETS | OTHERS | FRAMES)[name]
    resampled = om.Jitter(random_state=0).fit_resample(X, y)[1]
    assert type(resampled) is type(y)
    if hasattr(y, "dtype"):
        assert resampled.dtype == y.dtype
    else:
        assert list(resampled.dtypes) == list(y.dtypes)
    column = resampled.to_numpy().ravel() if hasattr(resampled, "to_numpy") else np.asarray(resampled)
    given = y.to_numpy().ravel() if hasattr(y, "to_numpy") else np.asarray(y)
    assert column[:40].tolist() == given.tolist()
    assert sorted(Counter(column.tolist()).values()) == [30, 30]


def classifiers() -> dict[str, object]:
    return {
        "EOWGANClassifier": om.EOWGANClassifier(
            LogisticRegression(), om.EOWGAN(max_steps=1, generator_widths=(4,), critic_widths=(4,)), random_state=0
        ),
        "WeightedResampler": om.WeightedResampler(om.Jitter(random_state=0), LogisticRegression()),
        "PriorCorrectedClassifier": om.PriorCorrectedClassifier(LogisticRegression()),
        "DenseClassifier": om.DenseClassifier(max_steps=1, random_state=0),
        "ScalableSVC": om.ScalableSVC(random_state=0),
    }


@pytest.mark.parametrize("name", [*TARGETS, "a column of categories", "a Polars column"])
@pytest.mark.parametrize("model", classifiers())
@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
def test_a_classifier_predicts_its_own_classes(name, model):
    if name == "days" and model in ("EOWGANClassifier", "WeightedResampler"):
        pytest.skip("the classifier inside is scikit-learn's")
    y = (TARGETS | FRAMES)[name]
    fitted = classifiers()[model].fit(X.to_numpy(), y)
    predicted = fitted.predict(X.to_numpy())
    assert predicted.dtype == fitted.classes_.dtype
    given = y.to_numpy().ravel() if hasattr(y, "to_numpy") else np.asarray(y)
    assert set(predicted.tolist()) <= set(fitted.classes_.tolist())
    assert sorted(set(given.tolist())) == fitted.classes_.tolist() or name == "days"


@pytest.mark.parametrize("name", OTHERS)
def test_what_scikit_learn_takes_for_no_classes(name):
    for model in ("EOWGANClassifier", "WeightedResampler", "PriorCorrectedClassifier"):
        with pytest.raises(InputError, match=r"y: categories found .* y.astype\(str\)"):
            classifiers()[model].fit(X, OTHERS[name])
    for model in ("DenseClassifier", "ScalableSVC"):
        fitted = classifiers()[model].fit(X, OTHERS[name])
        assert len(fitted.predict(X)) == 40


@pytest.mark.parametrize("kind", [np.random.default_rng, np.random.RandomState])
def test_sources_of_random_numbers(kind):
    sampler = om.Jitter(random_state=kind(0))
    # A clone has a copy of the source, as scikit-learn has it; every fit draws on.
    first, second = (clone(sampler).fit_resample(X, CODES)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    again = [sampler.fit_resample(X, CODES)[0].iloc[40:] for _ in range(2)]
    assert not again[0].equals(again[1])
    assert sampler.get_params()["random_state"] is sampler.random_state
    for model in classifiers().values():
        if "random_state" in model.get_params():
            model.set_params(random_state=kind(0)).fit(X.to_numpy(), CODES)


def test_compare_draws_a_seed():
    options = {"contenders": ["none-tuned"], "classifiers": ["knn"], "folds": 2, "inner_folds": 2, "n_jobs": 1}
    frame = pd.DataFrame({"y": pd.Categorical(CODES)})
    one, two = (om.compare(X, frame, random_state=np.random.default_rng(5), **options) for _ in range(2))
    assert one.scores["average_precision"].tolist() == two.scores["average_precision"].tolist()
