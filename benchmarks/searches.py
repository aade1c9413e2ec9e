"""The twenty instructed searches of tests/searches.py over the real corpora, written to docs/Searches.md.

    python benchmarks/searches.py --data DIR --work DIR [--page docs/Searches.md]

The stores of peps, arxiv and reuters are built in WORK on the first run and kept.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from adhere.need import Answer, Criteria, FieldEvidence, Hit, TextEvidence, Verdict
from adhere.parse.language import write
from adhere.search.engine import Engine
from stores import opened

ROOT = Path(__file__).parent.parent
MARKS = {"met": "✓", "violated": "✗", "unknown": "?"}
SHOWN = 3
LONG = 160
MIDNIGHT = " 00:00:00+00:00"
HEAD = """# Twenty searches

Written by `python benchmarks/searches.py --data DIR --work DIR` over real documents, none of it edited: the
program that each instruction became, what each rule removed, and the first three hits with their ledgers.
✓ met, ✗ violated, ? unknown; a rule of an exact kind filters, an `about` criterion is judged with a
probability and only moves a document up or down.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "Searches.md")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data DIR (or ADHERE_DATA) is the folder that holds bench/ and corpora/")
    searches = _table().SEARCHES
    lines = [HEAD]
    for corpus in dict.fromkeys(search.corpus for search in searches):
        with opened(corpus, arguments.data, arguments.work) as engine:
            lines.append(f"\n## {corpus}: {engine.schema.documents:,} documents")
            for search in searches:
                if search.corpus == corpus:
                    lines += section(engine, search.query, search.instruction)
    arguments.page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def section(engine: Engine, query: str, instruction: str) -> Iterator[str]:
    """One search as Markdown."""
    answer = engine.search(query, instruction, k=SHOWN)
    yield f"\n### {query} · {instruction}\n\n```\n{write(answer.criteria)}\n```"
    if gone := removed(answer):
        yield gone
    for note in answer.notes:
        yield f"\nNot enforced: {note.why}"
    if not answer.hits:
        yield "\nNothing qualifies."
    for hit in answer.hits:
        yield from _hit(hit, answer.criteria)


def removed(answer: Answer) -> str:
    """What each rule took away, in words."""
    taken = [
        f"`{each.criterion}` {each.violated + each.unknown:,}"
        + (f" ({each.unknown:,} without a value)" if each.unknown else "")
        for each in answer.removed
    ]
    return "\nRemoved by " + ", ".join(taken) + "." if taken else ""


def _hit(hit: Hit, criteria: Criteria) -> Iterator[str]:
    yield f"\n{hit.rank}. **{_plain(hit.document.title) or hit.document.id}** ({hit.document.id})"
    for (name, criterion), verdict in zip(criteria.named(), hit.ledger, strict=True):
        what = write(Criteria((criterion,))).strip()
        yield f"   - {MARKS[verdict.outcome]} {name} `{what}`{_because(verdict)}"


def _because(verdict: Verdict) -> str:
    """The evidence of a verdict, and its probability where it is one."""
    p = f" p {verdict.p:.2f}" if verdict.p not in (None, 0.0, 1.0) else ""
    match verdict.evidence:
        case FieldEvidence(name, value):
            said = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            return f"{p}: {name} {said.removesuffix(MIDNIGHT)}"
        case TextEvidence(_, text, _):
            return f"{p}: “{_plain(text)}”"
        case _:
            return p


def _plain(text: str) -> str:
    """On one line, cut, and without what Markdown would take for markup."""
    line = " ".join(text.split())
    cut = line if len(line) <= LONG else line[:LONG].rsplit(" ", 1)[0] + " …"
    return cut.replace("<", "&lt;").replace("*", r"\*").replace("_", r"\_").replace("`", "'")


def _table() -> ModuleType:
    """tests/searches.py, which is no installed module."""
    spec = importlib.util.spec_from_file_location("searches_table", ROOT / "tests" / "searches.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
