"""Both stores keep every law of the protocol."""

from __future__ import annotations

import tempfile
from pathlib import Path

from adhere.store.edge import open_store
from adhere.store.memory import MemoryStore
from adhere.store.protocol import Store
from adhere.testing.stores import DIMENSION, StoreConformance


class TestMemoryStore(StoreConformance):
    @classmethod
    def make(cls) -> Store:
        return MemoryStore(DIMENSION)


class TestEdgeStore(StoreConformance):
    @classmethod
    def make(cls) -> Store:
        return open_store(
            Path(tempfile.mkdtemp()) / "store",
            encoder_name="fake",
            encoder_fingerprint="fake/1",
            dimension=DIMENSION,
            create=True,
        )
