"""What does a phrase say about time? Calendar words to instants, relative to an explicit clock.

Half-open intervals throughout: "after 2019" starts with 2020, "since 2019" with 2019, and "until 2020"
ends with 2021.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.parser import ParserError
from dateutil.parser import parse as parse_date
from dateutil.relativedelta import relativedelta

from adhere.need import Any, AsOf, Recent, Span, Time
from adhere.parse.rules.vocabulary import HEADS

HALF_LIFE_DAYS = 365.0
"""What "recent" means where nobody says how recent."""

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
_DOCUMENTS = "|".join(sorted(HEADS))
_LIST = rf"{DATE}(?:(?:, {DATE})*,? or {DATE})"
_NUMBER = r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|few)"
_COUNT = rf"(?P<count>{_NUMBER})"
_AGO = (
    rf"(?:between )?(?P<ago_from>{_NUMBER})(?: (?:day|week|month|year)s?)? ?(?:to|and|-|–) ?"
    rf"(?P<ago_to>{_NUMBER}) (?P<ago_range_unit>day|week|month|year)s? ago"
    r"|(?:(?P<ago_compare>more than|over|at least|less than|under|at most|within|up to) )"
    rf"(?P<ago>{_NUMBER}) (?P<ago_unit>day|week|month|year)s? ago"
)
_DAY_MONTH = (
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?!\w)|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?![.,]?\d)"
)
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_YEAR = r"(?:1[6-9]|20)\d\d"
_PARTS = {
    "early": (1, 4), "mid": (5, 4), "late": (9, 4), "spring": (3, 3), "summer": (6, 3), "autumn": (9, 3),
    "fall": (9, 3), "winter": (12, 3), "first half": (1, 6), "second half": (7, 6),
}  # fmt: skip
"""The month in which a part of a year begins and how many it has. Only the halves are exact: others ask."""
_PART = (
    rf"(?:in |during |from |of )?(?:Q(?P<quarter>[1-4])[ /-]?(?P<quarter_year>{_YEAR})"
    rf"|(?P<month_number>0?[1-9]|1[0-2])/(?P<month_year>{_YEAR})(?!/)"
    rf"|(?:the )?(?P<part>{'|'.join(_PARTS)})[ -]"
    rf"(?:of )?(?:the year )?(?P<part_year>{_YEAR}))\b"
)
PART_OF_YEAR = re.compile(rf"\b(?:{'|'.join(_PARTS)}|Q[1-4])[ -](?:of )?{_YEAR}\b", re.IGNORECASE)
"""A year that is not meant as a whole."""
_UNIT = r"(?P<unit>day|week|fortnight|month|year|decade)s?"
_PHRASE = re.compile(
    rf"\b(?:(?P<verb>{SAID})(?: (?:or|and) \w+)? )?(?:"
    rf"{_AGO}|{_PART}|"
    rf"(?:from|between) (?P<first>{DATE}) (?:up to|to|and|until|till|through|-|–) (?P<last>{DATE})|"
    rf"(?P<first2>(?:1[6-9]|20)\d\d) ?(?:-|–|to) ?(?P<last2>(?:1[6-9]|20)\d\d)\b"
    rf"|as (?:of|at) (?P<asof>{DATE})"
    rf"|(?P<after>after|later than|newer than|more recent than|following|post[- ])\s?(?P<after_date>{DATE})"
    rf"|(?P<since>since|from|starting(?: in)?|on or after|no (?:older|earlier) than|not (?:older|earlier|"
    rf"before) than)\s(?P<since_date>{DATE})(?P<onwards> on(?:wards?)?\b| or (?:later|newer|after)|"
    rf" and (?:later|newer|after))?"
    rf"|(?:(?:in|on) )?(?P<or_later>{DATE})(?: or (?:later|newer|after|more recent)| and (?:later|newer)"
    rf"| onwards?| on\b)"
    rf"|(?P<before>before|prior to|older than|earlier than|predating|pre[- ])\s?(?P<before_date>{DATE})"
    r"|(?P<until>until|till|up to|(?:no|not) (?:later|newer|more recent) than|by|through)"
    rf"\s(?P<until_date>{DATE})"
    rf"|(?:(?:in|on) )?(?P<or_earlier>{DATE})(?: or (?:earlier|older|before)| and (?:earlier|older))"
    rf"|(?:in |during |within |of |on |from )?(?P<listed>{_LIST})"
    rf"|(?:in|during|within|of|on) (?P<within>{DATE})"
    rf"|(?:(?:in|during|from|of) )?(?:the )?(?P<decade>(?:1[6-9]|20)\d0)s\b"
    rf"|(?P<adjective>(?:1[6-9]|20)\d\d)(?= (?:{_DOCUMENTS})\b)"
    rf"|(?:in|during|from|of) (?P<months>{MONTH}(?:(?:, {MONTH})*,? (?:or|and) {MONTH}) (?:1[6-9]|20)\d\d)"
    rf"|(?:from|between) (?P<first_month>{MONTH}) (?:to|and|until|till|-|–) "
    rf"(?P<last_month>{MONTH} (?:1[6-9]|20)\d\d)"
    rf"|(?P<since_day>since|from|after|before|until|by|on) (?:the )?(?P<day_month>{_DAY_MONTH})(?!,? \d{{4}})"
    r"(?P<day_on> on(?:wards?)?\b| or (?:later|newer)\b| at the latest\b)?"
    rf"|(?P<since_month>since|from|after|before|until|in|during) (?P<month>{MONTH}(?! ?\d))"
    r"(?P<month_on> on(?:wards?)?\b| or (?:later|newer)\b)?"
    rf"|(?:in |over |within |during )?(?:the )?(?:next|coming|following) (?P<next_count>{_NUMBER} )?"
    r"(?P<next_unit>day|week|fortnight|month|year)s?\b"
    r"|(?:on |from )?(?P<day>today|yesterday|tomorrow)(?!['’]s)\b"
    rf"|(?P<weekday_word>on|this|next|coming|last|since) (?P<weekday>{'|'.join(_WEEKDAYS)})\b"
    r"|(?:at )?(?P<weekend>this|next|coming|last) weekend\b|(?P<tonight>tonight)\b"
    rf"|(?:from |in |over |within |during |of )?(?:the )?(?:last|past|previous) {_COUNT} {_UNIT}|(?:from |"
    rf"in )?(?:the )?(?P<period>last|past|previous|this) (?P<period_unit>week|month|year)\b"
    rf"|(?:older than|(?:more than|over)(?= \w+ \w+ old\b)) (?P<old_count>\d{{1,3}}|a|an|one|two|three|four"
    rf"|five|six|seven|eight|nine|ten|twelve) (?P<old_unit>day|week|month|year|decade)s?(?: old)?\b"
    rf"|(?:no|not|less|newer|younger|at most) (?:older|more|than)(?: than)? (?P<age_count>\d{{1,3}})"
    rf" (?P<age_unit>day|week|month|year)s?(?: old)?"
    r"|(?P<recent>recent(?:ly)?|fresh(?:est)?(?= ones\b| first\b)|freshest|(?<!at the )latest|newest"
    r"|most recent|up[- ]to[- ]date"
    r"|(?:the )?(?:newer|more recent),? the better|(?:newer|more recent) is better)\b"
    rf"(?: (?:{_DOCUMENTS})(?= (?:first|on top|come first|go first)))?)",
    re.IGNORECASE,
)
_ROLLING = re.compile(r"(?:\w+ )*(?:in|within|over|during) the last\b", re.IGNORECASE)
"""Speaks of the time up to now: "in the last year" is no calendar year."""
OF_DOCUMENTS = frozenset(
    {"published", "posted", "dated", "written", "submitted", "last updated", "last modified"}
)
"""Verbs that only documents take; "closed in 1950" may speak of a harbour."""
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
}
_WORDS |= {"nine": 9, "ten": 10, "twelve": 12, "couple of": 2, "few": 3}


Meaning = Time | AsOf | Recent | Any
"""A stretch of time, several apart ("in 2015 or 2019"), a version, or how recent."""


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
    for match in _PHRASE.finditer(text):
        try:
            meaning = _meaning(match, now)
        except (ParserError, OverflowError, ValueError):
            continue  # "on 31 February 2020" is no date; the words stay part of the clause
        if meaning is not None:
            verb = (match["verb"] or "").casefold()
            sure = verb in OF_DOCUMENTS or isinstance(meaning, AsOf | Recent)
            vague = bool(match["part"]) and "half" not in match["part"].casefold()
            loose = bool(match["day"] or match["next_unit"])
            vague = vague or (match["weekday_word"] or "").casefold() in ("on", "next", "coming")
            ahead = _of_month(match, now, ahead=True) if match["month"] or match["day_month"] else None
            yield TimePhrase(match.span(), meaning, verb, sure and not vague, loose, vague, ahead)


def _meaning(match: re.Match[str], now: datetime) -> Meaning | None:
    if match["recent"]:
        return Recent(HALF_LIFE_DAYS)
    if match["asof"]:
        start, end = interval(match["asof"])
        return AsOf(start if end - start == timedelta(days=1) else end)
    first, last = match["first"] or match["first2"], match["last"] or match["last2"]
    if first:
        return Time(interval(first)[0], interval(last)[1])
    if match["after_date"]:
        return Time(start=interval(match["after_date"])[1])
    if (
        match["since_date"]
        and match["since"].casefold() == "from"
        and not (match["onwards"] or match["verb"])
    ):
        return Time(*interval(match["since_date"]))  # "papers from 2019" are of that year
    for name in ("since_date", "or_later"):
        if match[name]:
            return Time(start=interval(match[name])[0])
    if match["before_date"]:
        return Time(end=interval(match["before_date"])[0])
    for name in ("until_date", "or_earlier"):
        if match[name]:
            return Time(end=interval(match[name])[1])
    if match["listed"]:
        return _any_of(re.findall(DATE, match["listed"], re.IGNORECASE))
    if match["months"]:
        year = match["months"][-4:]
        return _any_of([f"{month} {year}" for month in re.findall(MONTH, match["months"], re.IGNORECASE)])
    if match["first_month"]:
        year = match["last_month"][-4:]
        return Time(interval(f"{match['first_month']} {year}")[0], interval(match["last_month"])[1])
    if match["month"] or match["day_month"]:
        return _of_month(match, now)
    if match["quarter"] or match["month_number"] or match["part"]:
        return _part_of_year(match)
    if match["within"] or match["adjective"]:
        return Time(*interval(match["within"] or match["adjective"]))
    if match["decade"]:
        start = datetime(int(match["decade"]), 1, 1, tzinfo=UTC)
        return Time(start, start + relativedelta(years=10))
    return _relative(match, now)


def _part_of_year(match: re.Match[str]) -> Time:
    if match["part"]:
        (month, length), year = _PARTS[match["part"].casefold()], match["part_year"]
    elif match["quarter"]:
        month, length, year = 3 * int(match["quarter"]) - 2, 3, match["quarter_year"]
    else:
        month, length, year = int(match["month_number"]), 1, match["month_year"]
    start = datetime(int(year), month, 1, tzinfo=UTC)
    return Time(start, start + relativedelta(months=length))


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


def _of_month(match: re.Match[str], now: datetime, *, ahead: bool = False) -> Time | None:
    """A month or a day without a year, or a bound at it: the last one that has begun, or the next that has
    not ended. May is a month, "may" none."""
    word = (match["since_month"] or match["since_day"]).casefold()
    said, on = match["month"] or match["day_month"], match["month_on"] or match["day_on"]
    if said == "may":
        return None
    start, end = interval(f"{said} {now.year}")
    years = 1 if ahead and end <= now else -1 if not ahead and start > now else 0
    start, end = start + relativedelta(years=years), end + relativedelta(years=years)
    if on:
        word = "until" if "latest" in on else "since"
    if word == "from" and match["day_month"]:
        word = "since"  # "from 1 March" goes on, "from March" is that month
    bounds = {"after": Time(start=end), "before": Time(end=start)}
    bounds |= dict.fromkeys(("until", "by"), Time(end=end))
    return bounds.get(word, Time(start=start) if word == "since" else Time(start, end))


def _of_days(match: re.Match[str], today: datetime) -> Time:
    """A day of the week, the weekend, or tonight."""
    day = timedelta(days=1)
    if match["tonight"]:
        return Time(today, today + day)
    if match["weekend"]:
        saturday = today + (5 - today.weekday()) * day
        start = saturday + {"next": 7, "last": -7}.get(match["weekend"].casefold(), 0) * day
        return Time(start, start + 2 * day)
    until = (_WEEKDAYS.index(match["weekday"].casefold()) - today.weekday()) % 7
    word = match["weekday_word"].casefold()
    if word in ("last", "since"):
        start = today + (until - 7) * day if until or word == "last" else today
        return Time(start=start) if word == "since" else Time(start, start + day)
    start = today + (until or (7 if word == "next" else 0)) * day
    return Time(start, start + day)


def _relative(match: re.Match[str], now: datetime) -> Time | None:
    if match["old_count"]:
        return Time(end=now - _length(match["old_unit"], match["old_count"]))
    if match["ago_from"]:
        ends = (now - _length(match["ago_range_unit"], match[end]) for end in ("ago_to", "ago_from"))
        return Time(*ends)
    if match["ago"]:
        then = now - _length(match["ago_unit"], match["ago"])
        older = match["ago_compare"].casefold() in ("more than", "over", "at least")
        return Time(end=then) if older else Time(start=then)
    if match["count"] or match["age_count"]:
        count, unit = (match["count"] or match["age_count"]), (match["unit"] or match["age_unit"])
        return Time(start=now - _length(unit, count))
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if match["tonight"] or match["weekend"] or match["weekday"]:
        return _of_days(match, today)
    if match["day"]:
        start = today + timedelta(days={"yesterday": -1, "today": 0}.get(match["day"].casefold(), 1))
        return Time(start, start + timedelta(days=1))
    if match["next_count"]:
        return Time(today, today + _length(match["next_unit"], match["next_count"].strip()))
    period = "next" if match["next_unit"] else match["period"].casefold()
    unit = (match["next_unit"] or match["period_unit"]).casefold()
    return _period(period, unit, today, now, rolling=_ROLLING.match(match[0]) is not None)


def _period(period: str, unit: str, today: datetime, now: datetime, *, rolling: bool) -> Time | None:
    """This, the last or the next week, month or year of the calendar; "in the last year" ends now."""
    length = _length(unit, "one")
    if period == "past" or rolling:
        return Time(start=now - length)
    starts = {
        "year": today.replace(month=1, day=1),
        "month": today.replace(day=1),
        "week": today - timedelta(days=today.weekday()),
    }
    if unit not in starts:
        return None
    start = {"this": starts[unit], "next": starts[unit] + length}.get(period, starts[unit] - length)
    return Time(start, start + length)


def _length(unit: str, said: str) -> relativedelta:
    """So many units, as a number or as a word, singular."""
    count = _WORDS.get(said.casefold()) or int(said)
    match unit.casefold():
        case "fortnight":
            return relativedelta(weeks=2 * count)
        case "decade":
            return relativedelta(years=10 * count)
        case _:
            return relativedelta(**{f"{unit.casefold()}s": count})  # type: ignore[arg-type]


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
