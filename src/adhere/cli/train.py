"""`adhere train STORE [EXAMPLES|-]`: fit the judge of meaning to the documents of a store."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adhere.cli.app import AsJson, StorePath
from adhere.cli.console import plain, print_json, results
from adhere.errors import FileError, InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from adhere.evaluate.run import Progress
    from adhere.judge.fitted import Fitted
    from adhere.need import Document
    from adhere.search.engine import Engine
    from adhere.synth.protocol import Example
    from adhere.train.labels import Labels

MADE = 1000
"""Examples that are made where none are given."""
SYSTEM = "adhere-balanced"
AUDITED = ("obeyed@10", "violations@10", "nDCG@10/og", "nDCG@10/changed", "interaction")


def train(
    store: StorePath,
    examples: Annotated[
        str, typer.Argument(help="What adhere synth wrote, or - for standard input. Else they are made.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Draws labels, parts and needs.")] = 0,
    needs: Annotated[
        int, typer.Option(min=0, metavar="N", help="Needs of the audit; those about meaning are run.")
    ] = 200,
    forget: Annotated[
        bool, typer.Option("--forget", help="Go back to the packaged judge; nothing is fitted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the judge to STORE: what holds in its documents, by program, before and after.

    adhere synth notes.adhere --out - | adhere train notes.adhere -
    """
    if forget:
        _forget(store, as_json=as_json)
        return
    given, source = _given(examples)  # before the store is opened: who writes them may have it open

    import adhere
    from adhere.cli.evaluate import progress_line

    with adhere.open(store, create=False, fitted=False) as engine, progress_line() as progress:
        fitted, better = _fit(engine, given, source, seed, progress)
        if better:
            fitted.save(store)
        else:
            _drop(store)
        report = {
            "fitted": better,
            **asdict(fitted),
            "audit": _audits(engine, fitted, needs, progress) if better and needs else None,
        }
    if as_json:
        print_json(report)
    else:
        _show(report, needs)


def _given(examples: str) -> tuple[list[Example] | None, str]:
    """The examples and their source; None where they are to be made."""
    from adhere.synth import protocol

    if not examples:
        return None, ""
    if examples != "-" and not Path(examples).is_file():
        raise FileError(f"There is no file {examples}. Write one with:  adhere synth STORE --out {examples}")
    name = "standard input" if examples == "-" else examples
    raw = sys.stdin.buffer.read() if examples == "-" else Path(examples).read_bytes()
    try:
        found = list(protocol.read_text(raw.decode(), name))
    except UnicodeDecodeError as error:
        raise FileError(f"{name} is no text in UTF-8: {error}") from None
    if not found:
        raise InputError(f"{name} holds no example. Write some with:  adhere synth STORE --out FILE")
    return found, f"{len(found):,} examples of {name}"


# --- fitting -----------------------------------------------------------------------------------


def _fit(
    engine: Engine, given: list[Example] | None, source: str, seed: int, progress: Progress
) -> tuple[Fitted, bool]:
    """What was fitted, and whether it beats the packaged weights where it is measured."""
    from adhere.evaluate.audit.facets import hideable
    from adhere.evaluate.audit.store import documents_of
    from adhere.evaluate.audit.truth import Truth
    from adhere.judge.cross import default_reader
    from adhere.judge.fitted import Fitted
    from adhere.judge.reading import ReadingJudge, Weights
    from adhere.search.judges import clause_judge
    from adhere.train.labels import Labels
    from adhere.train.weights import figures, fit, read

    progress("labels", 0, 1)
    documents = documents_of(engine)
    truth = Truth(documents, engine.schema)
    hidden = hideable(truth)
    labels = Labels(truth, hidden=hidden, seed=seed)
    if given is None:
        given = _made(documents, seed)
        source = f"{len(given):,} examples made of its documents"
    parts = labels.parts([*labels.of_topics(), *labels.of_examples(given)])
    for part in parts:
        if len({label.holds for label in part}) < 2:
            raise InputError(_nothing(labels, hidden))
    reader = default_reader()
    judge = ReadingJudge(clause_judge(engine.store, engine.encoder), reader)
    tables = [
        read(part, judge, engine.store.candidates, partial(progress, what))
        for what, part in zip(("reading to learn", "reading to measure"), parts, strict=True)
    ]
    packaged = Weights()
    weights = fit(*tables[0], packaged)
    before, after = figures(*tables[1], packaged), figures(*tables[1], weights)
    sources = [source, *(f"the field {name}" for name in labels.fields)]
    fitted = Fitted(
        weights,
        reader.fingerprint,
        engine.encoder.fingerprint,
        " and ".join(sources),
        hidden,
        seed,
        len(parts[0]),
        len(parts[1]),
        before,
        after,
    )
    return fitted, after.beats(before)


