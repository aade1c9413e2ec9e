"""The standard library as documents."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from adhere.read.stdlib import stdlib_documents

LIBRARY = {
    "shelf.py": '''"""Keep things."""
__all__ = ["Shelf", "old"]
import warnings
class Shelf:
    """A shelf."""
    def __init__(self, width, *, depth=1): ...
    def put(self, thing, /, *rest) -> int:
        """Put it there.  New in version 3.4."""
    def _hidden(self):
        """No."""
def old():
    """Still here."""
    warnings.warn("go away", DeprecationWarning)
def bare(): ...
''',
    "pack/__init__.py": '"""A package."""',
    "pack/inner.py": 'def f(a):\n    """Deprecated since 3.2."""\n',
    "test/test_shelf.py": '"""Not this."""',
    "_private.py": '"""Nor this."""',
    "broken.py": "def (",
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for name, text in LIBRARY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_documents_carry_what_the_source_says(library: Path) -> None:
    documents = {document.id: document for document in stdlib_documents(root=library)}
    assert list(documents) == ["pack", "pack.inner.f", "shelf", "shelf.Shelf", "shelf.Shelf.put", "shelf.old"]
    put = documents["shelf.Shelf.put"]
    assert put.text == (
        "Put it there.  New in version 3.4.\n\ndef put(thing, rest) -> int\n\nIn shelf: Keep things."
    )
    assert put.fields == {
        "kind": "method",
        "module": ["shelf"],
        "deprecated": False,
        "public": True,
        "lines": 2,
        "parameters": 2,
        "has_parameters": True,
        "since": "3.4",
    }
    assert documents["shelf.Shelf"].fields["parameters"] == 2
    assert documents["pack.inner.f"].fields["module"] == ["pack", "pack.inner"]
    assert documents["pack.inner.f"].text.endswith("In pack, pack.inner.")
    assert {id for id, document in documents.items() if document.fields["deprecated"]} == {
        "shelf.old",
        "pack.inner.f",
    }


def test_a_limit_keeps_the_same_ones_spread_over_modules(library: Path) -> None:
    assert [document.id for document in stdlib_documents(3, root=library)] == [
        "pack",
        "pack.inner.f",
        "shelf",
    ]


@pytest.mark.slow
def test_the_running_library() -> None:
    documents = stdlib_documents()
    assert len(documents) == 3000
    kinds = Counter(document.fields["kind"] for document in documents)
    assert min(kinds[kind] for kind in ("module", "class", "function", "method")) > 100
    assert not any("idlelib" in document.id or "._" in document.id for document in documents)
