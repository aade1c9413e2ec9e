"""`adhere diff A B --needs FILE`: what changed in criteria, hits and verdicts, as a gate for your edits."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adhere.cli.app import GATE, AsJson
from adhere.cli.console import plain, print_json, results
from adhere.errors import FileError, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from adhere.evaluate.diff import Changed, Saved
    from adhere.need import Need

HITS = 10
"""What is asked for unless told; files that do not say their k were saved with it."""
KEYS = ("query", "instruction", "as_of")
SIDE = "answers saved before (.jsonl), criteria (.criteria) or a standing instruction (.txt, .md)"


def diff(
    before: Annotated[
        Path | None, typer.Argument(metavar="[A]", help=f"One side: {SIDE}.", show_default=False)
    ] = None,
    after: Annotated[
        Path | None, typer.Argument(metavar="[B]", help="The other side; else the store as it answers now.")
    ] = None,
    needs: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Lines of {"query", "instruction", "as_of"}.')
    ] = None,
    store: Annotated[Path | None, typer.Option(metavar="STORE", help="The store that is asked.")] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the answers of STORE to compare with later.")
    ] = None,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help=f"Number of hits; left out, as many as were saved, else {HITS}."),
    ] = None,
    fail_on_change: Annotated[bool, typer.Option(help="Exit with 3 if anything changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two sets of answers to the same needs, or save one.

    adhere diff --save before.jsonl --needs needs.jsonl --store notes.adhere

    adhere diff before.jsonl --needs needs.jsonl --store notes.adhere --fail-on-change

    adhere diff old.txt new.txt --needs needs.jsonl --store notes.adhere
    """
    from adhere.evaluate import diff as answers

    asked = _needs(needs) if needs else None
    if save:
        if before or after:
            raise InputError("--save takes no sides to compare: it writes what the store answers now.")
        found = _side(None, asked, store, k or HITS)
        _save(found, save, k or HITS)
        _told(as_json, {"saved": len(found), "file": str(save)}, f"{len(found)} answers saved in {save}.")
        return
    if before is None:
        raise InputError(
            "Nothing to compare: give A (and B), or --save FILE to write the answers of a store."
        )
    hits = _hits([side for side in (before, after) if side], k)
    left, right = _side(before, asked, store, hits), _side(after, asked, store, hits)
    changes = answers.compare(left, right)
    if as_json:
        print_json(answers.changes_to_json(changes, needs=len(left)))
    else:
        _show(results(), changes, len(left))
    if changes and fail_on_change:
        raise typer.Exit(GATE)


def _needs(path: Path) -> list[Need]:
    """The needs of a file. Errors  FileError, naming file and line, also for a key that no need has"""
    from adhere.evaluate.benchmark import lines
    from adhere.evaluate.diff import read_needs

    for place, line in lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise FileError(f"{place}: not JSON: {error}") from error
        for key, value in row.items() if isinstance(row, dict) else ():
            if key not in KEYS:
                raise FileError(f"{place}: there is no key {key!r}; the keys are {', '.join(KEYS)}.")
            if not isinstance(value, str | None):
                raise FileError(f"{place}: {key} is a string, found {value!r:.80}.")
    return read_needs(path)


def _save(found: list[Saved], path: Path, k: int) -> None:
    """Write the answers, each with the k that was asked for: a shorter list may be all that qualified."""
    rows = ({**asdict(saved), "k": k} for saved in found)
    try:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error}") from error


def _hits(sides: list[Path], k: int | None) -> int:
    """The k of the comparison. Errors  InputError where saved answers have another one than was asked"""
    from adhere.evaluate.benchmark import lines
    from adhere.evaluate.diff import read_answers

    known: dict[int, Path] = {}
    for side in sides:
        if side.suffix == ".jsonl":
            read_answers(side)  # says what is wrong with a line
            known |= {json.loads(line).get("k", HITS): side for _, line in lines(side)}
    for saved, file in known.items():
        if k is not None and saved != k:
            raise InputError(
                f"{file} was saved with -k {saved} and cannot be compared at -k {k}: hits would seem to come "
                f"or go. Leave -k out, or save it again with -k {k}."
            )
    if len(known) > 1:
        (one, first), (other, second) = list(known.items())[:2]
        raise InputError(
            f"{first} was saved with -k {one} and {second} with -k {other}: hits would seem to come or go. "
            "Save one of them again."
        )
    return k or next(iter(known), HITS)


def _side(source: Path | None, needs: list[Need] | None, store: Path | None, k: int) -> list[Saved]:
    """The answers that an argument means; None asks the store as it is."""
    import adhere
    from adhere.evaluate.diff import ask, read_answers

    suffix = source.suffix if source else ""
    if source and suffix == ".jsonl":
        found = read_answers(source)
        return found if needs is None else _chosen(found, needs, source)
    if suffix not in ("", ".criteria", ".txt", ".md"):
        raise InputError(f"{source} is no side of a comparison: {SIDE} are.")
    if needs is None or store is None:
        raise InputError("Asking a store needs both --needs FILE and --store STORE.")
    text = _read(source) if source else ""
    with adhere.open(store, create=False) as engine:
        if suffix == ".criteria":
            return ask(engine, needs, k=k, criteria=text)
        return ask(engine, needs, k=k, standing=text)


def _chosen(found: list[Saved], needs: list[Need], source: Path) -> list[Saved]:
    by_need = {saved.need: saved for saved in found}
    keys = [(n.query, n.instruction, None if n.as_of is None else n.as_of.isoformat()) for n in needs]
    lacking = next((key for key in keys if key not in by_need), None)
    if lacking:
        raise InputError(f"{source} has no answer to {lacking[0]!r} under {lacking[1]!r}. Save it again.")
    return [by_need[key] for key in keys]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}") from error


def _told(as_json: bool, value: dict[str, object], words: str) -> None:
    if as_json:
        print_json(value)
    else:
        results().print(plain(words))


def _show(console: Console, changes: list[Changed], needs: int) -> None:
    console.print(plain(f"{len(changes)} of {needs} needs changed."))
    for change in changes:
        console.print(plain(f"\n{change.query}  {change.instruction}"), style="bold")
        rows = [
            *(("red", f"- {text}") for text in change.criteria_gone),
            *(("green", f"+ {text}") for text in change.criteria_new),
            *(("red", f"- {rank}. {name}") for name, rank in change.hits_gone),
            *(("green", f"+ {rank}. {name}") for name, rank in change.hits_new),
            *(("", f"  {name}: rank {old} to {new}") for name, old, new in change.hits_moved),
            *(
                ("yellow", f"  {name}: {text} was {old}, is {new}")
                for name, text, old, new in change.verdicts
            ),
        ]
        for style, text in rows:
            console.print(plain(f"  {text}"), style=style)
