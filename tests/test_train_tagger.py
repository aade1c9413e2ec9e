"""The labels, their decoding, the makers of more examples, and one step of learning."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.errors import FileError, InputError
from adhere.parse import tags
from adhere.schema import FieldInfo
from adhere.train import augment
from adhere.train.clauses import Example, read
from adhere.train.figures import figures
from adhere.train.typed import TypedMaker, Wordings

ROWS = [
    {
        "query": "rye bread",
        "instruction": "Find rye loaves. Skip wheat blends, unless they are half rye; sourdough preferred.",
        "clauses": [
            {"span": "Find", "polarity": "task", "kind": "topic", "says": "find"},
            {"span": "rye loaves", "polarity": "want", "kind": "topic", "says": "rye loaves"},
            {"span": "Skip wheat blends", "polarity": "avoid", "kind": "topic", "says": "wheat blends"},
            {
                "span": "unless they are half rye",
                "polarity": "want",
                "kind": "quantity",
                "says": "at least half rye",
                "unless_of": 2,
            },
            {"span": "sourdough preferred", "polarity": "prefer", "kind": "method", "says": "sourdough"},
        ],
    },
    {
        "query": "flats",
        "instruction": "Is Lisbon cheap? No ground floors",
        "clauses": [
            {"span": "Is Lisbon cheap?", "polarity": "want", "kind": "place", "says": "Lisbon cheap"},
            {"span": "No ground floors", "polarity": "avoid", "kind": "topic", "says": "ground floors"},
        ],
    },
]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    path = tmp_path_factory.mktemp("data") / "clauses.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return read(path)


def texts(example: Example) -> list[tuple[str, str]]:
    return [(example.instruction[slice(*clause.span)], clause.role) for clause in example.clauses]


def test_read_finds_spans_cores_and_links(examples: list[Example]) -> None:
    avoid = examples[0].clauses[2]
    assert examples[0].instruction[slice(*avoid.core)] == "wheat blends"
    assert examples[0].clauses[3].unless_of == 2
    assert examples[0].clauses[3].core is None  # "at least half rye" does not stand there


def test_read_refuses_a_span_that_is_not_there(tmp_path: Path) -> None:
    row = {"query": "", "instruction": "no cats", "clauses": [{**ROWS[1]["clauses"][1], "span": "dogs"}]}
    (tmp_path / "c.jsonl").write_text(json.dumps(row))
    with pytest.raises(FileError, match=r"c\.jsonl:1: the span 'dogs'"):
        read(tmp_path / "c.jsonl")


def test_sentences_keep_an_exception_with_its_rule(examples: list[Example]) -> None:
    parts = augment.sentences(examples[0])
    assert [len(part.clauses) for part in parts] == [2, 2, 1]
    assert parts[1].clauses[1].unless_of == 0
    assert texts(parts[1])[0] == ("Skip wheat blends", "avoid")


def test_refilled_moves_every_span_behind_it(examples: list[Example]) -> None:
    changed = augment.refilled(examples[0], 2, "anything made with spelt")
    assert texts(changed)[2] == ("Skip anything made with spelt", "avoid")
    assert texts(changed)[3:] == texts(examples[0])[3:]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_made_examples_keep_spans_in_order_and_links_backwards(examples: list[Example], seed: int) -> None:
    maker = augment.Maker(examples, mixed=2.0, refilled=0.5, roughened=0.5, seed=seed)
    for example in maker.epoch(0):
        position = 0
        for number, clause in enumerate(example.clauses):
            assert position <= clause.span[0] < clause.span[1] <= len(example.instruction)
            position = clause.span[1]
            if clause.core:
                assert clause.span[0] <= clause.core[0] < clause.core[1] <= clause.span[1]
            assert clause.unless_of is None or 0 <= clause.unless_of < number


def test_an_epoch_is_the_same_for_the_same_number_and_another_for_the_next(examples: list[Example]) -> None:
    maker = augment.Maker(examples, mixed=1.0, refilled=0.5, roughened=0.5, seed=3)
    assert maker.epoch(4) == maker.epoch(4) != maker.epoch(5)


def test_a_list_takes_the_place_of_one_condition(examples: list[Example]) -> None:
    maker = augment.Maker(examples, mixed=0.0, refilled=1.0, roughened=0.0, seed=1, listed=1.0)
    made = maker.epoch(0)
    assert any(", " in e.instruction[slice(*c.core)] for e in made for c in e.clauses if c.core)
    for example in made:
        for clause in example.clauses:
            if clause.core:
                assert clause.span[0] <= clause.core[0] < clause.core[1] <= clause.span[1]


def test_roughened_keeps_labels_on_their_words(examples: list[Example]) -> None:
    rough = augment.roughened(examples[0], random.Random(1))
    before = [text.lower().strip(".,;") for text, _ in texts(examples[0])]
    assert [text.lower().strip(".,;") for text, _ in texts(rough)] == before


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 12))
def test_decoded_clauses_are_disjoint_and_in_order(seed: int, count: int) -> None:
    logits = np.random.default_rng(seed).normal(scale=3, size=(count, tags.OUTPUTS)).astype(np.float32)
    spans = [(3 * word, 3 * word + 2) for word in range(count)]
    position = 0
    for number, clause in enumerate(tags.clauses("ab " * count, spans, logits)):
        assert position <= clause.span[0] < clause.span[1]
        assert clause.core and clause.span[0] <= clause.core[0] < clause.core[1] <= clause.span[1]
        assert clause.unless_of is None or clause.unless_of < number
        assert 0 <= clause.confidence <= 1.001
        position = clause.span[1]


def test_two_clauses_of_one_role_stay_apart() -> None:
    logits = np.full((4, tags.OUTPUTS), -5, dtype=np.float32)
    for word, tag in enumerate(("B-avoid", "I-avoid", "B-avoid", "I-avoid")):
        logits[word, tags.TAGS.index(tag)] = 5
    found = tags.clauses("no ox no ox", [(0, 2), (3, 5), (6, 8), (9, 11)], logits)
    assert [(clause.span, clause.role) for clause in found] == [((0, 5), "avoid"), ((6, 11), "avoid")]


@pytest.mark.parametrize(("seam", "roles"), [(" ", ["want"]), (". ", ["want", "avoid"])])
def test_a_doubtful_change_of_role_needs_a_seam(seam: str, roles: list[str]) -> None:
    logits = np.full((4, tags.OUTPUTS), -5, dtype=np.float32)
    for word, tag in enumerate(("B-want", "I-want", "B-avoid", "I-avoid")):
        logits[word, tags.TAGS.index(tag)] = 1
        logits[word, tags.TAGS.index("I-want")] += 0.0 if word < 2 else 5.0
    found = tags.clauses(
        f"ox ox{seam}ox ox", [(0, 2), (3, 5), (5 + len(seam), 7 + len(seam)), (9, 11)], logits
    )
    assert [clause.role for clause in found] == roles


def test_figures_of_the_labels_themselves_are_perfect(examples: list[Example]) -> None:
    measured = figures(examples, [example.clauses for example in examples])
    assert measured["polarity"] == measured["exclusion_f1"] == measured["unless_f1"] == 1
    assert measured["filed_as_background"] == measured["background_enforced"] == 0


def test_figures_count_what_was_not_found(examples: list[Example]) -> None:
    measured = figures(examples, [[] for _ in examples])
    assert measured["polarity"] == measured["exclusion_f1"] == measured["unless_f1"] == 0


@pytest.fixture
def tiny_bert(tmp_path: Path) -> Path:
    """An untrained BERT of two thin layers, saved as transformers saves one."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    letters = [chr(code) for code in range(97, 123)]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        *letters,
        *(f"##{letter}" for letter in letters),
        ".",
        ",",
        ";",
        "?",
    ]
    tokenizer = tokenizers.BertWordPieceTokenizer({word: number for number, word in enumerate(vocabulary)})
    config = transformers.BertConfig(
        vocab_size=1000,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    transformers.BertModel(config).save_pretrained(tmp_path / "bert")
    tokenizer.save(str(tmp_path / "bert" / "tokenizer.json"))
    return tmp_path / "bert"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript:DeprecationWarning")
def test_a_tagger_learns_ships_and_serves(examples: list[Example], tiny_bert: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from adhere.parse.tagger import TaggerParser
    from adhere.train import ship, tagger
    from adhere.train.model import predict
    from adhere.train.pseudo import pseudo_label
    from adhere.train.recover import recovered, widened

    recipe = tagger.Recipe(epochs=2, batch=4, rate=1e-3, head_rate=1e-2)
    model, tokenizer = tagger.fresh(tiny_bert, recipe)
    run = tagger.Run(examples * 40, model, tokenizer, recipe)
    first = run.advance()
    run.save(tmp_path / "checkpoint.pt")
    assert run.advance() < first
    resumed = tagger.Run(examples * 40, *tagger.fresh(tiny_bert, recipe), recipe)
    resumed.load(tmp_path / "checkpoint.pt")
    resumed.advance()
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), resumed.model.parameters(), strict=True))

    torch.save(model.state_dict(), tmp_path / "model.pt")
    pseudo = pseudo_label([tmp_path, tmp_path], examples, tiny_bert)
    assert [targets.shape[1] for _, targets in pseudo] == [tags.OUTPUTS] * len(examples)
    tagger.Run(
        examples, model, tokenizer, dataclasses.replace(recipe, hidden=0.5, pseudo=1.0), pseudo
    ).advance()
    torch.save(model.state_dict(), tmp_path / "model.pt")
    (tmp_path / "manifest.json").write_text(json.dumps({"recipe": dataclasses.asdict(recipe)}))
    agreement = ship.ship([tmp_path], tmp_path / "served", examples, base=tiny_bert)
    assert agreement >= ship.AGREEMENT
    served = TaggerParser(tmp_path / "served").clauses(examples[0].instruction, query=examples[0].query)
    assert [c.role for c in served] == [c.role for c in predict(model, tokenizer, examples)[0]]

    back, _ = tagger.fresh(tiny_bert, recipe)
    back.load_state_dict(widened(recovered(tmp_path / "served" / "model.onnx"), back.state_dict()))
    found, trained = back.state_dict(), model.state_dict()
    for state in (found, trained):
        state["mixture"] = state["mixture"].softmax(dim=0)  # which is all that counts of it
    for name, tensor in trained.items():
        assert torch.allclose(found[name], tensor, atol=0.02), name


