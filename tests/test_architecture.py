"""Imports flow one way, and importing the package stays cheap. ARCHITECTURE.md says the same in words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "adhere"

WORDS = {"need", "model", "errors", "ranking", "render", "schema", "words", "values", "form", "models", "llm"}
"""What everybody may import."""

MAY_IMPORT: dict[str, set[str]] = {
    "parse": {"encode"},
    "encode": set(),
    "store": {"encode"},
    "judge": {"encode"},
    "rerank": {"encode"},
    "read": set(),
    "search": {"parse", "encode", "store", "judge", "rerank"},
    "agent": {"search", "parse", "encode", "store", "judge"},
    "evaluate": {"encode", "parse", "search", "read", "rerank"},
    "synth": {"encode", "parse", "judge", "evaluate", "search", "read"},
    "train": {"encode", "parse", "judge", "evaluate", "synth"},
    "testing": {"parse", "encode", "store", "judge", "search"},
    "serve": {"search", "parse", "encode", "store", "judge", "read", "evaluate"},
    "adapters": {"search", "parse", "encode", "store", "judge", "evaluate"},
    "__main__": {"cli"},
    "cli": {
        "search",
        "parse",
        "encode",
        "store",
        "judge",
        "rerank",
        "read",
        "evaluate",
        "synth",
        "train",
        "serve",
        "agent",
    },
}


def imports(path: Path) -> set[str]:
    """First components after `adhere.` of everything a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "adhere" else [f"adhere.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("adhere.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_flow_one_way(path: Path) -> None:
    folder = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if folder == "__init__":
        return
    allowed = WORDS if folder in WORDS else MAY_IMPORT[folder] | WORDS | {folder}
    assert imports(path) <= allowed, f"{folder} may not import {imports(path) - allowed}"


def test_every_folder_is_explained_in_architecture() -> None:
    explained = (SOURCE.parent.parent / "ARCHITECTURE.md").read_text()
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert {folder for folder in folders if not re.search(rf"`{folder}/`", explained)} == set()


def test_importing_adhere_loads_nothing_heavy() -> None:
    heavy = (
        "torch transformers onnxruntime tokenizers sentence_transformers mcp fastapi qdrant_edge typer rich"
    )
    script = f"import sys, adhere; print([m for m in {heavy.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
