"""Opens a model folder: its files checked, its tokenizer, a session of onnxruntime.

The packaged models learned on one trunk and left its word vectors as they were, and these are half of every
model. So the table is kept once, in models/words.npz: a model that has the same table leaves it out, says so
in its manifest, and gets it here, all sessions of a process the same copy.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from adhere.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue
    from tokenizers import Tokenizer

WORDS = Path(__file__).parent / "models" / "words.npz"
"""The word vectors of all-MiniLM-L6-v2: `rows` (V, H) int8, `scales` (V, 1) float32 to multiply them by."""


def verify(folder: Path, manifest: Mapping[str, Any], *, remedy: str) -> None:
    """Compare every file that the manifest names with its checksum; `opened` compares the table of words.

    Errors  ModelError, which ends with the remedy, if one is missing or differs
    """
    for file, wanted in manifest["sha256"].items():
        _checked(folder / file, wanted, remedy)


def checksums(folder: Path, files: Iterable[str]) -> dict[str, str]:
    """What a manifest says of these files, for `verify`."""
    return {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files}


def _checked(path: Path, wanted: str, remedy: str) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"The model file {path} is missing. {remedy}.") from None
    found = hashlib.sha256(raw).hexdigest()
    if found != wanted:
        raise ModelError(f"{path} is damaged: sha256 {found}, expected {wanted}. {remedy}.")
    return raw


def opened(folder: Path, manifest: Mapping[str, Any]) -> tuple[Tokenizer, InferenceSession]:
    """Tokenizer and session of a folder that was verified.

    A session runs in one thread: texts run side by side, which scales better than splitting each.
    onnxruntime is imported here, so that importing adhere stays cheap.
    Errors  ModelError if the table of words that the model was made with is not here
    """
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if words := manifest.get("words"):
        table = _words(WORDS, words["sha256"])
        options.add_external_initializers([words[part] for part in table], list(table.values()))
    path = str(folder / "model.onnx")
    return tokenizer, onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@cache
def _words(path: Path, wanted: str) -> dict[str, OrtValue]:
    """The table, read and compared with its checksum once per process."""
    from onnxruntime import OrtValue

    raw = _checked(path, wanted, "Install the version of adhere that it was made with")
    with np.load(io.BytesIO(raw)) as table:
        return {part: OrtValue.ortvalue_from_numpy(table[part]) for part in ("rows", "scales")}
