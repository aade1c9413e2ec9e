"""Twenty instructions, obeyed: the program each becomes, and what it finds with the shipped model."""

from __future__ import annotations

from functools import cache

import pytest

from adhere.parse.language import write
from adhere.search.engine import Engine
from searches import CORPORA, SEARCHES, Search


@cache
def engine(corpus: str) -> Engine:
    made = Engine.in_memory()
    made.add(CORPORA[corpus])
    return made


@pytest.mark.parametrize("search", SEARCHES, ids=lambda s: f"{s.corpus}: {s.instruction}")
def test_the_instruction_becomes_the_program_and_is_obeyed(search: Search) -> None:
    answer = engine(search.corpus).search(search.query, search.instruction, k=20)
    assert tuple(write(answer.criteria).splitlines()) == search.program
    if search.finds is not None:
        assert set(answer.ids) == search.finds
    if search.first:
        assert answer.ids[0] == search.first
    if search.last:
        on_topic = [i for i in answer.ids if i in {"a3", "a4", "a5"}]
        assert on_topic[-1] == search.last
    assert all(len(hit.ledger) == len(answer.criteria) for hit in answer.hits)
    assert answer.notes == ()
