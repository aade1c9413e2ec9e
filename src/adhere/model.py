"""Opens a model folder: its files checked, its tokenizer, a session of onnxruntime.

The packaged models learned on one trunk and left its word vectors as they were, and these are half of every
model. So the table is kept once, in models/words.npz: a model that has the same table leaves it out, says so
in its manifest, and gets it here, all sessions of a process the same copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
    """Compare every file that the manifest names with its checksum.

    Errors  ModelError, which ends with the remedy, if one is missing or differs
    """
    for file, wanted in manifest["sha256"].items():
        _compare(folder / file, wanted, remedy)
    if "words" in manifest:
        _compare(WORDS, manifest["words"]["sha256"], "Install the version of adhere that it was made with")


def _compare(path: Path, wanted: str, remedy: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise ModelError(f"The model file {path} is missing. {remedy}.") from None
    if found != wanted:
        raise ModelError(f"{path} is damaged: sha256 {found}, expected {wanted}. {remedy}.")


def opened(folder: Path, manifest: Mapping[str, Any]) -> tuple[Tokenizer, InferenceSession]:
    """Tokenizer and session of a folder that was verified.

    A session runs in one thread: texts run side by side, which scales better than splitting each.
    onnxruntime is imported here, so that importing adhere stays cheap.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if "words" in manifest:
        table = _words()
        names = {part: manifest["words"][part] for part in table}
        options.add_external_initializers(list(names.values()), [table[part] for part in names])
    path = str(folder / "model.onnx")
    return tokenizer, onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@cache
def _words() -> dict[str, OrtValue]:
    from onnxruntime import OrtValue

    with np.load(WORDS) as table:
        return {part: OrtValue.ortvalue_from_numpy(table[part]) for part in ("rows", "scales")}
