"""Are the verdicts of a ledger right? Judgements of conditions against labels, with intervals over needs.

A label says of one document whether a criterion, stated without polarity, holds in it, and where that is
seen: lines of {"need", "corpus", "query", "criterion", "doc", "verdict": met / unmet / unclear, "evidence"}.
Unclear ones are left out. A document may say a thing in more places than the one that was marked; a second
file can say of every sentence whether it shows the criterion (`Shown`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adhere.errors import FileError
from adhere.evaluate.benchmark import lines
from adhere.evaluate.statistics import LEAST, Estimate
from adhere.need import Document, Judgement, Span, TextEvidence

RESAMPLES = 1000
BINS = 10
PRECISION = 0.9
TITLE = -1
"""Passage number of evidence that lies in the title."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Every sentence that shows a criterion to one who sees the title and it alone; `title` if that does."""

    spans: tuple[Span, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said: whether the criterion holds in the document, the words that show it, and, where
    that was asked, all sentences that do."""

    need: str
    corpus: str
    query: str
    criterion: str
    document: str
    met: bool
    evidence: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """Labels beside judgements, one entry each. `p` is NaN where the judge does not know; `evidence` 1 or 0
    where both say met and the label has evidence, else NaN; `shows` likewise by all sentences that show it.
    Shapes  (n,)"""

    needs: tuple[str, ...]
    met: NDArray[np.bool_]
    p: NDArray[np.float64]
    evidence: NDArray[np.float64]
    shows: NDArray[np.float64]

    def take(self, places: NDArray[np.int64]) -> Cases:
        needs = tuple(self.needs[place] for place in places)
        return Cases(needs, self.met[places], self.p[places], self.evidence[places], self.shows[places])


def read_labels(path: str | Path, shown: str | Path | None = None) -> list[Label]:
    """Labels that are met or unmet; `shown` is a file of {"need", "document", "criterion", "shown": spans,
    "title"}, as `labels/evidence_development.jsonl` of the repository.

    Errors  FileError naming file and line
    """
    every = _all_shown(Path(shown)) if shown else {}
    labels = []
    for place, line in lines(Path(path)):
        try:
            row = json.loads(line)
            if row["verdict"] not in ("met", "unmet", "unclear"):
                raise ValueError(f"verdict {row['verdict']!r}")
            if row["verdict"] != "unclear":
                labels.append(_label(row, every))
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{place}: not a label: {error}") from error
    return labels


def _label(row: Mapping[str, str], every: Mapping[tuple[str, ...], Shown]) -> Label:
    return Label(
        need=row["need"],
        corpus=row["corpus"],
        query=row["query"],
        criterion=row["criterion"],
        document=row["doc"],
        met=row["verdict"] == "met",
        evidence=row.get("evidence") or "",
        shown=every.get((row["need"], row["doc"], row["criterion"])),
    )


def _all_shown(path: Path) -> dict[tuple[str, ...], Shown]:
    found: dict[tuple[str, ...], Shown] = {}
    for place, line in lines(path):
        try:
            row = json.loads(line)
            spans = tuple((start, end) for start, end in row["shown"])
            found[row["need"], row["document"], row["criterion"]] = Shown(spans, row["title"])
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{place}: does not say which sentences show a criterion: {error}") from error
    return found


def cases(
    labels: Sequence[Label], judgements: Sequence[Judgement], documents: Mapping[str, Document]
) -> Cases:
    """Labels beside the judgements of their criteria, in the same order."""
    p = [np.nan if judgement.p is None else judgement.p for judgement in judgements]
    both = list(zip(labels, judgements, strict=True))
    return Cases(
        needs=tuple(label.need for label in labels),
        met=np.array([label.met for label in labels], np.bool_),
        p=np.array(p, np.float64),
        evidence=np.array([_evidence_right(a, b, documents[a.document]) for a, b in both], np.float64),
        shows=np.array([_evidence_shows(a, b) for a, b in both], np.float64),
    )


def _evidence_right(label: Label, judgement: Judgement, document: Document) -> float:
    if not (label.met and label.evidence) or judgement.p is None or judgement.p < 0.5:
        return np.nan
    if not isinstance(judgement.evidence, TextEvidence):
        return 0.0
    where = document.title if judgement.evidence.passage == TITLE else document.text
    return float(any(_overlap(judgement.evidence.span, span) for span in _places(label.evidence, where)))


def _evidence_shows(label: Label, judgement: Judgement) -> float:
    if not label.met or label.shown is None or judgement.p is None or judgement.p < 0.5:
        return np.nan
    if not isinstance(judgement.evidence, TextEvidence):
        return 0.0
    if judgement.evidence.passage == TITLE:
        return float(label.shown.title)
    return float(any(_overlap(judgement.evidence.span, span) for span in label.shown.spans))


def _places(words: str, text: str) -> list[Span]:
    found, start = [], text.find(words)
    while start >= 0:
        found.append((start, start + len(words)))
        start = text.find(words, start + 1)
    return found


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


# --- measures ----------------------------------------------------------------------------------


def macro_f1(found: Cases) -> float:
    """Mean of the F1 of met and of unmet; an unknown is neither, and costs recall of its class."""
    said = {True: found.p >= 0.5, False: found.p < 0.5}
    scores = []
    for outcome in (True, False):
        actual = found.met == outcome
        hits = (said[outcome] & actual).sum()
        total = said[outcome].sum() + actual.sum()
        scores.append(2 * hits / total if total else np.nan)
    return float(np.mean(scores))


def false_violations(found: Cases) -> float:
    """Of the documents shown as not meeting a criterion, the share that a reader says does."""
    shown = found.p < 0.5
    return float(found.met[shown].mean()) if shown.any() else np.nan


def evidence_right(found: Cases) -> float:
    """Of the rightly met criteria, the share whose shown evidence overlaps the words the reader marked."""
    return _share(found.evidence)


def evidence_shows(found: Cases) -> float:
    """Of the rightly met criteria, the share whose shown evidence is a sentence that shows the criterion to
    a reader who sees it and the title alone. A sentence that no reader was asked about counts as wrong."""
    return _share(found.shows)


def _share(right: NDArray[np.float64]) -> float:
    known = ~np.isnan(right)
    return float(right[known].mean()) if known.any() else np.nan


def calibration_error(found: Cases) -> float:
    """Expected gap between probability and frequency over ten equal bins, weighted by their size.

    Source  Guo et al. 2017 (ICML)
    """
    known = ~np.isnan(found.p)
    p, met = found.p[known], found.met[known]
    if not len(p):
        return np.nan
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    size = np.bincount(bins, minlength=BINS)
    gap = np.abs(np.bincount(bins, p, BINS) - np.bincount(bins, met.astype(float), BINS))
    return float(gap.sum() / size.sum())


def auc(scores: NDArray[np.float64], holds: NDArray[np.bool_]) -> float:
    """Share of pairs (one that holds, one that does not) in the right order; ties half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(len(scores))
    for value in np.unique(scores):
        same = scores == value
        ranks[same] = ranks[same].mean()
    positives = int(holds.sum())
    return float(
        (ranks[holds].sum() - positives * (positives - 1) / 2) / (positives * (len(scores) - positives))
    )


def auc_within(scores: NDArray[np.float64], holds: NDArray[np.bool_], criteria: Sequence[Hashable]) -> float:
    """The share of pairs in the right order among those of one criterion: what ranks documents. Ties half."""
    places: dict[Hashable, list[int]] = {}
    for place, criterion in enumerate(criteria):
        places.setdefault(criterion, []).append(place)
    right = pairs = 0.0
    for some in places.values():
        met = int(holds[some].sum())
        count = met * (len(some) - met)
        if count:
            right += count * auc(scores[some], holds[some])
            pairs += count
    return right / pairs if pairs else float("nan")


def coverage(found: Cases) -> float:
    """Largest share of all cases, surest first, on which the verdicts are right 90 times in 100."""
    sure = np.where(np.isnan(found.p), -1.0, np.abs(found.p - 0.5))
    order = np.argsort(-sure, kind="stable")
    order = order[sure[order] >= 0]
    right = (found.p >= 0.5)[order] == found.met[order]
    precision = np.cumsum(right) / np.arange(1, len(order) + 1)
    # a cut may not fall between cases of equal certainty
    ends = np.append(np.diff(sure[order]) != 0, True)[: len(order)]
    good = np.flatnonzero((precision >= PRECISION) & ends)
    return float((good[-1] + 1) / len(found.p)) if len(good) else 0.0


MEASURES: dict[str, Callable[[Cases], float]] = {
    "macro-F1": macro_f1,
    "false-violations": false_violations,
    "evidence-right": evidence_right,
    "evidence-shows": evidence_shows,
    "ECE": calibration_error,
    "coverage@90": coverage,
}


def verdict_measures(found: Cases, *, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Every measure with its 95% interval; needs, not labels, are resampled, for labels of one need agree.
    Fewer than `LEAST` needs have no interval."""
    places: dict[str, list[int]] = {}
    for place, need in enumerate(found.needs):
        places.setdefault(need, []).append(place)
    groups = [np.array(group) for group in places.values()]
    generator = np.random.default_rng(seed)
    samples: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(resamples if len(groups) >= LEAST else 0):
        drawn = generator.integers(0, len(groups), len(groups))
        sample = found.take(np.concatenate([groups[group] for group in drawn]))
        for name, measure in MEASURES.items():
            samples[name].append(measure(sample))
    return {
        name: _estimate(measure(found) if groups else np.nan, samples[name], _entering(name, found))
        for name, measure in MEASURES.items()
    }


def _entering(name: str, found: Cases) -> int:
    """How many cases a measure is about."""
    if name == "false-violations":
        return int((found.p < 0.5).sum())
    if name.startswith("evidence"):
        return int((~np.isnan(found.evidence if name == "evidence-right" else found.shows)).sum())
    return len(found.p)


def _estimate(value: float, samples: Sequence[float], n: int) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None, 0)
    if not samples:
        return Estimate(float(value), None, None, n)
    low, high = np.nanpercentile(samples, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high), n)
