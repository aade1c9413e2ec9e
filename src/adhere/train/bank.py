"""Vectors of the documents that an encoder learns against, computed once and kept.

Documents stay as the served encoder writes them, so that a store need not be encoded again when only the
side of the query has learned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adhere.encode.protocol import Array, Encoder
from adhere.need import Document

PART = 500
"""Texts per file: what a run that is stopped may lose."""
UNITS = ("passages", "sentences")


class Bank:
    """Text -> unit vectors of its passages, or of its sentences. Shapes  (U, H) per text, U at least 1

    Kept in `folder` as float16, one file per PART texts, under the fingerprint of the encoder.
    """

    def __init__(self, encoder: Encoder, folder: Path, *, units: str = "passages") -> None:
        self._encoder, self._folder, self._units = encoder, folder / encoder.fingerprint[:12], units
        self._folder.mkdir(parents=True, exist_ok=True)
        self._kept: dict[str, Array] = {}
        for file in sorted(self._folder.glob("*.npz")):
            self._take(np.load(file))

    def __getitem__(self, text: str) -> Array:
        return self._kept[_key(text)]

    def fill(self, texts: Iterable[str], progress: Callable[[int, int], None]) -> None:
        """Encode the texts that are not there yet."""
        missing = list({_key(text): text for text in texts if _key(text) not in self._kept}.items())
        for start in range(0, len(missing), PART):
            part = missing[start : start + PART]
            made = self._encoded([text for _, text in part])
            arrays = _packed([key for key, _ in part], made)
            file = self._folder / f"{part[0][0]}.npz"
            with file.with_suffix(".part").open("wb") as part_file:
                np.savez(part_file, **arrays)  # type: ignore[arg-type]
            file.with_suffix(".part").rename(file)
            self._take(arrays)
            progress(start + len(part), len(missing))

    def _encoded(self, texts: Sequence[str]) -> list[tuple[Array, Array]]:
        documents = [document(str(n), text) for n, text in enumerate(texts)]
        return [
            (np.stack([one.vector for one in row]), np.concatenate([one.sentences for one in row]))
            for row in self._encoder.encode_documents(documents)
        ]

    def _take(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        vectors, ends = arrays[self._units], arrays[f"{self._units}_end"]
        start = 0
        for key, end in zip(arrays["keys"].tolist(), ends.tolist(), strict=True):
            self._kept[key] = vectors[start:end].astype(np.float32)
            start = end


def document(identifier: str, text: str) -> Document:
    """The document of which an example keeps the text: its title is the first line."""
    title, newline, body = text.partition("\n")
    return Document(identifier, body, title) if newline and body.strip() else Document(identifier, text)


def _packed(keys: Sequence[str], made: Sequence[tuple[Array, Array]]) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {"keys": np.array(keys)}
    for place, name in enumerate(UNITS):
        # A text without a sentence of its own is represented by its passage.
        rows = [one[place] if len(one[place]) else one[0] for one in made]
        arrays[name] = np.concatenate(rows).astype(np.float16)
        arrays[f"{name}_end"] = np.cumsum([len(row) for row in rows])
    return arrays


def _key(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()
