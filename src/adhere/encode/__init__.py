"""Text to vectors: `load` gives the encoder that a user named."""

from __future__ import annotations

from pathlib import Path

from adhere.encode.protocol import Encoder


def load(model: str = "") -> Encoder:
    """The encoder of that name: "" or "minilm" is the packaged one, a folder with a `manifest.json` one that
    `adhere.train.export` wrote, and anything else a sentence-transformers folder or hub id.

    Errors  ModelError for files missing or damaged, MissingExtra without sentence-transformers
    """
    from adhere.encode.onnx import OnnxEncoder, default_encoder

    if model in ("", "minilm"):
        return default_encoder()
    if (Path(model) / "manifest.json").exists():
        return OnnxEncoder(model)
    from adhere.encode.sentence_transformers import SentenceTransformersEncoder

    return SentenceTransformersEncoder(model)
