"""What can be asked of these documents? Every condition that a program can decide and that divides them.

A facet is a condition with the words that fill a phrase. It is kept if enough documents meet it and enough
do not; whether a need has enough relevant and violating documents is checked again, need by need.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from packaging.version import Version

from adhere.evaluate.audit.topics import EMPTY
from adhere.evaluate.audit.truth import Truth
from adhere.form import FEATURES
from adhere.need import Condition, Field, Form, Mentions, Scalar, Time
from adhere.parse.language.english import LANGUAGES
from adhere.schema import FieldInfo

KINDS = ("field", "list", "number", "version", "date", "time", "mentions", "form", "about")
"""What the report tells apart. `field` and `list` are keywords and truth values, `number`, `version` and
`date` fields of those types, `time` the document's own time, `about` a hidden label."""
LEAST = 3
"""Documents that must meet a condition, and as many that must not."""
PER_SUBJECT = 12
"""Values kept of one field, the commonest first."""
MENTIONED = (0.04, 0.25)
"""Share of the documents that a word to be mentioned occurs in."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_LABEL = re.compile(r"(?=.*[^\W\d_])[\w][\w .&'’/+#-]{1,39}")


@dataclass(frozen=True, slots=True)
class Facet:
    """A condition, its kind in the report, the phrase of `wordings` that says it, and what fills that."""

    kind: str
    subject: str
    phrase: str
    condition: Condition
    slots: tuple[tuple[str, str], ...]

    def said(self, phrase: str) -> str:
        """The phrase with the facet's own words in it."""
        return phrase.format(**dict(self.slots))


def facets(truth: Truth, *, hidden: str = "") -> dict[str, list[Facet]]:
    """Kind -> facets, in an order that only depends on the documents. Values of `hidden` become `about`."""
    found: dict[str, list[Facet]] = {kind: [] for kind in KINDS}
    for facet in _every(truth, hidden):
        meeting = len(truth.holds(facet.condition))
        if LEAST <= meeting <= len(truth.ids) - LEAST:
            found[facet.kind].append(facet)
    return {kind: of_kind for kind, of_kind in found.items() if of_kind}


def hideable(truth: Truth) -> str:
    """The field whose values the texts themselves show best, so that `about` can be asked of it; or none.

    Another field must remain.
    """
    lifts = telling(truth)
    best = max(sorted(lifts), key=lambda name: lifts[name], default="")
    others = [name for name, info in truth.schema.fields.items() if name != best and not _unasked(info)]
    return best if others else ""


def telling(truth: Truth) -> dict[str, float]:
    """The keyword fields with a handful of labels that the texts show, with how much likelier a document
    says a label's words when it carries the label than when it does not: at least twice."""
    lifts: dict[str, float] = {}
    for name, info in truth.schema.fields.items():
        labels = [
            label for label, number in info.values.items() if number >= 2 * LEAST and _LABEL.fullmatch(label)
        ]
        if info.type == "keyword" and len(labels) >= 3 and len(info.values) <= 100:
            lifts[name] = _lift(truth, name, labels)
    return {name: lift for name, lift in lifts.items() if lift >= 2}


def _lift(truth: Truth, name: str, labels: list[str]) -> float:
    with_, without = [], []
    for label in labels[:PER_SUBJECT]:
        meeting = truth.holds(Field(name, "=", label))
        saying = truth.holds(Mentions(label))
        with_.append(len(meeting & saying) / len(meeting))
        without.append(len(saying - meeting) / max(1, len(truth.ids) - len(meeting)))
    return float(sum(with_) / (sum(without) + 0.02 * len(without)))


def _every(truth: Truth, hidden: str) -> Iterator[Facet]:
    seen: list[Mapping[str, tuple[Scalar, ...]]] = [{i: (time,) for i, time in truth.times.items()}]
    for name, info in truth.schema.fields.items():
        values = truth.values(name)
        if _unasked(info) or values in seen:
            continue
        seen.append(values)
        if name == hidden:
            yield from _labels(name, info)
        elif info.type in ("keyword", "boolean"):
            yield from _keywords(name, info)
        else:
            yield from _ordered(name, values)
    yield from _times(truth)
    yield from _mentions(truth)
    yield from _forms(truth)


def _unasked(info: FieldInfo) -> bool:
    """Whether nobody would ask for a value: another one in (nearly) every document, as in ids and titles."""
    unique = info.type != "date" and len(info.values) >= 0.9 * info.documents
    return unique or info.documents < LEAST


