"""The examples of docs/Operations.md run, and its table of splits is what the tools do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("mcp")

from adhere.parse import parse
from adhere.serve.access import load
from adhere.serve.mcp.split import split

PAGE = (Path(__file__).parent.parent / "docs" / "Operations.md").read_text(encoding="utf-8")


def test_the_python_example_runs() -> None:
    examples = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(examples) == 1
    exec(compile(examples[0], "Operations.md", "exec"), {})


def test_the_tokens_file_is_one(tmp_path: Path) -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "tokens.toml").write_text(example)
    [caller] = load(tmp_path / "tokens.toml").callers
    assert caller.name == tomllib.loads(example)["tokens"][0]["name"] and len(caller.filter) == 1


def test_the_table_of_splits() -> None:
    table = PAGE.partition("| query | is searched as |")[2].partition("\n\n")[0]
    rows = [[cell.strip(" `") for cell in row.split("|")[1:4]] for row in table.splitlines()[2:]]
    assert len(rows) == 4
    for text, query, instruction in rows:
        assert split(text, parse) == (query, instruction)
