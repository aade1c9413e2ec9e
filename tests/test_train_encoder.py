"""Losses worked by hand, groups of examples, and an encoder that learns, stops, goes on and is served."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from adhere.errors import FileError, InputError
from adhere.evaluate.benchmark import Query
from adhere.need import Document
from adhere.synth.protocol import Example, Text, write
from adhere.testing.fakes import FakeEncoder
from adhere.train.bank import Bank, document
from adhere.train.views import batch, batches, grouped, squares

ONE, OTHER, THIRD = Text("1", "red apples"), Text("2", "green pears"), Text("3", "old maps")


class Teacher:
    def __init__(self, name: str = "teacher") -> None:
        self.name = name

    def index(self, documents: Sequence[Document]) -> None:
        self.texts = {one.id: one.text for one in documents}

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float]:
        wanted = "red" if query.need.instruction == "only red" else "green"
        return {i: 4.0 if wanted in self.texts[i] else -4.0 for i in candidates or ()}


def example(key: str, instruction: str, good: Text, bad: Text, query: str = "fruit") -> Example:
    return Example(key, "made", query, instruction, (good,), (bad,), "here", "CC0", 0)


PAIR = [example("a", "only red", ONE, OTHER), example("b", "nothing red", OTHER, ONE)]


def test_examples_of_one_query_stand_side_by_side() -> None:
    (views,) = grouped(PAIR)
    assert views.instructions == ("only red", "nothing red")
    assert [text.id for text in views.documents] == ["1", "2"]
    assert views.relevant.tolist() == [[1, 0], [0, 1]]
    assert squares(views.relevant) == [(0, 1, 0, 1)]


def test_instructions_of_different_queries_are_not_set_against_each_other() -> None:
    rows = batch(grouped([*PAIR, example("c", "", THIRD, OTHER, query="maps")]))
    assert squares(rows.relevant, rows.group_of_view) == [(0, 1, 0, 1)]
    assert len(squares(rows.relevant)) > 1


def test_what_nobody_judged_is_unknown_in_its_group_and_not_relevant_elsewhere() -> None:
    groups = grouped([*PAIR, example("c", "any", THIRD, ONE), example("d", "", THIRD, OTHER, query="maps")])
    rows = batch(groups)
    columns = [(text.id, group) for text, group in zip(rows.documents, rows.group_of_document, strict=True)]
    found = {
        (asked, *column): value
        for asked, row in zip(rows.instructions, rows.relevant.tolist(), strict=True)
        for column, value in zip(columns, row, strict=True)
    }
    assert found["only red", "3", 0] == -1  # never judged under it
    assert found["only red", "3", 1] == -1  # the same text in another group
    assert found["", "1", 0] == 0  # another query's document


def test_batches_go_over_everything_in_every_epoch() -> None:
    groups = grouped([example(str(n), "x", ONE, OTHER, query=str(n)) for n in range(5)])
    drawn = batches(groups, 2, seed=1)
    epochs = [[group.query for _ in range(3) for group in next(drawn)] for _ in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list("01234")
    assert epochs[0] != epochs[1]


def test_the_bank_keeps_what_it_encoded(tmp_path: Path) -> None:
    calls: list[int] = []
    bank = Bank(FakeEncoder(32), tmp_path)
    bank.fill(["A title\nOne. Two.", "no title"], lambda done, _: calls.append(done))
    again = Bank(FakeEncoder(32), tmp_path, units="sentences")
    again.fill(["no title"], lambda done, _: calls.append(done))
    assert calls == [2]
    assert bank["no title"].shape == (1, 32)
    assert again["A title\nOne. Two."].shape[0] >= 1
    assert document("d", "A title\nOne.").title == "A title"
    assert document("d", "one line").title == ""


def test_a_teacher_scores_every_view_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    from adhere.train.teach import read_scores, scored

    path, groups = tmp_path / "scores.jsonl", grouped(PAIR)
    lines = list(scored(Teacher(), groups, {}, spread=2.0))
    path.write_text(lines[0] + "\n" + lines[1][:20])  # torn by a crash
    done = read_scores(path)
    assert done == {"fruit\nonly red": {"1": 2.0, "2": -2.0}}
    assert list(scored(Teacher(), groups, done, spread=2.0)) == lines[1:]


def test_a_teacher_scores_the_documents_of_all_groups_that_ask_the_same(tmp_path: Path) -> None:
    from adhere.train.teach import read_scores, scored

    # The first group is full after six instructions: the last example, of the same query, is in another.
    several = [example(str(n), f"only red {n}" if n else "", ONE, OTHER) for n in range(6)]
    groups = grouped([*several, example("x", "", THIRD, Text("4", "new maps"))])
    assert len(groups) == 2
    path = tmp_path / "scores.jsonl"
    path.write_text("".join(line + "\n" for line in scored(Teacher(), groups[:1], {})))
    assert read_scores(path)["fruit\n"].keys() == {"1", "2"}
    more = list(scored(Teacher(), groups, read_scores(path)))
    assert [json.loads(line)["instruction"] for line in more] == [""]
    path.write_text(path.read_text() + more[0] + "\n")
    assert read_scores(path)["fruit\n"].keys() == {"1", "2", "3", "4"}
    assert list(scored(Teacher(), groups, read_scores(path))) == []


def test_scores_of_one_need_in_two_lines_are_merged_and_its_characters_are_its_own(tmp_path: Path) -> None:
    from adhere.train.teach import read_scores

    rows = [{"query": "a\u2028b", "instruction": "i", "scores": {name: 1.0}} for name in "xy"]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (tmp_path / "scores.jsonl").write_text("".join(lines), encoding="utf-8")
    assert read_scores(tmp_path / "scores.jsonl") == {"a\u2028b\ni": {"x": 1.0, "y": 1.0}}


def test_scores_of_two_teachers_do_not_go_into_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adhere.train import teach

    monkeypatch.setattr(teach, "Systems", lambda: lambda name: Teacher(name))
    write(tmp_path / "examples.jsonl", iter(PAIR), most=2)
    scores = tmp_path / "scores.jsonl"

    def ask(system: str, spread: str) -> None:
        files = ["--examples", str(tmp_path / "examples.jsonl"), "--out", str(scores)]
        monkeypatch.setattr("sys.argv", ["teach", *files, "--system", system, "--spread", spread])
        teach.main()

    ask("one", "2")
    before = scores.read_text()
    with pytest.raises(InputError, match=r"system 'one', now 'other'.*another --out"):
        ask("other", "2")
    with pytest.raises(InputError, match=r"spread 2\.0, now 1\.0"):
        ask("one", "1")
    ask("one", "2")
    assert scores.read_text() == before and len(before.splitlines()) == 2


# --- torch from here -----------------------------------------------------------------------------


def test_infonce_by_hand() -> None:
    torch = pytest.importorskip("torch")
    from adhere.train import losses

    scores = torch.tensor([[2.0, 1.0, 5.0]])
    relevant = torch.tensor([[1, 0, -1]])  # the unknown one is no negative, high as it is
    assert losses.passages(scores, relevant).item() == pytest.approx(math.log(1 + math.exp(1.0 - 2.0)))
    assert losses.passages(scores, torch.tensor([[1, -1, -1]])).item() == 0.0


def test_instructions_are_contrasted_within_their_query() -> None:
    torch = pytest.importorskip("torch")
    from adhere.train import losses

    scores = torch.tensor([[2.0], [0.5], [9.0]])
    relevant, group = torch.tensor([[1], [0], [0]]), torch.tensor([0, 0, 1])
    expected = math.log(1 + math.exp(0.5 - 2.0))
    assert losses.instructions(scores, relevant, group).item() == pytest.approx(expected)


def test_the_interaction_does_not_see_what_query_and_document_do_alone() -> None:
    torch = pytest.importorskip("torch")
    from adhere.train import losses

    scores, square = torch.tensor([[3.0, 1.0], [2.0, 2.5]]), [(0, 1, 0, 1)]
    effect = 3.0 - 1.0 - 2.0 + 2.5
    expected = math.log(1 + math.exp(1.0 - effect))
    assert losses.interaction(scores, square, 1.0).item() == pytest.approx(expected)
    shifted = scores + torch.tensor([[7.0], [-2.0]]) + torch.tensor([[1.0, 4.0]])
    assert losses.interaction(shifted, square, 1.0).item() == pytest.approx(expected)


def test_a_student_that_says_what_its_teacher_says_loses_nothing() -> None:
    torch = pytest.importorskip("torch")
    from adhere.train import losses

    scores = torch.tensor([[1.0, 2.0, 9.0], [0.0, 1.0, 0.0]])
    taught = torch.tensor([[4.0, 5.0, torch.nan], [torch.nan, 1.0, torch.nan]])
    assert losses.agreement(scores, taught).item() == pytest.approx(0.0, abs=1e-6)
    assert losses.agreement(scores, -taught).item() > 0.1


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained BERT of two thin layers with our tokenizer."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import adhere

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("bert")
    config = transformers.BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    transformers.BertModel(config).save_pretrained(folder)
    tokenizer = Path(adhere.__file__).parent / "models/minilm/tokenizer.json"
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    return folder


@pytest.mark.parametrize("reading", ["concatenate", "attend"])
def test_padding_changes_no_vector(base: Path, reading: str) -> None:
    torch = pytest.importorskip("torch")
    from adhere.train.encoder_model import Instructed

    model = Instructed(base, reading=reading).eval()  # type: ignore[arg-type]
    queries = ["fruit", "a much longer query about old maps"]
    asked = ["only red ones, and nothing that was picked before July", ""]
    with torch.no_grad():
        together = model(queries, asked)
        alone = torch.cat([model([q], [i]) for q, i in zip(queries, asked, strict=True)])
        blind = model(queries[:1], [""])
    assert torch.allclose(together, alone, atol=1e-5)
    assert not torch.allclose(together[:1], blind, atol=1e-3)  # the instruction reaches the vector


@pytest.mark.slow
@pytest.mark.parametrize("extra", [{}, {"lora": 4}, {"documents": "trained", "reading": "attend"}], ids=str)
def test_an_encoder_learns_stops_and_goes_on(base: Path, tmp_path: Path, extra: dict[str, object]) -> None:
    torch = pytest.importorskip("torch")
    if "lora" in extra:
        pytest.importorskip("peft")
    from adhere.train.encoder import Recipe, Run
    from adhere.train.encoder_model import Instructed

    recipe = Recipe(steps=40, batch=2, rate=3e-3, **extra)  # type: ignore[arg-type]
    groups = grouped([*PAIR, example("c", "any", THIRD, ONE, query="maps")])
    bank = Bank(FakeEncoder(32), tmp_path / "vectors")
    bank.fill([text.text for text in (ONE, OTHER, THIRD)], lambda *_: None)

    def fresh() -> Run:
        torch.manual_seed(0)
        model = Instructed(base, reading=recipe.reading, lora=recipe.lora)
        run = Run(model, groups, bank, recipe)
        run.remember(["fruit", "maps"])
        return run

    run = fresh()
    losses = [run.advance()["loss"] for _ in range(20)]
    run.save(tmp_path / "checkpoint.pt")
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    following = run.advance()["loss"]
    resumed = fresh()
    resumed.load(tmp_path / "checkpoint.pt")
    assert resumed.advance()["loss"] == pytest.approx(following, rel=1e-4)
    other = Run(run.model, groups, bank, Recipe(steps=41))
    with pytest.raises(InputError, match="same recipe"):
        other.load(tmp_path / "checkpoint.pt")
    run.model.save(tmp_path / "model")
    served = Instructed(tmp_path / "model", reading=recipe.reading).eval()
    run.model.eval()
    with torch.no_grad():
        assert torch.allclose(served(["fruit"], ["red"]), run.model(["fruit"], ["red"]), atol=1e-5)


@pytest.mark.slow
def test_the_command_writes_a_model_and_says_what_it_learned_from(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from adhere.train import encoder

    judged = tmp_path / "bench/judged/small"
    (judged / "qrels").mkdir(parents=True)
    rows = [
        {"_id": "1", "title": "", "text": "red apples"},
        {"_id": "2", "title": "", "text": "green pears"},
        {"_id": "3", "title": "", "text": "ripe figs"},
    ]
    (judged / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = [("n-og", "only red"), ("n-changed", "nothing red")]
    (judged / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": i, "text": "fruit", "instruction": t}) + "\n" for i, t in asked)
    )
    (judged / "qrels/test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nn-og\t1\t1\nn-og\t3\t1\nn-changed\t1\t0\nn-changed\t3\t1\n"
    )
    write(tmp_path / "examples.jsonl", iter(PAIR), most=2)
    monkeypatch.setattr(encoder, "default_encoder", lambda: FakeEncoder(32))
    command = [
        "encoder",
        "--data",
        str(tmp_path),
        "--examples",
        str(tmp_path / "examples.jsonl"),
        "--steps",
        "4",
    ]
    more = ["--base", str(base), "--out", str(tmp_path / "run"), "--every", "2", "--held-out"]
    monkeypatch.setattr("sys.argv", [*command, *more, str(tmp_path / "examples.jsonl")])
    encoder.main()
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    assert manifest["sources"] == {"here": ["CC0"]}
    assert [one["step"] for one in manifest["development"]] == [0, 2, 4]
    assert all(0 <= one["interaction"] <= 1 and "held-out both" in one for one in manifest["development"])
    assert (tmp_path / "run/model/config.json").exists()
    monkeypatch.setattr("sys.argv", [*command, *more, str(tmp_path / "examples.jsonl"), "--resume"])
    encoder.main()
    again = json.loads((tmp_path / "run/manifest.json").read_text())
    assert again["development"] == manifest["development"]  # what was seen before it stopped is not lost
    monkeypatch.setattr("sys.argv", [*command, *more, str(tmp_path / "examples.jsonl"), "--taught", "1"])
    with pytest.raises(InputError, match="--teacher"):
        encoder.main()
    torn = tmp_path / "scores.jsonl"
    rows = [("only red", {"1": 1.0, "2": 1.0}), ("nothing red", {"1": 1.0})]  # the second lacks a document
    scores = [{"query": "fruit", "instruction": asked, "scores": found} for asked, found in rows]
    torn.write_text("".join(json.dumps(row) + "\n" for row in scores))
    taught = [*command, *more, str(tmp_path / "examples.jsonl"), "--taught", "1", "--teacher", str(torn)]
    monkeypatch.setattr("sys.argv", taught)
    with pytest.raises(InputError, match="1 of 2 instructions"):
        encoder.main()
    monkeypatch.setattr("sys.argv", [*command, *more, str(tmp_path / "examples.jsonl"), "--resume"])
    write(tmp_path / "examples.jsonl", iter([*PAIR, example("c", "any", THIRD, ONE)]), most=3)
    with pytest.raises(InputError, match=r"examples\.jsonl .*Resume with the same data"):
        encoder.main()
    monkeypatch.setattr("sys.argv", [*command, "--out", str(tmp_path / "no"), "--examples", "nowhere.jsonl"])
    with pytest.raises(FileError, match=r"nowhere\.jsonl"):
        encoder.main()
