"""Answers compared over time: what changed in criteria, hits and verdicts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

import adhere
from adhere.cli import app
from adhere.errors import FileError, InputError
from adhere.evaluate.diff import (
    Saved,
    SavedHit,
    ask,
    changes_to_json,
    compare,
    read_answers,
    read_needs,
    save,
)
from adhere.need import Need
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS

BEFORE = Saved(
    "imports",
    "only Final",
    None,
    ("want a", "avoid b"),
    (SavedHit("x", "X", {"want a": "met"}), SavedHit("y", "Y", {"want a": "met"}), SavedHit("z", "Z", {})),
)
NEEDS = [
    Need("lazy imports", "Only rejected ones."),
    Need("start-up", as_of=datetime(2024, 1, 1, tzinfo=UTC)),
]


@pytest.fixture
def engine():
    with Engine.in_memory(FakeEncoder()) as made:
        made.add(DOCUMENTS)
        yield made


def test_equal_answers_show_no_change():
    assert compare([BEFORE], [BEFORE]) == []


def test_what_changed_is_told_apart():
    hits = (
        SavedHit("y", "Y", {"want a": "unknown"}),
        SavedHit("x", "X", {"want a": "met"}),
        SavedHit("w", "W", {}),
    )
    [change] = compare([BEFORE], [replace(BEFORE, criteria=("want a", "prefer c"), hits=hits)])
    assert (change.criteria_gone, change.criteria_new) == (("avoid b",), ("prefer c",))
    assert (change.hits_gone, change.hits_new) == ((("z", 3),), (("w", 3),))
    assert change.hits_moved == (("x", 1, 2), ("y", 2, 1))
    assert change.verdicts == (("y", "want a", "met", "unknown"),)
    json.dumps(changes_to_json([change], needs=1))


@pytest.mark.parametrize(
    "part", [{"criteria": ()}, {"hits": BEFORE.hits[:2]}, {"hits": BEFORE.hits[::-1]}], ids=str
)
def test_any_difference_is_a_change(part):
    assert len(compare([BEFORE], [replace(BEFORE, **part)])) == 1


def test_a_need_that_one_side_lacks_is_an_error():
    with pytest.raises(InputError, match="Only the first side answers 'imports'"):
        compare([BEFORE], [])


def test_answers_survive_saving(engine, tmp_path):
    answers = ask(engine, NEEDS)
    save(answers, tmp_path / "answers.jsonl")
    assert read_answers(tmp_path / "answers.jsonl") == answers
    assert compare(answers, ask(engine, NEEDS)) == []


def test_a_standing_instruction_and_given_criteria_change_the_answers(engine):
    plain = ask(engine, NEEDS)
    assert compare(plain, ask(engine, NEEDS, standing="Nothing by Max Born."))
    [first, _] = compare(plain, ask(engine, NEEDS, criteria='want mentions("council")'))
    assert first.criteria_new == ('want mentions("council")',)


def test_needs_are_read_with_their_clock(tmp_path):
    path = tmp_path / "needs.jsonl"
    path.write_text('{"query": "a"}\n\n{"query": "b", "instruction": "c", "as_of": "2024-01-01"}\n')
    assert read_needs(path) == [Need("a"), Need("b", "c", datetime(2024, 1, 1, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "holds no need"), ("{", "needs.jsonl:1: not JSON"), ('{"instruction": "a"}', "no 'query'"),
     ('{"query": "a", "as_of": "soon"}', "needs.jsonl:1: as_of 'soon'")],
)  # fmt: skip
def test_bad_needs_name_file_and_line(tmp_path, text, why):
    path = tmp_path / "needs.jsonl"
    path.write_text(text)
    with pytest.raises(FileError, match=why):
        read_needs(path)


# --- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("diff")
    with adhere.open(folder / "s.adhere") as engine:
        engine.add(DOCUMENTS)
    (folder / "needs.jsonl").write_text('{"query": "lazy imports", "instruction": "Only rejected ones."}\n')
    (folder / "old.txt").write_text("")
    (folder / "new.txt").write_text("Nothing by Max Born.")
    (folder / "other.criteria").write_text('want mentions("council")')
    return folder


def run(place, *arguments, asks=True):
    options = ["--needs", f"{place}/needs.jsonl", "--store", f"{place}/s.adhere"] if asks else []
    paths = [f"{place}/{a}" if "." in a else a for a in arguments]
    return CliRunner().invoke(app, ["diff", *paths, *options])


def test_saved_answers_are_a_gate(place):
    assert run(place, "--save", "before.jsonl").exit_code == 0
    same = run(place, "before.jsonl", "--fail-on-change")
    assert (same.exit_code, same.stdout) == (0, "0 of 1 needs changed.\n")
    changed = run(place, "before.jsonl", "other.criteria", "--fail-on-change", "--json")
    assert changed.exit_code == 3
    assert json.loads(changed.stdout)["changed"] == 1


def test_answers_of_another_k_are_not_compared(place):
    def ran(*arguments):
        return run(place, *arguments)

    assert ran("--save", "two.jsonl", "-k", "2").exit_code == 0
    assert json.loads((place / "two.jsonl").read_text())["k"] == 2
    same = ran("two.jsonl")  # asks for as many as were asked for then
    assert same.stdout == "0 of 1 needs changed.\n"
    other = ran("two.jsonl", "-k", "5")
    assert other.exit_code == 1 and "saved with -k 2" in other.output and "-k 5" in other.output
    assert ran("--save", "ten.jsonl").exit_code == 0
    assert "Save one of them again" in " ".join(ran("two.jsonl", "ten.jsonl").output.split())


def test_saved_answers_that_do_not_say_their_k_have_ten(place):
    with adhere.open(place / "s.adhere") as engine:
        save(ask(engine, read_needs(place / "needs.jsonl")), place / "old.jsonl")
    assert run(place, "old.jsonl").stdout == "0 of 1 needs changed.\n"
    assert run(place, "old.jsonl", "-k", "10").exit_code == 0
    assert "saved with -k 10" in run(place, "old.jsonl", "-k", "2").output


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"query": "x y", "instrction": "only final"}', "typo.jsonl:2: there is no key 'instrction'"),
        ('{"query": "x y", "as_of": 5}', "typo.jsonl:2: as_of is a string, found 5"),
        ("[1]", "typo.jsonl:2: an object with the keys query"),
        ("{", "typo.jsonl:2: not JSON"),
    ],
)
def test_a_need_with_an_unknown_key_is_an_error(place, line, why):
    (place / "typo.jsonl").write_text('{"query": "x", "instruction": null}\n' + line)
    told = CliRunner().invoke(
        app, ["diff", "--save", f"{place}/x.jsonl", "--needs", f"{place}/typo.jsonl", "--store", str(place)]
    )
    assert told.exit_code == 1
    assert why in "".join(told.output.split("\n")).replace("  ", " ")


def test_two_standing_instructions_are_compared(place):
    told = run(place, "old.txt", "new.txt")
    assert told.exit_code == 0
    assert "1 of 1 needs changed." in told.stdout
    assert "Max Born" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "asks", "why"),
    [
        ([], True, "Nothing to compare"),
        (["old.txt"], False, "needs both --needs FILE and --store"),
        (["side.csv"], True, "is no side of a comparison"),
        (["gone.jsonl"], True, "cannot be read"),
        (["old.txt", "--save", "x.jsonl"], True, "--save takes no sides"),
    ],
)
def test_wrong_use_says_what_to_do(place, arguments, asks, why):
    result = run(place, *arguments, asks=asks)
    assert result.exit_code == 1
    assert why in " ".join(result.output.split())
