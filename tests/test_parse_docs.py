"""The examples of docs/Instructions.md print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "Instructions.md"
EXAMPLE = re.compile(r"```python\n(?P<code>[\s\S]*?)```\n\n(?P<shown>(?:    .*\n)+)")


def test_examples_print_what_the_page_shows() -> None:
    names: dict[str, object] = {}
    examples = list(EXAMPLE.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(examples) == 2
    for example in examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(example["code"], names)
        assert printed.getvalue() == textwrap.dedent(example["shown"])
