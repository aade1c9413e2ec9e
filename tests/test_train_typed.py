"""Typed instructions made from wordings and fields: every slot stands where it is said to."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from adhere.errors import FileError
from adhere.evaluate.audit.wordings import FRAMES, PHRASES
from adhere.parse.tags import SLOTS, Clause
from adhere.train.clauses import Example
from adhere.train.typed import TypedMaker, read_fields, read_wordings

LABELS = Path(__file__).parent.parent / "labels"
NATURAL = [
    Example("ferries", "Skip fares. Only timetables.", (
        Clause((0, 10), "avoid", core=(5, 10)), Clause((12, 27), "want", core=(17, 27)),
    ))
]  # fmt: skip


@pytest.fixture(scope="module")
def made() -> list[Example]:
    maker = TypedMaker(
        read_wordings(LABELS / "wordings"), read_fields(LABELS / "fields.jsonl"), NATURAL, seed=3
    )
    return list(maker.epoch(0, 400))


def test_slots_hold_what_their_label_says(made):
    seen = set()
    for example in made:
        for clause in example.clauses:
            for slot in clause.slots or ():
                words = example.instruction[slice(*slot.span)]
                seen.add(slot.label)
                assert clause.span[0] <= slot.span[0] < slot.span[1] <= clause.span[1]
                assert words == words.strip()
                if slot.label.startswith("words"):
                    assert re.fullmatch(r"[\d,]+", words)
    assert seen == set(SLOTS) - {"O"}


def test_the_same_seed_makes_the_same_instructions(made):
    maker = TypedMaker(
        read_wordings(LABELS / "wordings"), read_fields(LABELS / "fields.jsonl"), NATURAL, seed=3
    )
    assert [e.instruction for e in maker.epoch(0, 5)] == [e.instruction for e in made[:5]]
    assert [e.instruction for e in maker.epoch(1, 5)] != [e.instruction for e in made[:5]]


def test_some_know_their_collection_and_some_stand_beside_a_natural_sentence(made):
    assert 0.5 < sum(example.schema is not None for example in made) / len(made) < 0.8
    assert any(clause.slots is None for example in made for clause in example.clauses)


def test_the_schema_is_one_of_the_collections():
    fields = read_fields(LABELS / "fields.jsonl")
    maker = TypedMaker(read_wordings(LABELS / "wordings"), fields, NATURAL, seed=0)
    assert list(maker.schema(random.Random(1)).fields.values()) in fields


def test_wordings_of_the_audit_are_not_learned_from():
    """Else `adhere audit` would examine the model on its own lessons."""
    learned = {
        _bare(json.loads(line)["text"])
        for file in (LABELS / "wordings").glob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    for half in ("shown", "never-shown"):
        for table in (FRAMES[half], PHRASES[half]):
            assert not learned & {_bare(text) for texts in table.values() for text in texts}


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"[\[\]\"“”]", "", text).casefold()).strip()


def test_a_line_separator_within_a_text_ends_no_row(tmp_path):
    (tmp_path / "fields.jsonl").write_text(
        '{"domain": "d", "name": "a\u2028b", "type": "keyword", "list": false, "values": []}\n',
        encoding="utf-8",
    )
    assert read_fields(tmp_path / "fields.jsonl")[0][0].name == "a\u2028b"
    for name, key in (("frames", "polarity"), ("phrases", "kind")):
        row = json.dumps({key: "want", "text": "a\u2028b"}, ensure_ascii=False)
        (tmp_path / f"{name}.jsonl").write_text(row + "\n", encoding="utf-8")
    (tmp_path / "sentences.jsonl").write_text("")
    assert read_wordings(tmp_path).frames == {"want": ["a\u2028b"]}


def test_a_folder_without_wordings_is_named(tmp_path):
    with pytest.raises(FileError, match="labels/wordings"):
        read_wordings(tmp_path)
