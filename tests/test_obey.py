"""Obedience on top of a search that somebody already runs."""

from __future__ import annotations

from typing import Any

import pytest

from adhere.errors import InputError
from adhere.need import Document
from adhere.schema import FieldInfo, Schema
from adhere.search.obey import obey
from adhere.testing.fakes import FakeEncoder
from adhere.testing.parsers import ScriptedParser
from corpus import DOCUMENTS

PARSER = ScriptedParser({"only final ones": 'want field(status = "Final")'})


def search(query: str, k: int) -> list[Document]:
    return DOCUMENTS[:k]


def test_it_filters_judges_and_keeps_the_ledger() -> None:
    answer = obey(search, encoder=FakeEncoder(), parser=PARSER)("modules", "only final ones", k=5)
    assert set(answer.ids) == {"P-3", "P-4"}
    assert answer.hits[0].ledger[0].outcome == "met"
    assert answer.removed[0].violated == 4 and answer.removed[0].unknown == 1


def test_each_call_sees_only_its_own_results() -> None:
    obedient = obey(lambda query, k: DOCUMENTS[:2] if query == "a" else DOCUMENTS[2:], encoder=FakeEncoder())
    assert set(obedient("a").ids) == {"P-1", "P-2"}
    assert not {"P-1", "P-2"} & set(obedient("b").ids)


def test_a_pool_too_shallow_for_the_criteria_is_noted() -> None:
    many = [Document(f"d{n}", "lazy imports", fields={"status": "Draft"}) for n in range(60)]
    answer = obey(lambda query, k: many[:k], encoder=FakeEncoder(), parser=PARSER)(
        "imports", "unread", criteria='avoid field(status = "Draft")', k=3
    )
    assert answer.hits == () and any("further down" in note.why for note in answer.notes)


def test_mappings_are_documents_and_others_are_an_error() -> None:
    rows = [{"_id": 7, "text": "lazy imports", "metadata": {"year": 2020}}]
    answer = obey(lambda query, k: rows, encoder=FakeEncoder(), parser=PARSER)("imports")
    assert answer.ids == ["7"] and answer.hits[0].document.fields == {"year": 2020}
    with pytest.raises(InputError, match="id and text"):
        obey(lambda query, k: [{"body": "x"}], encoder=FakeEncoder(), parser=PARSER)("imports")


def test_long_texts_that_begin_alike_are_two_results() -> None:
    texts = ["lazy imports " * 30 + end for end in ("one", "two")]
    answer = obey(lambda query, k: [*texts, texts[0]], encoder=FakeEncoder(), parser=PARSER)("imports")
    assert sorted(hit.document.text for hit in answer.hits) == texts


def test_a_field_of_the_schema_is_known_even_where_no_result_has_it() -> None:
    schema = Schema({"year": FieldInfo("year", "number")}, time_field="")
    bare = obey(lambda query, k: [Document("a", "lazy imports")], schema=schema, encoder=FakeEncoder())
    assert bare("imports", criteria="want field(year > 2000)").hits == ()
    assert bare("imports", criteria="avoid field(year > 2000)").ids == ["a"]


def test_the_schema_says_which_field_is_the_time() -> None:
    schema = Schema({"seen": FieldInfo("seen", "date")}, time_field="seen")
    rows = [
        {"id": day, "text": "lazy imports", "fields": {"seen": day}} for day in ("2020-05-01", "2022-05-01")
    ]
    answer = obey(lambda query, k: rows, schema=schema, encoder=FakeEncoder())(
        "imports", criteria='want time(before d"2021-01-01")'
    )
    assert answer.ids == ["2020-05-01"]


def test_a_search_that_returns_no_documents_is_told_so() -> None:
    with pytest.raises(InputError, match="found 1"):
        obey(lambda query, k: [1, 2], encoder=FakeEncoder())("ferries")  # type: ignore[list-item]


@pytest.mark.parametrize("found", [None, "abc", {"id": "1", "text": "x"}, Document("1", "x")])
def test_a_search_that_returns_no_list_is_told_so(found: Any) -> None:
    with pytest.raises(InputError, match="must return a list of documents"):
        obey(lambda query, k: found, encoder=FakeEncoder())("fig", "only red")
