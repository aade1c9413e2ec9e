"""What does a phrase say about time? Calendar words to instants, relative to an explicit clock.

Half-open intervals throughout: "after 2019" starts with 2020, "since 2019" with 2019, and "until 2020"
ends with 2021. A phrase more is a form more in one of the tables here or, if it counts from the clock, in
relative.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.parser import ParserError
from dateutil.parser import parse as parse_date
from dateutil.relativedelta import relativedelta

from adhere.need import Any, AsOf, Span, Time
from adhere.parse.rules.relative import AGO, DOCUMENTS, RELATIVE
from adhere.parse.rules.timeforms import Groups, Meaning, Table, TimeForm

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{4}}-\d\d(?![\d-])"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH},? \d{{4}}"
    rf"|\d{{1,2}}-{MONTH}-\d{{4}}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|{MONTH},? (?:of )?\d{{4}}|(?<![\d./])(?:1[6-9]|20)\d\d(?![\d-]))"
)
SAID = (
    r"(?:published|written|posted|created|released|dated|filed|issued|updated|modified|submitted|announced|"
    r"added|opened|closed|withdrawn|sent|made|produced|shot|printed|recorded|last updated|last modified)"
)
"""Verbs that say which date is meant."""
OF_DOCUMENTS = frozenset(
    {"published", "posted", "dated", "written", "submitted", "last updated", "last modified"}
)
"""Verbs that only documents take; "closed in 1950" may speak of a harbour."""
_YEAR = r"(?:1[6-9]|20)\d\d"


def interval(text: str) -> tuple[datetime, datetime]:
    """The year, month or day that the text names, as [start, end) in UTC.

    Errors  ParserError (a ValueError) for a date that does not exist
    """
    plain = re.sub(r"\b(?:of|the)\b", " ", text.casefold())
    parts = re.findall(r"\d+|[a-z]+", plain)
    start = parse_date(plain, default=datetime(2000, 1, 1), dayfirst=False).replace(tzinfo=UTC)
    step = (
        [relativedelta(years=1), relativedelta(months=1)][len(parts) - 1]
        if len(parts) < 3
        else relativedelta(days=1)
    )
    return start, start + step


_SEASONS = {
    "early": (1, 4), "mid": (5, 4), "late": (9, 4), "spring": (3, 3), "summer": (6, 3), "autumn": (9, 3),
    "fall": (9, 3), "winter": (12, 3),
}  # fmt: skip
"""The month in which a part of a year begins and how many it has."""
_HALVES = {"first half": (1, 6), "second half": (7, 6)}
"""The parts that are exact: the others ask."""
PART_OF_YEAR = re.compile(
    rf"\b(?:{'|'.join((*_SEASONS, *_HALVES))}|Q[1-4])[ -](?:of )?{_YEAR}\b", re.IGNORECASE
)
"""A year that is not meant as a whole."""


def _months(year: str, first: int, length: int) -> Time:
    start = datetime(int(year), first, 1, tzinfo=UTC)
    return Time(start, start + relativedelta(months=length))


_IN = r"(?:in |during |from |of )?"
_OF_YEAR = rf"[ -](?:of )?(?:the year )?(?P<year>{_YEAR})\b"


def _part(parts: Mapping[str, tuple[int, int]], *, vague: bool) -> TimeForm:
    return TimeForm(
        rf"{_IN}(?:the )?(?P<part>{'|'.join(parts)}){_OF_YEAR}",
        lambda said, _: _months(said["year"], *parts[said["part"].casefold()]),
        vague=vague,
    )


_PARTS_OF_YEARS = (
    TimeForm(
        rf"{_IN}Q(?P<quarter>[1-4])[ /-]?(?P<year>{_YEAR})\b",
        lambda said, _: _months(said["year"], 3 * int(said["quarter"]) - 2, 3),
    ),
    TimeForm(
        rf"{_IN}(?P<month>0?[1-9]|1[0-2])/(?P<year>{_YEAR})(?!/)\b",
        lambda said, _: _months(said["year"], int(said["month"]), 1),
    ),
    _part(_SEASONS, vague=True),
    _part(_HALVES, vague=False),
)


def _from_to(said: Groups, _: datetime) -> Time:
    return Time(interval(said["first"])[0], interval(said["last"])[1])


def _as_of(said: Groups, _: datetime) -> AsOf:
    start, end = interval(said["date"])
    return AsOf(start if end - start == timedelta(days=1) else end)


def _since(said: Groups, _: datetime) -> Time:
    start, end = interval(said["date"])
    if said["word"].casefold() == "from" and not (said["onwards"] or said["verb"]):
        return Time(start, end)  # "papers from 2019" are of that year
    return Time(start=start)


_STRETCHES = (
    TimeForm(
        rf"(?:from|between) (?P<first>{DATE}) (?:up to|to|and|until|till|through|-|–) (?P<last>{DATE})",
        _from_to,
    ),
    TimeForm(rf"(?P<first>{_YEAR}) ?(?:-|–|to) ?(?P<last>{_YEAR})\b", _from_to),
    TimeForm(rf"as (?:of|at) (?P<date>{DATE})", _as_of, sure=True),
    TimeForm(
        rf"(?:after|later than|newer than|more recent than|following|post[- ])\s?(?P<date>{DATE})",
        lambda said, _: Time(start=interval(said["date"])[1]),
    ),
    TimeForm(
        r"(?P<word>since|from|starting(?: in)?|on or after|no (?:older|earlier) than|"
        rf"not (?:older|earlier|before) than)\s(?P<date>{DATE})"
        r"(?P<onwards> on(?:wards?)?\b| or (?:later|newer|after)| and (?:later|newer|after))?",
        _since,
    ),
    TimeForm(
        rf"(?:(?:in|on) )?(?P<date>{DATE})(?: or (?:later|newer|after|more recent)| and (?:later|newer)"
        r"| onwards?| on\b)",
        lambda said, _: Time(start=interval(said["date"])[0]),
    ),
    TimeForm(
        rf"(?:before|prior to|older than|earlier than|predating|pre[- ])\s?(?P<date>{DATE})",
        lambda said, _: Time(end=interval(said["date"])[0]),
    ),
    TimeForm(
        r"(?:until|till|up to|(?:no|not) (?:later|newer|more recent) than|by|through)"
        rf"\s(?P<date>{DATE})",
        lambda said, _: Time(end=interval(said["date"])[1]),
    ),
    TimeForm(
        rf"(?:(?:in|on) )?(?P<date>{DATE})(?: or (?:earlier|older|before)| and (?:earlier|older))",
        lambda said, _: Time(end=interval(said["date"])[1]),
    ),
)


def _any_of(dates: Sequence[str]) -> Time | Any:
    """Any of the dates: one stretch where they follow on each other."""
    stretches: list[tuple[datetime, datetime]] = []
    for start, end in sorted(map(interval, dates)):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    times = tuple(Time(start, end) for start, end in stretches)
    return times[0] if len(times) == 1 else Any(times)


def _whole(said: Groups, _: datetime) -> Time:
    return Time(*interval(said["date"]))


def _decade(said: Groups, _: datetime) -> Time:
    start = datetime(int(said["year"]), 1, 1, tzinfo=UTC)
    return Time(start, start + relativedelta(years=10))


def _any_month(said: Groups, _: datetime) -> Time | Any:
    return _any_of([f"{month} {said['year']}" for month in re.findall(MONTH, said["months"], re.IGNORECASE)])


def _from_month(said: Groups, _: datetime) -> Time:
    first, last = (f"{said[name]} {said['year']}" for name in ("first", "last"))
    return Time(interval(first)[0], interval(last)[1])


_WITHIN = (
    TimeForm(
        rf"(?:in |during |within |of |on |from )?(?P<dates>{DATE}(?:, {DATE})*,? or {DATE})",
        lambda said, _: _any_of(re.findall(DATE, said["dates"], re.IGNORECASE)),
    ),
    TimeForm(rf"(?:in|during|within|of|on) (?P<date>{DATE})", _whole),
    TimeForm(r"(?:(?:in|during|from|of) )?(?:the )?(?P<year>(?:1[6-9]|20)\d0)s\b", _decade),
    TimeForm(rf"(?P<date>{_YEAR})(?= (?:{DOCUMENTS})\b)", _whole),
    TimeForm(
        rf"(?:in|during|from|of) (?P<months>{MONTH}(?:, {MONTH})*,? (?:or|and) {MONTH}) (?P<year>{_YEAR})",
        _any_month,
    ),
    TimeForm(
        rf"(?:from|between) (?P<first>{MONTH}) (?:to|and|until|till|-|–) (?P<last>{MONTH}) (?P<year>{_YEAR})",
        _from_month,
    ),
)


def _begun(said: Groups, now: datetime) -> Time | None:
    """A month or a day without a year, or a bound at it: the last one that has begun."""
    return _without_year(said, now, ahead=False)


def _to_come(said: Groups, now: datetime) -> Time | None:
    """The same, but the next one that has not ended."""
    return _without_year(said, now, ahead=True)


def _without_year(said: Groups, now: datetime, *, ahead: bool) -> Time | None:
    word, date = said["word"].casefold(), said.get("day") or said["month"]
    if date == "may":
        return None  # May is a month, "may" none
    start, end = interval(f"{date} {now.year}")
    years = 1 if ahead and end <= now else -1 if not ahead and start > now else 0
    start, end = start + relativedelta(years=years), end + relativedelta(years=years)
    if said["on"]:
        word = "until" if "latest" in said["on"] else "since"
    if word == "from" and "day" in said:
        word = "since"  # "from 1 March" goes on, "from March" is that month
    bounds = {"after": Time(start=end), "before": Time(end=start), "since": Time(start=start)}
    bounds |= dict.fromkeys(("until", "by"), Time(end=end))
    return bounds.get(word, Time(start, end))


_DAY_MONTH = (
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?!\w)|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?![.,]?\d)"
)
_WITHOUT_YEAR = (
    TimeForm(
        rf"(?P<word>since|from|after|before|until|by|on) (?:the )?(?P<day>{_DAY_MONTH})(?!,? \d{{4}})"
        r"(?P<on> on(?:wards?)?\b| or (?:later|newer)\b| at the latest\b)?",
        _begun,
        ahead=_to_come,
    ),
    TimeForm(
        rf"(?P<word>since|from|after|before|until|in|during) (?P<month>{MONTH}(?! ?\d))"
        r"(?P<on> on(?:wards?)?\b| or (?:later|newer)\b)?",
        _begun,
        ahead=_to_come,
    ),
)
_FORMS = Table(SAID, (*AGO, *_PARTS_OF_YEARS, *_STRETCHES, *_WITHIN, *_WITHOUT_YEAR, *RELATIVE))


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """A phrase of time; `verb` is the word that says which date is meant ("modified"), if any does.

    `sure` where it can only speak of the document's own date, not of its subject ("in 1789"). `loose`: it
    speaks of documents only beside a verb or a field that says so ("today"). `vague`: its ends are a guess
    ("summer 2024"). `ahead`: what it means of a date that lies ahead ("from December on"; else the last one).
    """

    span: Span
    meaning: Meaning
    verb: str
    sure: bool
    loose: bool = False
    vague: bool = False
    ahead: Time | None = None


def time_phrases(text: str, now: datetime) -> Iterator[TimePhrase]:
    """The phrases of time in a clause, left to right; what names no possible date is skipped."""
    for span, form, said in _FORMS.find(text):
        try:
            meaning = form.meaning(said, now)
        except (ParserError, OverflowError, ValueError):
            continue  # "on 31 February 2020" is no date; the words stay part of the clause
        if meaning is not None:
            verb = said["verb"].casefold()
            sure = (form.sure or verb in OF_DOCUMENTS) and not form.vague
            ahead = form.ahead(said, now) if form.ahead else None
            yield TimePhrase(span, meaning, verb, sure, form.loose, form.vague, ahead)
