"""The examples of the pages on adapters print what the pages show."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from pathlib import Path

import pytest

for module in ("langchain_core", "llama_index.core", "haystack"):
    pytest.importorskip(module, reason="needs adhere[langchain,llamaindex,haystack]")

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLE = re.compile(r"```python\n(?P<code>[\s\S]*?)```\n\n(?P<shown>(?:    .*\n)+)")


@pytest.mark.slow
@pytest.mark.parametrize(("page", "number"), [("Adapters.md", 4), ("Move-from-SelfQueryRetriever.md", 3)])
def test_examples_print_what_the_page_shows(page: str, number: int) -> None:
    names: dict[str, object] = {}
    examples = list(EXAMPLE.finditer((DOCS / page).read_text(encoding="utf-8")))
    assert len(examples) == number
    for example in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(example["code"], names)
        assert printed.getvalue() == textwrap.dedent(example["shown"])
