"""What does a raw value say? From the metadata as given to typed scalars.

Raw metadata may be anything JSON can hold, and dates. It is flattened to one row of scalars per field
name: "a.b" for nested objects, "authors[].inst.country" through lists of objects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeGuard

from dateutil import parser as dates
from packaging.version import InvalidVersion, Version

from adhere.errors import InputError
from adhere.need import Scalar
from adhere.schema import FieldInfo, FieldType

Raw = str | int | float | bool | date
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+")
_VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|post|dev)[-_.]?\d*)?", re.I)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DATE = re.compile(r"(?:[A-Za-z]{3,9}[.,]?|\d{1,4}(?:st|nd|rd|th)?|[-/.,:+\sTZ])+", re.A)
_EXACT = 2**53
"""Up to here every whole number is a float of its own."""
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def check_whole(value: object, where: str) -> None:
    """Errors  InputError, naming `where`, for half a character in any text of it: no store could keep it"""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"{where} holds half a character (a lone surrogate) at {error.start} of {value[:30]!r}. "
                "Decode its source with errors='replace'."
            ) from None
    elif isinstance(value, Mapping):
        check_whole((*value.keys(), *value.values()), where)
    elif isinstance(value, Collection) and not isinstance(value, (bytes, bytearray)):
        for item in value:
            check_whole(item, where)


def typed(info: FieldInfo, raw: object) -> tuple[Scalar, ...]:
    """The values of a raw value (or a list of them) under its field's type; empty means unknown."""
    if isinstance(raw, (list, tuple)):
        return tuple(value for item in raw for value in typed(info, item))
    if not _is_value(raw):
        return ()
    return read(raw, info.type, split=info.split)


def values_at(fields: Mapping[str, Any], name: str) -> Any:
    """The raw value of a document's field: as given, a list where it is nested, None for none."""
    return fields[name] if name in fields else flatten(fields).get(name)


def flatten(fields: Mapping[str, Any]) -> dict[str, list[Raw]]:
    """Field names with their scalars in order. Nulls and blank strings are no values."""
    flat: dict[str, list[Raw]] = {}
    for name, scalar in _leaves("", fields):
        flat.setdefault(name, []).append(scalar)
    return flat


def lists_in(fields: Mapping[str, Any]) -> set[str]:
    """Names of the flattened fields that were given as a list, or lie in one."""
    found: set[str] = set()

    def visit(name: str, value: Any, inside: bool) -> None:
        if isinstance(value, Mapping):
            for key, part in value.items():
                visit(f"{name}.{key}" if name else str(key), part, inside)
        elif isinstance(value, (list, tuple)):
            for item in value:
                visit(f"{name}[]" if isinstance(item, Mapping) else name, item, True)
        elif inside:
            found.add(name)

    visit("", fields, False)
    return found


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Raw]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(f"{name}.{key}" if name else str(key), part)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(f"{name}[]" if isinstance(item, Mapping) else name, item)
    elif isinstance(value, (str, int, float, bool, date)) and not (
        isinstance(value, str) and not value.strip()
    ):
        yield name, value


def _is_value(raw: object) -> TypeGuard[Raw]:
    return bool(raw.strip()) if isinstance(raw, str) else isinstance(raw, (int, float, bool, date))


def read(raw: Raw, type: FieldType, *, split: bool = False) -> tuple[Scalar, ...]:
    """The values of one scalar read as `type`, () if it is not of that type.

    A comma list of numbers, versions or dates is split where every part reads ("2.6, 3.0"); keywords are
    split only on `split`, because a comma in prose is no list.
    """
    if type == "keyword":
        text = written(raw)
        return tuple(dict.fromkeys(parts(text))) if split else (text,)
    if isinstance(raw, (bool, date)) or not isinstance(raw, str):
        value = _native(raw, type)
        return () if value is None else (value,)
    return _read_text(raw.strip(), type)


