"""Obedience around Elasticsearch or OpenSearch: fields and times become the `filter` of a bool query.

def search(query, k, where):
    body = {"bool": {"must": {"match": {"body": query}}, "filter": where}}
    found = client.search(index="notes", query=body, size=k)
    return [document(hit, text="body") for hit in found["hits"]["hits"]]

answer = obey_elasticsearch(search, schema=schema)("vector index", "only accepted proposals", k=10)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adhere.adapters.pushdown import ObedientStore, Pushed, push
from adhere.encode.protocol import Encoder
from adhere.errors import InputError
from adhere.need import Criteria, Document
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.obey import Found
from adhere.store.protocol import And, Everything, Filter, Known, Match, Negation, Or, Range

Query = dict[str, Any]
"""A query in the query DSL."""
ElasticSearch = Callable[[str, int, Query], Iterable[Found]]
"""(query, k, filter) -> documents, best first."""


def obey_elasticsearch(
    search: ElasticSearch,
    *,
    schema: Schema,
    names: Mapping[str, str] | None = None,
    encoder: Encoder | None = None,
    parser: Parser | None = None,
) -> ObedientStore[Query]:
    """Make a search of an index obey instructions; `names` as for `to_elasticsearch`."""
    translate = _Translator(dict(names or {})).query
    return ObedientStore(
        search, translate, store="Elasticsearch", schema=schema, encoder=encoder, parser=parser
    )


def to_elasticsearch(criteria: Criteria, schema: Schema, *, names: Mapping[str, str] | None = None) -> Query:
    """The hard fields and times of the criteria as a query; it passes all that the criteria keep.

    Keywords must be mapped as `keyword`: `names` maps a field to where it is, as {"status": "status.keyword"}
    """
    return _Translator(dict(names or {})).query(push(criteria, schema))


def document(hit: Mapping[str, Any], *, text: str = "text", title: str = "title") -> Document:
    """A document from a hit; `text` and `title` are keys of its source. Errors  InputError without text"""
    source = hit["_source"]
    if text not in source:
        raise InputError(f"Hit {hit['_id']} has no {text!r} in its source; found {sorted(source)}.")
    fields = {name: value for name, value in source.items() if name not in (text, title)}
    return Document(str(hit["_id"]), str(source[text]), str(source.get(title) or ""), fields=fields)


@dataclass(frozen=True, slots=True)
class _Translator:
    names: Mapping[str, str] = field(default_factory=dict)

    def query(self, pushed: Pushed) -> Query:
        return self._query(pushed.where)

    def _query(self, where: Filter) -> Query:
        match where:
            case Everything():
                return {"match_all": {}}
            case And(parts):
                return {"bool": {"filter": [self._query(part) for part in parts]}}
            case Or(()):
                return {"match_none": {}}
            case Or(parts):
                return {"bool": {"should": [self._query(part) for part in parts], "minimum_should_match": 1}}
            case Negation(part):
                return {"bool": {"must_not": [self._query(part)]}}
            case Known(name):
                return {"exists": {"field": self._name(name)}}
            case Match(name, values):
                return {"terms": {self._name(name): list(values)}}
            case Range(name):
                bounds = {side: getattr(where, side) for side in ("gt", "gte", "lt", "lte")}
                given = {side: _plain(bound) for side, bound in bounds.items() if bound is not None}
                return {"range": {self._name(name): given}}
            case _:
                raise TypeError(f"no such filter over fields: {where!r}")

    def _name(self, name: str) -> str:
        # A list of objects has no brackets in a path there.
        return self.names.get(name, name.replace("[]", ""))


def _plain(bound: float | datetime) -> float | str:
    return bound.astimezone(UTC).isoformat() if isinstance(bound, datetime) else bound
