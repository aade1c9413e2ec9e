"""Whole instructions with places: clauses, slots and exceptions stand where the template says."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from adhere.errors import FileError
from adhere.parse.tags import Clause
from adhere.schema import FieldInfo
from adhere.train.clauses import Example
from adhere.train.typed import TypedMaker, read_fields, read_wordings
from adhere.train.whole import Template, filled

LABELS = Path(__file__).parent.parent / "labels"
TEXT = (
    "show me <want>{keyword} ones since {time>=}</want>, <avoid>nothing on {subject}</avoid> "
    "<unless>unless under {words<} words</unless>, <prefer>[code:snippets] first</prefer>"
)


def test_a_template_is_filled_and_every_slot_is_where_it_says() -> None:
    fields = read_fields(LABELS / "fields.jsonl")[0]
    made = filled(Template(TEXT), random.Random(1), fields, ["ferry fares"], ["harbour"])
    assert made is not None
    text, clauses = made.instruction, made.clauses
    assert [clause.role for clause in clauses] == ["task", "want", "avoid", "want", "prefer"]
    assert text[slice(*clauses[0].span)] == "show me"
    assert text[slice(*clauses[2].span)] == "nothing on ferry fares"
    assert text[slice(*(clauses[2].core or (0, 0)))] == "ferry fares"
    assert [slot.label for clause in clauses for slot in clause.slots or ()] == [
        "value",
        ">=",
        "subject",
        "words<",
        "code",
    ]
    assert clauses[3].unless_of == 2
    for clause in clauses:
        for slot in clause.slots or ():
            assert clause.span[0] <= slot.span[0] < slot.span[1] <= clause.span[1]


def test_fields_of_truth_values_are_named_as_adjective_and_as_noun() -> None:
    names = ("has_audio", "organic", "pets_allowed")
    fields = [FieldInfo(name, "boolean") for name in names]
    made = filled(
        Template("<want>{flag} ones</want>, <avoid>no {feature}</avoid>"),
        random.Random(1),
        fields,
        ["x"],
        ["y"],
    )
    assert made is not None
    assert made.instruction == "organic ones, no audio"
    assert [slot.label for clause in made.clauses for slot in clause.slots or ()] == ["field", "field"]
    without = Template("<want>{flag} ones</want>")
    assert filled(without, random.Random(1), [FieldInfo("pets_allowed", "boolean")], ["x"], ["y"]) is None


def test_a_collection_without_the_field_makes_none() -> None:
    assert filled(Template("<want>{version>=} up</want>"), random.Random(1), [], ["x"], ["y"]) is None


@pytest.mark.parametrize(
    "text",
    [
        "no clause at all",
        "<want>open",
        "<want>{colour}</want>",
        "<wish>{keyword}</wish>",
        "<unless>unless {subject}</unless>",
        "<want>a <avoid>b</avoid></want>",
        "{keyword} <want>outside</want>",
        "<want>{subject}</want> -> there",
    ],
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(FileError, match="cannot be read at"):
        Template(text)


def test_every_template_of_the_repository_can_be_filled() -> None:
    domains = read_fields(LABELS / "fields.jsonl")
    rng = random.Random(2)
    for template in read_wordings(LABELS / "wordings").whole:
        assert any(filled(template, rng, fields, ["ferry fares"], ["harbour"]) for fields in domains), (
            template
        )


def test_a_share_of_what_is_made_is_whole() -> None:
    wordings = replace(read_wordings(LABELS / "wordings"), whole=(Template("<want>whole {subject}</want>"),))
    natural = [Example("", "no fares", (Clause((0, 8), "avoid", core=(3, 8)),))]
    fields = read_fields(LABELS / "fields.jsonl")
    maker = TypedMaker(wordings, fields, natural, seed=1, roughened=0.0, whole=0.5)
    made = [example.instruction == "whole fares" for example in maker.epoch(0, 200)]
    assert 0.35 < sum(made) / len(made) < 0.65


def test_nothing_of_the_templates_is_in_what_measures() -> None:
    files = (
        "everyday.jsonl",
        "everyday_hard.jsonl",
        "everyday_test.jsonl",
        "stores_development.jsonl",
        "stores_test.jsonl",
        "background_test.jsonl",
        "natural_development.jsonl",
    )
    measured = {
        json.loads(line)["instruction"].casefold()
        for file in files
        for line in (LABELS / file).read_text(encoding="utf-8").splitlines()
    }
    texts = {template.text.casefold() for template in read_wordings(LABELS / "wordings").whole}
    assert not measured & texts
    for file in ("natural.jsonl", "natural2.jsonl"):
        natural = (LABELS / file).read_text(encoding="utf-8").splitlines()
        assert len(natural) > 1000
        assert not measured & {json.loads(line)["instruction"].casefold() for line in natural}