def test_a_tagger_goes_on_with_its_own_data_only(
    tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from adhere.train import tagger

    (tmp_path / "train").mkdir()
    source = tmp_path / "train" / "clauses.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    folders = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--base", str(tiny_bert)]
    command = ["tagger", *folders, "--epochs", "1", "--development", "-1"]
    monkeypatch.setattr("sys.argv", command)
    tagger.main()
    monkeypatch.setattr("sys.argv", [*command, "--resume"])
    tagger.main()
    source.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[0]]))
    with pytest.raises(InputError, match=r"clauses\.jsonl .*Resume with the same data"):
        tagger.main()


@pytest.mark.slow
def test_a_tagger_learns_from_typed_instructions(examples: list[Example], tiny_bert: Path) -> None:
    pytest.importorskip("torch")
    from adhere.train import tagger

    domain = [FieldInfo("status", "keyword", values={"open": 1, "shut": 1})]
    wordings = Wordings({"want": ["only ones {those}"]}, {"field": ["with {field} {value}"]}, [])
    maker = TypedMaker(wordings, [domain], examples, seed=0)
    recipe = tagger.Recipe(epochs=2, batch=4, rate=1e-3, head_rate=1e-2, typed=40, labelled=0.5)
    run = tagger.Run(examples, *tagger.fresh(tiny_bert, recipe), recipe, typed=maker)
    first = run.advance()
    assert run.advance() < first


def test_a_model_with_fewer_labels_is_widened() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from adhere.train.recover import widened

    old = {"head.bias": torch.ones(3), "prior.weight": torch.ones(tags.RULED, 3)}
    new = {"head.bias": torch.zeros(5), "prior.weight": torch.zeros(tags.SEGMENTS, 5)}
    wide = widened(old, new)
    assert wide["head.bias"].tolist() == [1, 1, 1, 0, 0]
    assert wide["prior.weight"][:, :3].min() == 1 and wide["prior.weight"][:, 3:].max() == 0
