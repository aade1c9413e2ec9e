"""Obedience around a table in SQL, such as one with a pgvector column: fields and times become its WHERE.

    def search(query, k, where, params):
        sql = f"SELECT id, body, status FROM notes WHERE {where} ORDER BY embedding <=> %s LIMIT %s"
        return [document(row) for row in connection.execute(sql, (*params, embed(query), k))]

    answer = obey_sql(search, schema=schema)("vector index", "only accepted proposals after 2020", k=10)

Values only ever travel as parameters. Names of columns come from the schema and are quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adhere.adapters.pushdown import ObedientStore, Pushed, push
from adhere.encode.protocol import Encoder
from adhere.need import Criteria
from adhere.parse.protocol import Parser
from adhere.schema import Schema
from adhere.search.obey import Found
from adhere.store.protocol import And, Everything, Filter, Known, Match, Negation, Or, Range

Param = str | int | float | bool | datetime
Where = tuple[str, list[Param]]
"""A condition with placeholders, and the parameters in their order."""
SqlSearch = Callable[[str, int, str, list[Param]], Iterable[Found]]
"""(query, k, where, params) -> documents, best first."""

COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def obey_sql(
    search: SqlSearch,
    *,
    schema: Schema,
    columns: Mapping[str, str] | None = None,
    placeholder: str = "%s",
    lists: bool = True,
    encoder: Encoder | None = None,
    parser: Parser | None = None,
) -> ObedientStore[Where]:
    """Make a search in SQL obey instructions. The other arguments are those of `to_sql`."""
    dialect = _Dialect(schema, dict(columns or {}), placeholder)

    def asked(query: str, k: int, where: Where) -> Iterable[Found]:
        return search(query, k, *where)

    return ObedientStore(
        asked, dialect.where, store="SQL", schema=schema, encoder=encoder, parser=parser, lists=lists
    )


def to_sql(
    criteria: Criteria,
    schema: Schema,
    *,
    columns: Mapping[str, str] | None = None,
    placeholder: str = "%s",
    lists: bool = True,
) -> Where:
    """The hard fields and times of the criteria as a condition of WHERE; it passes all that they keep.

    `columns` maps a field to a trusted SQL expression where it is not a column of that name, for example
    `(metadata->>'year')::numeric`. List fields are taken as array columns of Postgres; `lists` False leaves
    them to be judged afterwards.
    """
    return _Dialect(schema, dict(columns or {}), placeholder).where(push(criteria, schema, lists=lists))


@dataclass(frozen=True, slots=True)
class _Dialect:
    schema: Schema
    columns: Mapping[str, str] = field(default_factory=dict)
    placeholder: str = "%s"

    def where(self, pushed: Pushed) -> Where:
        params: list[Param] = []
        # In parentheses, or an OR in it would free rows from conditions that a query puts beside it.
        return f"({self._sql(pushed.where, params)})", params

    def _sql(self, where: Filter, params: list[Param]) -> str:
        match where:
            case Everything():
                return "TRUE"
            case And(parts):
                return " AND ".join(f"({self._sql(part, params)})" for part in parts) or "TRUE"
            case Or(parts):
                return " OR ".join(f"({self._sql(part, params)})" for part in parts) or "FALSE"
            case Negation(part):
                return f"NOT ({self._sql(part, params)})"
            case Known(name):
                return self._known(name)
            case Match(name, values):
                params.extend(values)
                return self._some(name, f"{{}} IN ({', '.join([self.placeholder] * len(values))})")
            case Range(name):
                bounds = {side: getattr(where, side) for side in COMPARE}
                given = {side: bound for side, bound in bounds.items() if bound is not None}
                params.extend(given.values())
                tests = [f"{{0}} {COMPARE[side]} {self.placeholder}" for side in given]
                return self._some(name, " AND ".join(tests))
            case _:
                raise TypeError(f"no such filter over fields: {where!r}")

    def _some(self, name: str, test: str) -> str:
        # NULL makes a comparison neither true nor false, and NOT of that would drop what an avoid must keep.
        column = self._column(name)
        if self.schema[name].is_list:
            return f"EXISTS (SELECT 1 FROM unnest({column}) AS one(value) WHERE {test.format('one.value')})"
        return f"{column} IS NOT NULL AND {test.format(column)}"

    def _known(self, name: str) -> str:
        if self.schema[name].is_list:
            return self._some(name, "{} IS NOT NULL")
        return f"{self._column(name)} IS NOT NULL"

    def _column(self, name: str) -> str:
        if name in self.columns:
            return self.columns[name]
        quoted = '"' + name.replace('"', '""') + '"'
        return quoted.replace("%", "%%") if self.placeholder == "%s" else quoted