def kept(raw: Raw, type: FieldType, *, split: bool = False) -> list[str | float | bool | datetime]:
    """The values of one scalar in the form that stores filter by: as `read`, but versions as written."""
    values = read(raw, type, split=split)
    if type == "version" and values:
        return list(as_written(written(raw), type, split=split))
    return [value for value in values if not isinstance(value, Version)]


def written(raw: Raw) -> str:
    """A scalar as it stands in a dictionary of values: 3 -> "3", true -> "true", dates in ISO form."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return raw.isoformat() if isinstance(raw, date) else str(raw).strip()


def as_written(text: str, type: FieldType, *, split: bool) -> list[str]:
    """The strings of a readable value as its field's dictionary counts them: "2.6, 3.0" is two versions."""
    if "," not in text or (type == "keyword" and not split) or type == "boolean":
        return [text]
    shown = parts(text)
    # "1,234" and "January 5, 2020" hold a comma and are one value.
    one_value = type != "keyword" and not all(read(part, type) for part in shown)
    return [text] if one_value or len(read(text, type, split=split)) == 1 else list(dict.fromkeys(shown))


def parts(text: str) -> list[str]:
    """The parts between commas, without blanks."""
    return [part.strip() for part in text.split(",") if part.strip()]


def beyond_exact(raw: Raw) -> bool:
    """Whether a value is, or lists, a whole number so large that its neighbours are the same float."""
    if isinstance(raw, str):
        whole = "." not in raw and "e" not in raw.casefold()
        return whole and any(abs(n) > _EXACT for n in read(raw, "number") if isinstance(n, float))
    return isinstance(raw, int) and abs(raw) > _EXACT


def _native(raw: Raw, type: FieldType) -> Scalar | None:
    if isinstance(raw, date):
        return _within_calendar(raw) if type == "date" else None
    if isinstance(raw, bool):
        return raw if type == "boolean" else None
    if type == "number":
        return _finite(raw)
    return _one(written(raw), type) if type == "version" else None


@lru_cache(maxsize=65536)
def _read_text(text: str, type: FieldType) -> tuple[Scalar, ...]:
    whole = _one(text, type)
    if whole is not None:
        return (whole,)
    if type == "boolean" or "," not in text:
        return ()
    values = [_one(part, type) for part in parts(text)]
    return () if None in values else tuple(dict.fromkeys(value for value in values if value is not None))


def _one(text: str, type: FieldType) -> Scalar | None:
    match type:
        case "number":
            return _finite(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
        case "version":
            return version(text)
        case "boolean":
            return _TRUTH.get(text.casefold())
        case "date":
            return _date(text)
    return text


def _finite(raw: Raw) -> float | None:
    try:
        number = float(raw)  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


@lru_cache(maxsize=65536)
def version(text: str) -> Version | None:
    """The version that a string spells, None if none: "3.10", "v1.2.3", "2.0rc1", but not "3.x"."""
    if not _VERSION.fullmatch(text):
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _date(text: str) -> datetime | None:
    """A day or an instant that is spelled out: year, month and day, or ISO year and month."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    if len(text) > 40 or not _YEAR.search(text) or not _DATE.fullmatch(text):
        return None
    try:
        return _within_calendar(datetime.fromisoformat(text)) if not text.isdigit() else None
    except ValueError:
        pass
    try:
        first = dates.parse(text, default=datetime(2000, 1, 1))
        second = dates.parse(text, default=datetime(2004, 2, 2))
    except (ValueError, OverflowError):
        return None
    # Two defaults, one reading: nothing of the day was filled in.
    return _within_calendar(first) if first == second else None


def _within_calendar(day: date) -> datetime | None:
    """As `as_utc`; None where that instant lies before year 1 or after year 9999 in UTC."""
    try:
        return as_utc(day)
    except OverflowError:
        return None


def later(instant: datetime, by: timedelta) -> datetime | None:
    """The instant that much later, None after the end of the calendar: nothing lies there."""
    try:
        return instant + by
    except OverflowError:
        return None


def as_utc(day: date) -> datetime:
    """A day or an instant as an aware instant in UTC; naive ones are taken as UTC."""
    instant = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
