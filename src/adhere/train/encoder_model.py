"""An encoder that reads a query with its instruction, as torch sees it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from adhere.errors import require
from adhere.render import concatenated, query_text
from adhere.train.processor import BFLOAT16
from adhere.train.run import collate

Reading = Literal["concatenate", "attend"]
MAX_TOKENS = 256
"""What the served encoder reads of a query."""
ADAPTED = ["query", "key", "value", "dense"]


class Instructed(nn.Module):
    """A BERT whose mean state is the vector of a query with its instruction; length one.

    reading="concatenate" feeds both as one text. reading="attend" encodes each alone: every token of the
    instruction looks at the tokens of the query by plain attention without parameters, and the mean of what
    they saw is the vector (InF-Embed, arXiv 2505.21439). Padded tokens of the query get no attention, in
    training and afterwards; the published code lets them through at inference (it masks with -1e-8).
    """

    def __init__(
        self, base: Path, *, reading: Reading = "concatenate", lora: int = 0, frozen: int = 0
    ) -> None:
        super().__init__()
        self.reading, self._base = reading, base
        self.tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.no_padding()
        encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        if lora:
            peft = require("peft", feature="Training with LoRA", extra="train")
            config = peft.LoraConfig(r=lora, lora_alpha=2 * lora, target_modules=ADAPTED)
            encoder = peft.get_peft_model(encoder, config)
        else:
            encoder.embeddings.requires_grad_(False)
            for layer in encoder.encoder.layer[:frozen]:
                layer.requires_grad_(False)
        self.encoder = encoder

    def forward(self, queries: Sequence[str], instructions: Sequence[str]) -> Tensor:
        """Shapes  N queries, N instructions (empty for none) -> (N, H)"""
        if self.reading == "concatenate":
            states, mask = self._states(
                [concatenated(*pair) for pair in zip(queries, instructions, strict=True)]
            )
            return functional.normalize(_mean(states, mask), dim=1)
        asked, asked_mask = self._states(queries)
        said, said_mask = self._states(instructions)
        looked = attended(said, asked, asked_mask)
        bare = torch.tensor([not one.strip() for one in instructions])
        vectors = torch.where(bare[:, None], _mean(asked, asked_mask), _mean(looked, said_mask))
        return functional.normalize(vectors, dim=1)

    def _states(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        encoded = [self.tokenizer.encode(query_text(text)) for text in texts]
        ids, mask, types = collate([(one.ids, one.type_ids) for one in encoded])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=BFLOAT16):
            found = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types)
        return found.last_hidden_state.float(), mask

    def save(self, folder: Path) -> None:
        """The folder of the base model with these weights, for sentence-transformers and `train.export`."""
        shutil.copytree(self._base, folder, dirs_exist_ok=True)
        encoder: Any = copy.deepcopy(self.encoder)
        if hasattr(encoder, "merge_and_unload"):
            encoder = encoder.merge_and_unload()
        encoder.save_pretrained(folder)


def attended(said: Tensor, asked: Tensor, mask: Tensor) -> Tensor:
    """What each token of the instruction sees of the query.

    Shapes  said (N, I, H), asked (N, Q, H), mask (N, Q) -> (N, I, H)
    """
    weights = said @ asked.transpose(1, 2) / said.shape[-1] ** 0.5
    weights = weights.masked_fill(mask[:, None, :] == 0, -torch.inf)
    return torch.softmax(weights, dim=2) @ asked


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
