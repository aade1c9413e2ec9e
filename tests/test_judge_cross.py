"""The exported judge computes what the trained one does, and a damaged folder is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
transformers = pytest.importorskip("transformers")

from adhere.errors import ModelError  # noqa: E402
from adhere.judge import layout  # noqa: E402
from adhere.judge.cross import CrossReader  # noqa: E402
from adhere.train.judge_export import export  # noqa: E402
from adhere.train.judge_model import Judge  # noqa: E402

TOKENIZER = Path(__file__).parent.parent / "src/adhere/models/minilm/tokenizer.json"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the tracing exporter

CRITERIA = ["a defence", "a survey", "an attack on models", "robots", "bread"]
SENTENCES = ["We present a stronger attack on chat models.", "Code is public."]


@pytest.fixture(scope="module")
def judge() -> Judge:
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=30522, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128
    )
    encoder = transformers.BertModel(config, add_pooling_layer=False)
    encoder.config._attn_implementation = "eager"
    made = Judge(encoder).eval()
    torch.nn.init.normal_(made.out.weight)
    with torch.no_grad():
        for parameter in made.parameters():  # equal tensors would be one in the graph
            parameter.add_(0.01 * torch.randn_like(parameter))
    return made


@pytest.fixture(scope="module")
def folder(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("judge")
    export(judge, TOKENIZER, {"base": "random"}, out)
    return out


def test_the_exported_judge_decides_alike(judge: Judge, folder: Path) -> None:
    found, said = CrossReader(folder).read("jailbreaks", CRITERIA, SENTENCES)
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_padding()
    parts = [layout.pieces(tokenizer, some, 50) for some in (["jailbreaks"], CRITERIA, SENTENCES)]
    row = layout.arrange(parts[0][0], parts[1], parts[2])
    with torch.no_grad():
        ids, types = torch.tensor([row.ids]), torch.tensor([row.types])
        states = judge.states(ids, torch.ones_like(ids), types)[0]
        means = [
            torch.stack([states[a:b].mean(0) for a, b in runs]) for runs in (row.criteria, row.sentences)
        ]
        wanted, places = (part.numpy() for part in judge.decide(*means))
    assert np.corrcoef(found, wanted)[0, 1] > 0.99 and np.abs(found - wanted).max() < 0.3
    assert said.shape == (5, 2) and np.abs(said - places).max() < 0.5


def test_the_served_judge_goes_back_to_weights(judge: Judge, folder: Path, tmp_path: Path) -> None:
    from adhere.train.recover import recovered_judge

    found, trained = recovered_judge(folder), judge.state_dict()
    assert set(trained) - set(found) == {"prior"}
    for name, tensor in found.items():
        assert torch.allclose(tensor, trained[name], atol=0.02), name
    (tmp_path / "model.onnx").write_bytes((TOKENIZER.parent / "model.onnx").read_bytes())
    with pytest.raises(ModelError, match="judge_export"):
        recovered_judge(tmp_path)


def test_the_mean_of_several_judges(judge: Judge) -> None:
    from adhere.train.run import averaged

    other = copy.deepcopy(judge)
    with torch.no_grad():
        other.out.bias.add_(2.0)
        other.encoder.embeddings.position_embeddings.weight.mul_(3.0)
    mean = averaged([copy.deepcopy(judge), other]).state_dict()
    words = "encoder.embeddings.word_embeddings.weight"
    assert torch.equal(mean[words], judge.state_dict()[words])
    assert torch.allclose(mean["out.bias"], judge.out.bias + 1.0)
    places = "encoder.embeddings.position_embeddings.weight"
    assert torch.allclose(mean[places], 2 * judge.state_dict()[places])


def test_what_does_not_fit_is_not_read(folder: Path) -> None:
    reader = CrossReader(folder)
    long = [" ".join(["word"] * 60)] * 9
    assert reader.read("q", CRITERIA, long)[1].shape[1] < 9
    logits, said = reader.read("q", CRITERIA, [])
    assert logits.tolist() == [0.0] * 5 and said.shape == (5, 0)


def test_a_damaged_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="judge_export"):
        CrossReader(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["head.npz"] = "0"
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="damaged"):
        CrossReader(tmp_path).read("q", CRITERIA, SENTENCES)
