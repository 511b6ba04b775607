from __future__ import annotations

from imblearn.pipeline import make_pipeline as make_imblearn_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from oversmith.selection import weight_parameter


def test_the_name_leads_to_the_classifier_through_nested_pipelines():
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    assert weight_parameter(LogisticRegression()) == "sample_weight"
    outer = make_imblearn_pipeline(StandardScaler(), inner)
    parameter = weight_parameter(outer)
    assert parameter == "pipeline__logisticregression__sample_weight"
    X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    heavy = outer.fit(X, y, **{parameter: [1.0, 100.0, 1.0, 100.0]})
    assert list(heavy.predict(X)) == [1, 1, 1, 1]


def test_a_classifier_without_weights_has_none():
    assert weight_parameter(KNeighborsClassifier()) is None
    assert weight_parameter(make_pipeline(StandardScaler(), KNeighborsClassifier())) is None
