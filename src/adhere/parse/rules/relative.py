"""Phrases of time that count from the clock: "last week", "older than two years", "on Monday", "recent".

A month or a day without a year stands in dates.py, beside those with one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from adhere.need import Recent, Time
from adhere.parse.rules.timeforms import Groups, TimeForm
from adhere.parse.rules.vocabulary import HEADS

HALF_LIFE_DAYS = 365.0
"""What "recent" means where nobody says how recent."""

DOCUMENTS = "|".join(sorted(HEADS))
_EXACT = r"\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve"
_NUMBER = rf"(?:{_EXACT}|couple of|few)"
_COUNT = rf"(?P<count>{_NUMBER})"
_UNIT = r"(?P<unit>day|week|month|year)"
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "couple of": 2, "few": 3,
}  # fmt: skip
_DAY = timedelta(days=1)


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


def _today(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _older(said: Groups, now: datetime) -> Time:
    return Time(end=now - _length(said["unit"], said["count"]))


def _newer(said: Groups, now: datetime) -> Time:
    return Time(start=now - _length(said["unit"], said["count"]))


def _between(said: Groups, now: datetime) -> Time:
    return Time(now - _length(said["unit"], said["most"]), now - _length(said["unit"], said["least"]))


AGO = (
    TimeForm(
        rf"(?:between )?(?P<least>{_NUMBER})(?: (?:day|week|month|year)s?)? ?(?:to|and|-|–) ?"
        rf"(?P<most>{_NUMBER}) {_UNIT}s? ago",
        _between,
    ),
    TimeForm(rf"(?:more than|over|at least) {_COUNT} {_UNIT}s? ago", _older),
    TimeForm(rf"(?:less than|under|at most|within|up to) {_COUNT} {_UNIT}s? ago", _newer),
)
"""Tried before the dates; the other forms of this file come after them."""


def _calendar(unit: str, now: datetime, ahead: int) -> Time | None:
    """The week, month or year of the calendar that lies so many ahead of this one; no other unit has one."""
    today = _today(now)
    starts = {
        "year": today.replace(month=1, day=1),
        "month": today.replace(day=1),
        "week": today - today.weekday() * _DAY,
    }
    if unit not in starts:
        return None
    length = _length(unit, "one")
    start = starts[unit] + ahead * length
    return Time(start, start + length)


def _coming(said: Groups, now: datetime) -> Time:
    today = _today(now)
    return Time(today, today + _length(said["unit"], said["count"]))


_NEXT = r"(?:in |over |within |during )?(?:the )?(?:next|coming|following)"
_COMING_UNIT = r"(?P<unit>day|week|fortnight|month|year)s?\b"
_COMING = (
    TimeForm(rf"{_NEXT} {_COUNT} {_COMING_UNIT}", _coming, loose=True),
    TimeForm(
        rf"{_NEXT} {_COMING_UNIT}",
        lambda said, now: _calendar(said["unit"].casefold(), now, 1),
        loose=True,
    ),
)


def _near_day(said: Groups, now: datetime) -> Time:
    start = _today(now) + {"yesterday": -1, "today": 0}.get(said["day"].casefold(), 1) * _DAY
    return Time(start, start + _DAY)


def _weekday(said: Groups, now: datetime) -> Time:
    today, word = _today(now), said["word"].casefold()
    until = (_WEEKDAYS.index(said["day"].casefold()) - today.weekday()) % 7
    if word == "since":
        return Time(start=today + (until - 7 if until else 0) * _DAY)
    if word == "last":
        start = today + (until - 7) * _DAY
    else:
        start = today + (until or (7 if word == "next" else 0)) * _DAY
    return Time(start, start + _DAY)


def _weekend(said: Groups, now: datetime) -> Time:
    today = _today(now)
    saturday = today + (5 - today.weekday()) * _DAY
    start = saturday + {"next": 7, "last": -7}.get(said["word"].casefold(), 0) * _DAY
    return Time(start, start + 2 * _DAY)


_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ON_WEEKDAY = rf"(?P<day>{'|'.join(_WEEKDAYS)})\b"
_DAYS = (
    TimeForm(r"(?:on |from )?(?P<day>today|yesterday|tomorrow)(?!['’]s)\b", _near_day, loose=True),
    TimeForm(rf"(?P<word>on|next|coming) {_ON_WEEKDAY}", _weekday, vague=True),
    TimeForm(rf"(?P<word>this|last|since) {_ON_WEEKDAY}", _weekday),
    TimeForm(r"(?:at )?(?P<word>this|next|coming|last) weekend\b", _weekend),
    TimeForm(r"tonight\b", lambda _, now: Time(_today(now), _today(now) + _DAY)),
)

_ROLLING = re.compile(r"(?:\w+ )*(?:in|within|over|during) the last\b", re.IGNORECASE)
"""Speaks of the time up to now: "in the last year" is no calendar year."""


def _period(said: Groups, now: datetime) -> Time | None:
    """This or the last week, month or year of the calendar; "in the last year" ends now."""
    period, unit = said["period"].casefold(), said["unit"].casefold()
    if period == "past" or _ROLLING.match(said["phrase"]):
        return Time(start=now - _length(unit, "one"))
    return _calendar(unit, now, 0 if period == "this" else -1)


_PAST = (
    TimeForm(
        rf"(?:from |in |over |within |during |of )?(?:the )?(?:last|past|previous) {_COUNT} "
        r"(?P<unit>day|week|fortnight|month|year|decade)s?",
        _newer,
    ),
    TimeForm(
        r"(?:from |in )?(?:the )?(?P<period>last|past|previous|this) (?P<unit>week|month|year)\b", _period
    ),
)
_AGES = (
    TimeForm(
        rf"(?:older than|(?:more than|over)(?= \w+ \w+ old\b)) (?P<count>{_EXACT}) "
        r"(?P<unit>day|week|month|year|decade)s?(?: old)?\b",
        _older,
    ),
    TimeForm(
        rf"(?:no|not|less|newer|younger|at most) (?:older|more|than)(?: than)? (?P<count>\d{{1,3}}) "
        rf"{_UNIT}s?(?: old)?",
        _newer,
    ),
)
_RECENT = TimeForm(
    r"(?:recent(?:ly)?|fresh(?:est)?(?= ones\b| first\b)|freshest|(?<!at the )latest|newest"
    r"|most recent|up[- ]to[- ]date"
    r"|(?:the )?(?:newer|more recent),? the better|(?:newer|more recent) is better)\b"
    rf"(?: (?:{DOCUMENTS})(?= (?:first|on top|come first|go first)))?",
    lambda *_: Recent(HALF_LIFE_DAYS),
    sure=True,
)
RELATIVE = (*_COMING, *_DAYS, *_PAST, *_AGES, _RECENT)
