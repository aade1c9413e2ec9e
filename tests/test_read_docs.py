"""The examples of docs/Indexing.md run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "Indexing.md"
EXAMPLES = [
    pytest.param(code, marks=[pytest.mark.slow] if "stdlib" in code else [])
    for code in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str) -> None:
    exec(compile(example, str(PAGE), "exec"), {})
