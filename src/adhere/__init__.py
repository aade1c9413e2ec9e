"""Adhere: search that does what you told it.

import adhere
engine = adhere.open("notes.adhere")
engine.add(documents)
answer = engine.search("vector index", "only accepted proposals, nothing on C extensions", k=10)
answer.criteria, answer.hits[0].ledger, answer.trace
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from adhere.errors import AdhereError
from adhere.need import Answer, Criteria, Document, Hit, Need, Parsed, Verdict

if TYPE_CHECKING:
    from adhere.parse import parse
    from adhere.search.engine import Engine, open
    from adhere.search.obey import obey

__version__ = "0.1.0"
__all__ = [
    "AdhereError",
    "Answer",
    "Criteria",
    "Document",
    "Engine",
    "Hit",
    "Need",
    "Parsed",
    "Verdict",
    "obey",
    "open",
    "parse",
]

_LAZY = {"Engine": "search.engine", "open": "search.engine", "obey": "search.obey", "parse": "parse"}


def __getattr__(name: str) -> Any:
    # The engine pulls in numpy and a store: only those who search pay for it.
    if name not in _LAZY:
        raise AttributeError(f"module 'adhere' has no attribute {name!r}")
    return getattr(import_module(f"adhere.{_LAZY[name]}"), name)