def _made(documents: list[Document], seed: int) -> list[Example]:
    from adhere.synth.programmatic import Programmatic
    from adhere.synth.protocol import Material

    return list(islice(Programmatic().make(Material(documents, "", "", seed)), MADE))


def _nothing(labels: Labels, hidden: str) -> str:
    kept = f" The field {hidden} is kept for the audit." if hidden else ""
    return (
        f"There is too little to learn from in {len(labels.truth.ids)} documents: it takes words or field "
        f"values that some of the texts show and others do not.{kept} The judge stays as packaged."
    )


# --- auditing ----------------------------------------------------------------------------------


def _audits(engine: Engine, fitted: Fitted, needs: int, progress: Progress) -> dict[str, Any]:
    """The `about` rows of the audit before and after, over the same needs; else why there are none."""
    if not fitted.left_out:
        return {"none": "no field has values that the texts show, so it asks nothing about meaning."}
    try:
        before, after = (_audit(engine, one, fitted, needs, progress) for one in (None, fitted))
    except InputError as error:
        return {"none": str(error)}
    rows = {"before": before.pop("measures"), "after": after["measures"]}
    return {**before, **rows}


def _audit(
    engine: Engine, judge: Fitted | None, fitted: Fitted, needs: int, progress: Progress
) -> dict[str, Any]:
    from adhere.evaluate.audit.store import audit_store

    engine.fitted = judge  # what the audited copies of the store get
    report = audit_store(
        engine,
        [SYSTEM],
        count=needs,
        seed=fitted.seed,
        hidden=fitted.left_out,
        kinds=("about",),
        progress=progress,
    )
    row = next(one for one in report["benchmarks"][0]["systems"] if one["name"] == SYSTEM)
    measures = {measure: row["measures"][measure] for measure in AUDITED}
    return {"system": SYSTEM, "needs": report["audit"]["needs"], "measures": measures}


# --- showing and forgetting --------------------------------------------------------------------


def _forget(store: Path, *, as_json: bool) -> None:
    there = _drop(store)
    if as_json:
        print_json({"forgotten": there})
    else:
        said = "The judge is as packaged again." if there else "Nothing was fitted: the judge is as packaged."
        results().print(said)


def _drop(store: Path) -> bool:
    from adhere.judge.fitted import forget
    from adhere.store import manifest

    manifest.load(store)  # an error where there is no store
    return forget(store)


def _show(report: dict[str, Any], needs: int) -> None:
    console = results()
    console.print(plain(f"Learned from {report['labels']:,} labels: {report['made_from']}."))
    if report["left_out"]:
        console.print(plain(f"Left out of them: the field {report['left_out']}, for the audit."))
    console.print(f"\nThe judge on {report['measured']:,} such labels of documents it did not learn from:")
    console.print(_table(report["before"], report["after"]))
    if not report["fitted"]:
        console.print("Not better in every figure: the packaged weights are kept.", style="yellow")
        return
    if report["audit"]:
        _show_audit(console, report["audit"], needs)
    console.print("\nSaved: every search of this store uses the fitted judge from now on.")


def _show_audit(console: Console, audit: dict[str, Any], needs: int) -> None:
    if "none" in audit:
        console.print(plain(f"No audit: {audit['none']}"))
        return
    before, after = (
        {name: one["value"] for name, one in audit[side].items()} for side in ("before", "after")
    )
    console.print(
        f"\nThe audit, {audit['system']}, on the {audit['needs']} of {needs} needs that ask about meaning:"
    )
    console.print(_table(before, after))
    if (after["obeyed@10"] or 0) < (before["obeyed@10"] or 0):
        console.print(
            "The audit obeys less. Ask it more (--needs), or go back:  adhere train STORE --forget",
            style="yellow",
        )


def _table(before: dict[str, float | None], after: dict[str, float | None]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1))
    for name in ("", "before", "after"):
        table.add_column(name, justify="right" if name else "left")
    for name in before:
        cells = ("no case" if side[name] is None else f"{side[name]:.3f}" for side in (before, after))
        table.add_row(name.replace("_", " "), *cells)
    return table
