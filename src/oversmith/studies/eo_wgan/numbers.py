"""Riaz et al. 2025, EO-WGAN: what its published numbers are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from oversmith.classifiers import find_classifier
from oversmith.statistics import corrected_resampled_t, holm, paired_t
from oversmith.studies.eo_wgan.plans import ABLATION, EO_WGAN, SETS, SETTINGS, THREE, WGAN, folds, held_out
from oversmith.studies.procedures import ResampledFirst
from oversmith.studies.rows import NOTHING, Measured, exact, ratio
from oversmith.studies.scores import Numbers, Scores
from oversmith.studies.study import UNSW, Scope

TITLES = {entry.name: entry.title for entry in SETS}
BASELINES = {"nothing": "none", "SMOTE": "smote", "WGAN": WGAN.name}
CLASSIFIERS = [find_classifier(name).long_name for name in THREE]
_ON_UNSW = {"classifier": "xgboost", "dataset": UNSW}


class EOWGANNumbers(Numbers):
    """Our numbers, by the names that published.json calls them."""

    def __init__(self, scores: Scores, notes: Mapping[str, Any]) -> None:
        scope = Scope(**notes["scope"])
        n = 3 if scope.quick else 5
        paper, cut = folds(scope).name, {"protocol": held_out(scope).name, "ratio": None}
        super().__init__(
            scores,
            notes,
            list(TITLES),
            paper={"protocol": paper},
            sound={"protocol": f"{n}-fold, inner 2" if scope.quick else f"{n}-fold"},
            leaky={"protocol": f"{paper}, {ResampledFirst(n).name}"},
            cut=cut,
            thinned={"protocol": held_out(scope, thin=5.0, thin_class="either").name, "classifier": CLASSIFIERS},
            **{"xgboost on UNSW-NB15": cut | _ON_UNSW},
        )

    def best_set(self, metric: str) -> Measured:
        """Mean of the data set on which EO-WGAN is best."""
        cells = [self.mean(metric, "paper", {"dataset": name, "contender": EO_WGAN.name}) for name in self.sets]
        return max((cell for cell in cells if cell.n), key=lambda cell: cell.value, default=NOTHING)

    def largest_drop(self) -> Measured:
        """Largest drop in F1 of a row of Table 8."""
        names = [entry if isinstance(entry, str) else entry.name for entry in ABLATION.values()][1:]
        drops = [self.difference("f1", "xgboost on UNSW-NB15", EO_WGAN.name, name) for name in names]
        return max((drop for drop in drops if drop.n), key=lambda drop: drop.value, default=NOTHING)

    def best_learners(self, *names: str) -> Measured:
        """Count the data sets on which one of these classifiers has the highest AUC."""
        every = sorted(set(self.part("roc_auc", "paper", {"contender": EO_WGAN.name})["classifier"]))
        table = np.array([self.by_set("roc_auc", "paper", EO_WGAN.name, {"classifier": name}) for name in every])
        known = np.isfinite(table).all(axis=0) if every else np.zeros(0, dtype=bool)
        best = [every[i] for i in table[:, known].argmax(axis=0)] if known.any() else []
        return exact(sum(name in names for name in best), len(best))

    def best_penalty(self) -> dict[str, Any]:
        """Find the penalty weight with the best F1."""
        f1 = {
            weight: self.mean("f1", "xgboost on UNSW-NB15", {"contender": SETTINGS[5, weight].name})
            for weight in (5.0, 10.0, 20.0)
        }
        best = max(f1, key=lambda weight: f1[weight].value)
        return {"ours": exact(best, min(cell.n for cell in f1.values())), "holds": best == 10}

    def tests(self) -> list[tuple[str, str, Any, Any, float]]:
        """Test EO-WGAN against each baseline on each set: set, baseline, plain and corrected effect, Holm's p."""
        effects = []
        for dataset, title in TITLES.items():
            for baseline, contender in BASELINES.items():
                gains, share = self._gains(dataset, contender)
                if len(gains) > 1:
                    first = gains[gains.index.get_level_values("seed") == 0]
                    effects.append((title, baseline, paired_t(first), corrected_resampled_t(gains, share)))
        adjusted: Any = holm([test[3].p for test in effects]) if effects else []
        return [(*test, float(p)) for test, p in zip(effects, adjusted, strict=True)]

    def _gains(self, dataset: str, contender: str) -> tuple[Any, float]:
        keys = ["classifier", "repeat", "fold", "seed"]
        ours, base = (self.part("f1", "paper", {"dataset": dataset, "contender": c}) for c in (EO_WGAN.name, contender))
        paired = (ours.set_index(keys)["value"] - base.set_index(keys)["value"]).dropna()
        share = float((ours["n_test"] / ours["n_train"]).mean()) if len(ours) else 0.0
        return paired.groupby(["repeat", "fold", "seed"]).mean(), share

    def better(self) -> Measured:
        """Count the paired t-tests that EO-WGAN wins with p < 0.05."""
        tests = self.tests()
        return exact(sum(plain.difference > 0 and plain.p < 0.05 for _, _, plain, _, _ in tests), len(tests))

    def better_corrected(self) -> Measured:
        """Count the same tests after correction, p by Holm."""
        tests = self.tests()
        return exact(sum(sound.difference > 0 and p < 0.05 for *_, sound, p in tests), len(tests))

    def worse(self) -> dict[str, Any]:
        """Count the paired t-tests that EO-WGAN loses with p < 0.05."""
        tests = self.tests()
        count = sum(plain.difference < 0 and plain.p < 0.05 for _, _, plain, _, _ in tests)
        return {"ours": exact(count, len(tests)), "holds": count == 0}

    def smaller_spreads(self) -> Measured:
        """Count the pairs of data set and baseline in which EO-WGAN spreads less."""
        known = []
        for name in self.sets:
            ours, *others = (
                self.spread("f1", "paper", {"dataset": name, "contender": contender})
                for contender in (EO_WGAN.name, *BASELINES.values())
            )
            known += [ours < other for other in others if np.isfinite(ours) and np.isfinite(other)]
        return exact(sum(known), len(known))

    def seconds(self, contender: str) -> Measured:
        """Seconds of sampler and XGBoost on UNSW-NB15."""
        where = {"contender": contender, **_ON_UNSW}
        a, b = (self.mean(metric, "paper", where) for metric in ("seconds_resample", "seconds_fit"))
        return Measured(a.value + b.value, a.low + b.value, a.high + b.value, a.n) if a.n and b.n else NOTHING

    def time_ratio(self, contender: str) -> Measured:
        """Time of EO-WGAN to that of another sampler."""
        return ratio(self.seconds(EO_WGAN.name), self.seconds(contender))

    def minutes(self) -> Measured:
        """Minutes of EO-WGAN and its classifier on UNSW-NB15."""
        return ratio(self.seconds(EO_WGAN.name), exact(60))

    def size(self) -> dict[str, Any]:
        """Megabytes of sampler and classifier."""
        sampler, classifier = (self.extras["sizes"][name] for name in ("sampler", "classifier"))
        note = f"sampler {sampler:.2f}, classifier {classifier:.2f}; a factor of 2 passes"
        return {"ours": exact(sampler + classifier), "holds": 6 <= sampler + classifier <= 24, "note": note}

    def seconds_per_row(self) -> dict[str, Any]:
        """Seconds of one prediction."""
        part = self.part("seconds_predict", "paper", {"contender": EO_WGAN.name, **_ON_UNSW})
        each = (part["value"] / part["n_test"]).dropna()
        return {"ours": exact(each.mean(), len(each)), "holds": bool(each.mean() <= 0.05)}

    def trend(self) -> dict[str, Any]:
        """Spearman's correlation of the critic's loss with the step."""
        curve = [value for value in self.extras["losses"]["loss_critic"] if value is not None]
        if len(curve) < 3:
            return {"ours": NOTHING, "holds": None, "note": "the training is too short for its curve"}
        rho = float(stats.spearmanr(np.arange(len(curve)), curve).statistic)
        return {"ours": exact(rho, len(curve)), "holds": rho < 0}

    def rise(self) -> Measured:
        """Rise of the held-out loss after its lowest."""
        held = [value for value in self.extras["overfitting"]["to the end"]["held_out"] if value is not None]
        return exact(held[-1] - min(held)) if held else NOTHING

    def test_loss(self, training: str) -> dict[str, Any]:
        """Loss of a training on the real test part."""
        result = self.extras["overfitting"][training]
        note = f"stopped after {result['stopped']:,} steps, weights of step {result['best']:,}"
        return {"ours": exact(result["test_loss"]), "note": note}
