"""The examples of docs/Evaluation.md run, and every name it promises exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adhere.evaluate.hub import HUB
from adhere.evaluate.measures import PAIRED

PAGE = (Path(__file__).parent.parent / "docs" / "Evaluation.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str) -> None:
    exec(compile(example, "docs/Evaluation.md", "exec"), {})


def test_every_measure_and_data_set_is_on_the_page() -> None:
    for measure in PAIRED:
        assert str(measure) in PAGE
    for name in HUB:
        stem, _, rest = name.partition("-")
        assert name in PAGE or (f"{stem}-*" in PAGE and rest in PAGE), name
