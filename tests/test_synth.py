"""Makers: labels that a program checks again, runs that resume, a wrong description that is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adhere.errors import FileError, InputError
from adhere.need import Document
from adhere.search.engine import Engine
from adhere.synth import protocol
from adhere.synth.check import check, reason
from adhere.synth.describe import seeds
from adhere.synth.facts import facts_of, fulfilled, holds
from adhere.synth.judged import verdicts
from adhere.synth.makers import PROGRAMS, maker
from adhere.synth.phrasing import LENGTHS, STYLES, instruction
from adhere.synth.protocol import Example, Fact, Material, Text
from adhere.testing.fakes import FakeEncoder

SUBJECTS = ("sourdough baking", "vector indexing", "orchard pruning", "harbour logistics")


def _document(number: int) -> Document:
    subject = SUBJECTS[number % 4]
    code = "`x = 1`\n```\ncode\n```\n" if number % 3 else "Plain prose follows. "
    link = "See https://example.org/page for more. " if number % 5 == 0 else ""
    return Document(
        f"d{number}",
        f"Notes on {subject}. {code}{link}Everything else is ordinary.",
        title=f"Paper {number}",
        fields={"status": ("draft", "final", "rejected")[number % 3], "area": subject.split()[0]},
        time=datetime(2018 + number % 4, 1, 1, tzinfo=UTC),
    )


DOCUMENTS = [_document(number) for number in range(48)]
BY_ID = {document.id: document for document in DOCUMENTS}
MATERIAL = Material(DOCUMENTS, "tests", "CC0", seed=3)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_example_passes_the_check(name: str) -> None:
    made = list(PROGRAMS[name]().make(MATERIAL))[:200]
    assert len(made) >= 50
    assert [reason(example, BY_ID) for example in made] == [None] * len(made)


def test_a_swapped_example_is_rejected_and_kept_apart(tmp_path: Path) -> None:
    right = next(iter(PROGRAMS["reverse"]().make(MATERIAL)))
    wrong = Example(**{**_fields(right), "relevant": right.not_relevant, "not_relevant": right.relevant})
    report = check([right, wrong], BY_ID, kept=tmp_path / "kept", rejected=tmp_path / "rejected")
    assert report.acceptance == 0.5
    assert list(protocol.read(tmp_path / "kept")) == [right]
    assert "breaks the instruction" in json.loads((tmp_path / "rejected").read_text())["why"]


def test_the_grid_of_lengths_and_styles_is_covered() -> None:
    made = list(PROGRAMS["programmatic"]().make(MATERIAL))
    assert len({example.instruction for example in made}) > 100
    terse = instruction([Fact("field", "status", "draft")], "terse", "plain", MATERIAL.chance("x"))
    long = instruction([Fact("field", "status", "draft")], "long", "persona", MATERIAL.chance("x"))
    assert "draft" in terse and "draft" in long and len(long) > 4 * len(terse)


@given(st.sampled_from(LENGTHS), st.sampled_from(STYLES), st.integers(0, 50))
def test_an_instruction_names_every_value(length: str, style: str, seed: int) -> None:
    truth = [Fact("field", "status", "draft"), Fact("year", "time", "2019", "avoid")]
    text = instruction(truth, length, style, Material((), "", "", seed).chance())  # type: ignore[arg-type]
    assert "draft" in text and "2019" in text


def test_facts_are_recomputed_from_the_document() -> None:
    facts = facts_of(DOCUMENTS)
    assert Fact("field", "status", "draft") in facts and Fact("form", "code", "yes") in facts
    assert Fact("mentions", "text", "sourdough") in facts
    for fact, ids in facts.items():
        assert {d.id for d in DOCUMENTS if holds(fact, d)} == ids
    assert not fulfilled([Fact("year", "time", "2018", "avoid")], DOCUMENTS[0])


def test_reverse_swaps_and_keeps_a_third_view() -> None:
    one, other, query = list(PROGRAMS["reverse"]().make(MATERIAL))[:3]
    assert one.relevant == other.not_relevant and one.not_relevant == other.relevant
    assert query.instruction == "" and {t.id for t in query.relevant} == {
        one.relevant[0].id,
        other.relevant[0].id,
    }


def test_narrowing_flips_documents() -> None:
    made = list(PROGRAMS["narrate"]().make(MATERIAL))
    pairs = list(zip(made[::2], made[1::2], strict=True))
    assert pairs and all(
        fulfilled(broad.truth, BY_ID[t.id]) for broad, narrowed in pairs for t in narrowed.not_relevant
    )


def test_a_run_resumes_after_a_torn_line(tmp_path: Path) -> None:
    path, whole = tmp_path / "a", tmp_path / "b"
    make = PROGRAMS["poison"]().make
    protocol.write(whole, make(MATERIAL), most=30)
    protocol.write(path, make(MATERIAL), most=10)
    with path.open("a") as lines:
        lines.write('{"key": "torn')
    assert protocol.write(path, make(MATERIAL), most=30) == 30
    assert path.read_text() == whole.read_text()


def test_a_line_that_is_no_example_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text('{"key": 1}\n')
    with pytest.raises(FileError, match="x:1"):
        list(protocol.read(tmp_path / "x"))


def test_a_description_finds_its_own_domain_and_a_wrong_one_does_not() -> None:
    baking = {d.id for d in seeds("recipes for sourdough baking at home", DOCUMENTS, 12)}
    harbour = {d.id for d in seeds("logistics of a harbour", DOCUMENTS, 12)}
    right = {d.id for d in DOCUMENTS if "sourdough" in d.text}
    assert baking == right and not harbour & right
    assert seeds("zymurgy", DOCUMENTS) == []


def test_describe_only_uses_its_seeds() -> None:
    material = Material(DOCUMENTS, "tests", "CC0")
    made = list(maker("describe", description="sourdough and orchard").make(material))[:50]
    texts = {text.text for example in made for text in (*example.relevant, *example.not_relevant)}
    assert made and all("sourdough" in text or "orchard" in text for text in texts)


def test_unknown_makers_and_missing_descriptions_are_errors() -> None:
    with pytest.raises(InputError, match="programmatic, reverse"):
        maker("nonsense")
    with pytest.raises(InputError, match="description"):
        maker("describe")


def test_an_instruction_without_a_judge_is_rejected() -> None:
    example = Example("k", "m", "q", "i", (Text("d0", ""),), (Text("d1", ""),), "o", "l", 0)
    assert "no judge" in (reason(example, BY_ID) or "")
    assert reason(example, BY_ID, lambda _: {"d0": 0.9, "d1": 0.1}) is None
    assert "rank" in (reason(example, BY_ID, lambda _: {"d0": 0.1, "d1": 0.9}) or "")


def one_sided(view: str, query: str, instruction: str, *, right: bool) -> Example:
    text = (Text("d0", "all about cats"),)
    sides = (text, ()) if right else ((), text)
    return Example(f"m/0/0/{view}", "m", query, instruction, *sides, "o", "l", 0)


def test_a_right_need_and_its_wrong_ones_are_compared(tmp_path: Path) -> None:
    scores = {("cats", "about cats"): 0.9, ("cats", "no cats"): 0.1, ("tax law", "about cats"): 0.9}
    right = one_sided("right", "cats", "about cats", right=True)
    wrong = one_sided("instruction", "cats", "no cats", right=False)
    foreign = one_sided("query", "tax law", "about cats", right=False)
    files = {"kept": tmp_path / "kept", "rejected": tmp_path / "rejected"}

    def relevance(example: Example) -> dict[str, float]:
        return {"d0": scores[example.query, example.instruction]}

    assert check([right, wrong], {}, **files, relevance=relevance).acceptance == 1.0
    report = check([right, wrong, foreign], {}, **files, relevance=relevance)
    # The judge likes the foreign query as well, so neither it nor the need that it is held against is sure.
    assert list(protocol.read(tmp_path / "kept")) == [wrong]
    assert report.rejected == {"the judge does not score the right need above the wrong one": 2}


def test_examples_of_one_side_need_a_verdict() -> None:
    right = one_sided("right", "cats", "about cats", right=True)
    wrong = one_sided("wrong", "cats", "no cats", right=False)

    def found(example: Example, fulfils: bool | None) -> str:
        why = reason(example, {}, lambda _: {"d0": 1.0}, verdicts=lambda _: {"d0": fulfils}, sample=[example])
        return why or "kept"

    assert found(right, True) == found(wrong, False) == "kept"
    assert "breaks" in found(right, False) and "fulfils" in found(wrong, True)
    assert "cannot tell" in found(right, None)
    assert "no judge" in (reason(right, {}, lambda _: {"d0": 1.0}) or "")


def test_an_engine_gives_the_verdicts() -> None:
    engine = Engine.in_memory(FakeEncoder())
    engine.add(DOCUMENTS)

    def found(instruction: str) -> bool | None:
        example = Example("k", "m", "notes", instruction, (Text("d0", ""),), (), "o", "l", 0)
        return verdicts(engine, example)["d0"]

    assert found("Only with status draft.") is True
    assert found("Nothing with status draft.") is False
    assert found("Preferably with status final.") is None
    assert found("") is not None  # the query is the rule


def test_the_same_seed_makes_the_same_in_every_process() -> None:
    program = (
        "from adhere.need import Document; from adhere.synth.facts import _mentions\n"
        "text = ' '.join(f'word{chr(97 + n % 26)}{chr(97 + n // 26)}' for n in range(300))\n"
        "documents = [Document(str(n), text if n < 2 else '') for n in range(4)]\n"
        "print(sorted(fact.value for fact in _mentions(documents)))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(told) == 1


def _fields(example: Example) -> dict[str, object]:
    return {name: getattr(example, name) for name in Example.__dataclass_fields__}
