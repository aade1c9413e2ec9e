"""The example of docs/Reranking.md prints what the page shows, and its names are those of the code."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from pathlib import Path

from adhere.llm import KEY
from adhere.rerank import KINDS, cross_encoder, listwise, pointwise
from adhere.search.execute import RERANK_TOP

PAGE = (Path(__file__).parent.parent / "docs" / "Reranking.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_shows() -> None:
    [example] = re.finditer(r"```python\n(?P<code>[\s\S]*?)```\n\n(?P<shown>(?:    .*\n)+)", PAGE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example["code"], {})
    assert printed.getvalue() == textwrap.dedent(example["shown"])


def test_the_page_says_what_the_code_has() -> None:
    for name in (*re.findall(r"\w+:MODEL\S*\b", KINDS), KEY, *cross_encoder.FORMS):
        assert name in PAGE
    assert all(name in PAGE.lower() for name in cross_encoder.KNOWN)
    assert f"the best {RERANK_TOP}**" in PAGE and f"an order of {listwise.WINDOW} numbered" in PAGE
    assert f"up to {pointwise.MOST_CHARACTERS:,} characters" in PAGE
    assert f"`listwise:` {listwise.MOST_CHARACTERS:,}" in PAGE
