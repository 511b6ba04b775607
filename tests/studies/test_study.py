"""A study is kept, resumed, refused for another scope, and rebuilt from its raw scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oversmith.evaluation import Plan, Protocol, Store
from oversmith.exceptions import InputError
from oversmith.studies import STUDIES, Scope, rebuild, run_study, write_result
from oversmith.studies.rows import against
from oversmith.studies.smotified_gan.plans import FRAUD
from oversmith.studies.study import UNSW, Study, StudySet, study_tasks

SCOPE = Scope(quick=True, max_rows=300)
SETS = {name: study.sets for name, study in STUDIES.items()}
PAGE = """\
{% extends "layout.md.j2" %}
{% block sections %}
## Table 1

{{ table_1.sets }} sets

{{ table_1.rows | table }}
{% endblock %}
"""


def toy(calls: list[str] | None = None) -> Study:
    def plans(tasks, scope):
        return {"grid": Plan(tasks, ["none", "smote"], ["knn"], Protocol(folds=2, inner_folds=None))}

    def extra(tasks, scope, store):
        if calls is not None:
            calls.append("extra")
        return {"sets": len(tasks)}

    def parts(scores, notes):
        ours = scores.mean("f1", dataset="ecoli4", contender="smote")
        row = against("1", "Ecoli, SMOTE", "F1", 0.9, ours)
        return {"table_1": {"rows": [row], "sets": notes["extras"]["facts"]["sets"]}}

    def figures(scores, notes):
        return {"toy.svg": "<svg/>\n"}

    sets = (StudySet("ecoli4", "Ecoli"), StudySet("no-such-set", "Gone"))
    return Study("toy", "A toy", sets, plans, {"facts": extra}, parts, figures, page=PAGE)


def test_a_study_is_run_kept_and_rebuilt(data_dir, tmp_path):
    calls: list[str] = []
    said: list[str] = []
    study = toy(calls)
    result = run_study(study, tmp_path, SCOPE, n_jobs=1, command="oversmith study toy", say=said.append)
    assert said[0] == "4 of 4 fits are left"
    assert "nothing was timed yet" in said[1]
    assert "oversmith study toy" in result.markdown
    assert "## Table 1\n\n1 sets\n\n| row | quantity |" in result.markdown
    assert [(part.title, part.verdicts) for part in result.page.parts] == [("Table 1", (result.numbers[0]["verdict"],))]
    assert result.csv.splitlines()[1].startswith('1,"Ecoli, SMOTE",F1,0.9,the paper\'s,')
    again = run_study(study, tmp_path, SCOPE, n_jobs=1, command="oversmith study toy", say=said.append)
    assert "0 of 4 fits are left" in said
    assert "grid: 0 of 4 fits; about 0 s, from 4 timed, from here to the end of all grids" in said
    assert calls == ["extra"]
    rebuilt = rebuild(study, tmp_path / "raw.parquet")
    assert (rebuilt.markdown, rebuilt.csv) == (result.markdown, result.csv) == (again.markdown, again.csv)
    files = write_result(rebuilt, tmp_path / "out", "toy")
    assert sorted(path.name for path in files) == ["toy.csv", "toy.html", "toy.md", "toy.svg"]
    assert all(path.read_bytes() for path in files)


def test_a_set_that_is_gone_is_a_fact_and_not_the_end(data_dir):
    tasks, facts = study_tasks(toy().sets, 300)
    assert [task.name for task in tasks] == ["ecoli4"]
    assert "no-such-set" in facts["no-such-set"]["missing"]
    assert facts["ecoli4"]["used"] == 300
    assert "300 rows drawn" in facts["ecoli4"]["note"]


def test_a_folder_holds_one_study_of_one_scope(data_dir, tmp_path):
    run_study(toy(), tmp_path, SCOPE, n_jobs=1)
    with pytest.raises(InputError, match="name another folder"):
        run_study(toy(), tmp_path, replace(SCOPE, max_rows=250), n_jobs=1)
    with pytest.raises(InputError, match="holds the study 'toy'; name the raw scores of 'eo-wgan'"):
        rebuild(STUDIES["eo-wgan"], tmp_path / "raw.parquet")


def test_more_seeds_go_on_in_the_same_folder(data_dir, tmp_path):
    calls: list[str] = []
    scope = replace(SCOPE, quick=False)
    run_study(toy(calls), tmp_path, replace(scope, seeds=1), n_jobs=1)
    more = run_study(toy(calls), tmp_path, replace(scope, seeds=3), n_jobs=1)
    assert calls == ["extra"]
    assert "3 seeds on every fold" in more.markdown
    with pytest.raises(InputError, match="name another folder"):
        run_study(toy(), tmp_path, replace(scope, seeds=2), n_jobs=1)


def test_a_study_without_any_set_says_so(tmp_path):
    study = replace(toy(), sets=(StudySet("no-such-set", "Gone"),))
    with pytest.raises(InputError, match="none of the study's sets is at hand"):
        run_study(study, tmp_path, SCOPE)


def test_the_papers_sets_are_those_of_the_issue():
    assert [entry.title for entry in SETS["eo-wgan"]][:2] == ["UNSW-NB15", "Ecoli"]
    assert len(SETS["eo-wgan"]) == len(SETS["smotified-gan"]) == 10
    assert {entry.name for entry in SETS["smotified-gan"]} - {entry.name for entry in SETS["eo-wgan"]} == {FRAUD}


def test_unsw_is_cut_to_the_papers_share(data_dir):
    (task,), facts = study_tasks(SETS["eo-wgan"][:1], 2_000)
    assert task.counts[task.positive] / task.counts.sum() == pytest.approx(0.1265, abs=0.001)
    assert not task.X.duplicated().any()
    assert "testing set" in facts[UNSW]["note"]


@pytest.mark.parametrize("name", sorted(STUDIES))
def test_the_grids_cover_the_tables(data_dir, name):
    study = STUDIES[name]
    scope = Scope(quick=True, max_steps=5, max_rows=300)
    tasks, _ = study.load(study.sets[1:3], scope)
    plans = study.plans(tasks, scope)
    units = [unit for plan in plans.values() for unit in plan.units()]
    # A set may be cut into several experiments.
    sources = [
        {name.partition(",")[0] for name in names}
        for names in ((unit.job.task.name for unit in units), (task.name for task in tasks))
    ]
    assert sources[0] == sources[1]
    contenders = {cell.contender for unit in units for cell in unit.cells}
    wanted = {"eo-wgan": {"none", "smote", "wgan-paper", "eo-wgan-paper", "eo-wgan-10-10", "eo-wgan-one-critic"}}
    wanted["smotified-gan"] = {"none", "smote", "gan-001", "smotified-gan-paper", "smotified-gan-0.33"}
    wanted["ganbats"] = {"none", "none-tuned", "series-smote", "paper-cgan", "paper-wgan-gp", "paper-ganbats"}
    wanted["ganbats"] |= {"paper-g-part-d-part", "ganbats-0.33"}
    wanted["spectra"] = {"none", "paper-proposed", "paper-smote", "paper-ccu-diffusion", "paper-flip"}
    wanted["difficulty"] = {"none", "none-tuned", "class-weight", "random-over-sampling", "smote", "cgan", "cgan-auto"}
    wanted["difficulty"] |= {"flow-matching"}
    assert wanted[name] <= contenders


def test_beats_of_one_person_are_one_group(data_dir):
    tasks, facts = study_tasks(SETS["ganbats"], 600)
    assert [task.shape for task in tasks] == [(2, 128), (3, 128), (1, 128)]
    assert [task.classes[task.positive] for task in tasks] == ["1", "1", "V"]
    beats = tasks[2]
    assert set(beats.classes) == {"N", "V"}
    # 48 records of 47 persons; a sample may miss some.
    assert len(np.unique(beats.groups)) <= 47
    assert "B0005" in facts["nasa_battery_discharge"]["note"]


def test_the_cap_cuts_epochs_and_short_trainings_stay_whole():
    from oversmith.evaluation.builders import Situation
    from oversmith.studies.eo_wgan.plans import EO_WGAN, WGAN

    y = np.repeat([0, 1], [1280, 20])
    for contender, cap, epochs in ((EO_WGAN, None, 100), (EO_WGAN, 300, 30), (EO_WGAN, 5_000, 100), (WGAN, 50, 50)):
        sampler = contender.build(Situation(y, ("a", "b"), 2, 0, 0, cap))
        assert sampler._stopping().max_epochs == epochs


def test_raw_scores_can_be_continued(data_dir, tmp_path):
    from oversmith.evaluation import missing, read_scores

    study = toy()
    run_study(study, tmp_path, SCOPE, n_jobs=1)
    tasks, _ = study_tasks(study.sets, SCOPE.max_rows)
    store = Store(None)
    read_scores(store, tmp_path / "raw.parquet")
    assert not missing(study.plans(tasks, SCOPE)["grid"], store).units
    assert "accuracy" in store.scores().columns
