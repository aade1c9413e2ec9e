"""Adapters cost nothing until they are asked for, and say what to install where their tool is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adhere.adapters.qdrant import to_qdrant
from adhere.errors import MissingExtra
from adhere.need import Criteria
from adhere.schema import Schema


@pytest.mark.parametrize(
    ("adapter", "package", "extra"),
    [
        ("langchain", "langchain_core", "langchain"),
        ("llama_index", "llama_index", "llamaindex"),
        ("haystack", "haystack", "haystack"),
    ],
)
def test_a_missing_framework_names_its_extra(adapter: str, package: str, extra: str) -> None:
    script = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from adhere.errors import MissingExtra\n"
        f"try: import adhere.adapters.{adapter}\n"
        "except MissingExtra as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert f"pip install 'adhere[{extra}]'" in done.stdout


def test_qdrant_is_needed_only_to_make_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    monkeypatch.delitem(sys.modules, "qdrant_client.models", raising=False)
    with pytest.raises(MissingExtra, match=r"adhere\[qdrant\]"):
        to_qdrant(Criteria(), Schema())