def shown(name: str) -> str:
    """A field's name as people write it: `python_version` is "python version"."""
    return name.rpartition(".")[2].replace("_", " ").replace("-", " ")


# --- fields ------------------------------------------------------------------------------------


def _keywords(name: str, info: FieldInfo) -> Iterator[Facet]:
    labels = [value for value in info.values if _LABEL.fullmatch(value) and len(value.split()) <= 5]
    kind = "list" if info.is_list else "field"
    phrase = "boolean" if info.type == "boolean" else kind
    for value in labels[:PER_SUBJECT]:
        typed = value.casefold() == "true" if info.type == "boolean" else value
        yield _facet(kind, name, phrase, Field(name, "=", typed), value=value)


def _labels(name: str, info: FieldInfo) -> Iterator[Facet]:
    for value in [value for value in info.values if _LABEL.fullmatch(value)][:PER_SUBJECT]:
        yield _facet("about", name, "about", Field(name, "=", value), value=value)


def _ordered(name: str, values: Mapping[str, tuple[Scalar, ...]]) -> Iterator[Facet]:
    """Bounds at the quartiles, from either side; dates are cut at the turn of a year."""
    for value in _quartiles(each for row in values.values() for each in row):
        if isinstance(value, datetime):
            year = datetime(value.year, 1, 1, tzinfo=UTC)
            yield _facet("date", name, "date>=", Field(name, ">=", year), value=str(year.year))
            yield _facet("date", name, "date<", Field(name, "<", year), value=str(year.year))
        elif isinstance(value, Version):
            yield _facet("version", name, "version>=", Field(name, ">=", value), value=str(value))
            yield _facet("version", name, "version<", Field(name, "<", value), value=str(value))
        else:
            yield _facet("number", name, "number>=", Field(name, ">=", value), value=f"{value:g}")
            yield _facet("number", name, "number<=", Field(name, "<=", value), value=f"{value:g}")


def _quartiles(values: Iterator[Any]) -> list[Any]:
    ordered = sorted(values)
    return list(dict.fromkeys(ordered[len(ordered) * part // 4] for part in (1, 2, 3)))


# --- time, words, form -------------------------------------------------------------------------


def _times(truth: Truth) -> Iterator[Facet]:
    cuts = (
        [datetime(time.year, 1, 1, tzinfo=UTC) for time in _quartiles(iter(truth.times.values()))]
        if truth.times
        else []
    )
    cuts = list(dict.fromkeys(cuts))
    for cut in cuts:
        yield _facet("time", "time", "time>=", Time(start=cut), value=str(cut.year))
        yield _facet("time", "time", "time<", Time(end=cut), value=str(cut.year))
    for start, end in pairwise(cuts):
        last = end - timedelta(days=1)
        yield _facet(
            "time", "time", "time window", Time(start, end), value=str(start.year), end=str(last.year)
        )


def _mentions(truth: Truth) -> Iterator[Facet]:
    low, high = (share * len(truth.ids) for share in MENTIONED)
    words = [word for word, rows in truth.words.items() if low <= len(rows) <= high and _WORD.fullmatch(word)]
    words = [word for word in words if word not in EMPTY]
    for word in sorted(words):
        yield _facet("mentions", word, "mentions", Mentions(word), value=word)


def _forms(truth: Truth) -> Iterator[Facet]:
    for feature, type_ in FEATURES.items():
        values = [row[feature] for row in truth.forms.values()]
        if feature == "words":
            for length in dict.fromkeys(max(10, round(int(q), -1)) for q in _quartiles(iter(values))):
                yield _facet("form", feature, "words>=", Form(feature, ">=", length), value=str(length))
                yield _facet("form", feature, "words<", Form(feature, "<", length), value=str(length))
        elif type_ == "boolean":
            phrase = "list form" if feature == "list" else feature
            yield _facet("form", feature, phrase, Form(feature, "=", True))
        elif feature == "language":
            for code, _ in Counter(map(str, values)).most_common():
                if code in LANGUAGES:
                    yield _facet("form", feature, "language", Form(feature, "=", code), value=LANGUAGES[code])


def _facet(kind: str, subject: str, phrase: str, condition: Condition, **slots: str) -> Facet:
    return Facet(kind, subject, phrase, condition, (("field", shown(subject)), *slots.items()))
