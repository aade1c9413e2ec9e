"""Obedience around a Qdrant collection: what its filters can decide is decided there.

def search(query, k, where):
    found = client.query_points("notes", query=embed(query), query_filter=where, limit=k)
    return [document(point) for point in found.points]

obedient = obey_qdrant(search, schema=schema)
answer = obedient("vector index", "only accepted proposals after 2020", k=10)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from adhere.adapters.pushdown import ObedientStore, Pushed, push
from adhere.encode.protocol import Encoder
from adhere.errors import InputError, require
from adhere.need import Criteria, Document
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.obey import Found
from adhere.store.protocol import And, Everything, Filter, Known, Match, Negation, Or, Range

if TYPE_CHECKING:
    from qdrant_client.models import Filter as QdrantFilter

QdrantSearch = Callable[[str, int, "QdrantFilter"], Iterable[Found]]
"""(query, k, filter) -> documents, best first."""


def obey_qdrant(
    search: QdrantSearch,
    *,
    schema: Schema,
    prefix: str = "",
    encoder: Encoder | None = None,
    parser: Parser | None = None,
) -> ObedientStore[QdrantFilter]:
    """Make a search of a Qdrant collection obey instructions.

    `schema` describes the payload: `infer(documents)` makes one. `prefix` is where the fields lie in it
    ("metadata." for collections that LangChain wrote).
    """
    translate = partial(_filter, prefix=prefix)
    return ObedientStore(search, translate, store="Qdrant", schema=schema, encoder=encoder, parser=parser)


def to_qdrant(criteria: Criteria, schema: Schema, *, prefix: str = "") -> QdrantFilter:
    """The hard fields and times of the criteria as a filter; it passes all that the criteria keep.

    Dates must lie in the payload as Qdrant reads them: RFC 3339, or the day alone.
    """
    return _filter(push(criteria, schema), prefix=prefix)


def document(point: Any, *, text: str = "text", title: str = "title", prefix: str = "") -> Document:
    """A document from a point that Qdrant returned; `text` and `title` are keys of the payload.

    Errors  InputError where the payload has no such text
    """
    payload: Mapping[str, Any] = point.payload or {}
    if text not in payload:
        raise InputError(f"Point {point.id} has no {text!r} in its payload; found {sorted(payload)}.")
    fields = payload.get(prefix.removesuffix("."), {}) if prefix else payload
    fields = {name: value for name, value in fields.items() if name not in (text, title)}
    return Document(str(point.id), str(payload[text]), str(payload.get(title) or ""), fields=fields)


def _filter(pushed: Pushed, *, prefix: str) -> QdrantFilter:
    models = require("qdrant_client.models", feature="The Qdrant adapter", extra="qdrant")

    def all_of(parts: Sequence[Filter]) -> Any:
        kept = [condition(part) for part in parts if not isinstance(part, Negation)]
        gone = [condition(part.part) for part in parts if isinstance(part, Negation)]
        return models.Filter(must=kept or None, must_not=gone or None)

    def condition(where: Filter) -> Any:
        match where:
            case Everything():
                return models.Filter()
            case And(parts):
                return all_of(parts)
            case Or(()):
                # An empty `should` would pass everything.
                return models.HasIdCondition(has_id=[])
            case Or(parts):
                return models.Filter(should=[condition(part) for part in parts])
            case Negation():
                return all_of([where])
            case Known(name):
                return models.Filter(
                    must_not=[models.IsEmptyCondition(is_empty=models.PayloadField(key=prefix + name))]
                )
            case Match(name, values):
                return _match(models, prefix + name, values)
            case Range(name):
                return _range(models, prefix + name, where)
            case _:
                raise TypeError(f"no such filter over fields: {where!r}")

    whole: QdrantFilter = all_of(pushed.where.parts if isinstance(pushed.where, And) else [pushed.where])
    return whole


def _match(models: Any, key: str, values: Sequence[str | int | float | bool]) -> Any:
    if all(isinstance(value, str) for value in values):
        return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
    # Qdrant matches no floats, and `any` no booleans.
    return models.Filter(
        should=[
            models.FieldCondition(key=key, match=models.MatchValue(value=value))
            if isinstance(value, bool | str)
            else models.FieldCondition(key=key, range=models.Range(gte=value, lte=value))
            for value in values
        ]
    )


def _range(models: Any, key: str, where: Range) -> Any:
    bounds = {side: getattr(where, side) for side in ("gt", "gte", "lt", "lte")}
    dates = any(isinstance(bound, datetime) for bound in bounds.values())
    return models.FieldCondition(key=key, range=(models.DatetimeRange if dates else models.Range)(**bounds))
