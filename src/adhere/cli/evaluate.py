"""`adhere evaluate DIR...`: does a search follow instructions, next to chance, blindness and perfection?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adhere.cli.app import AsJson
from adhere.cli.console import errors, plain, print_json, results
from adhere.cli.tables import print_table

if TYPE_CHECKING:
    from rich.console import Console

    from adhere.evaluate.run import Progress

DEFAULT_SYSTEMS = ["blind", "adhere", "adhere-balanced"]
GAIN = "Δ: paired difference to blind, * where its 95% interval leaves out 0"
BOUNDS = ("random", "perfect")
"""Rows that a system is read against, not compared."""


def evaluate(
    benches: Annotated[
        list[str],
        typer.Argument(
            metavar="BENCH...",
            help="Folders of benchmarks, or folders that hold some; trec:FOLDER, irds:ID, hub:NAME:FOLDER.",
            show_default=False,
        ),
    ],
    system: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="NAME", help="What to test; repeat it for more. Else our engine."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure", metavar="NAME", help="What to measure, as nDCG@10/changed; repeat for more."
        ),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keep every answer in FILE; a run that was killed resumes from it."
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.001, help="End with an error if one query takes longer."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the report as one page; its slope chart is the last system's."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well searches follow instructions, with the rows random, blind and perfect.

    adhere evaluate bench/judged --system minilm --system minilm+instruction
    """
    from adhere.evaluate.html import check_writable, write_page
    from adhere.evaluate.journal import Journal
    from adhere.evaluate.measures import parse_measure
    from adhere.evaluate.moves import Recorded, moves
    from adhere.evaluate.report import results_to_json
    from adhere.evaluate.run import evaluate as run
    from adhere.evaluate.sources import every
    from adhere.evaluate.systems import Systems
    from adhere.evaluate.systems.timed import Timed

    if html:
        check_writable(html)
    kept = Journal(journal) if journal else None
    asked = system or DEFAULT_SYSTEMS
    made = Systems().several(["blind", *asked])
    loaded = every(benches)
    if "blind" not in asked and not all(len(one.documents) for one in loaded):
        made = made[1:]  # it has nothing to search, and run files can be measured all the same
    systems = made if timeout is None else [Timed(one, timeout) for one in made]
    drawn = Recorded(systems[-1])
    with progress_line() as progress:
        found = run(
            loaded,
            [*systems[:-1], drawn],
            measures=[parse_measure(text) for text in measure] if measure else None,
            journal=kept,
            progress=progress,
        )
    report = results_to_json(found)
    if html:
        slopes = {
            one.name: {"system": drawn.name, "moves": moves(one.judgements, drawn.run(one.documents))}
            for one in loaded
        }
        write_page({**report, "slopes": slopes}, html, title="How well searches follow instructions")
    if as_json:
        print_json(report)
        return
    for bench in report["benchmarks"]:
        print_bench(results(), bench)


@contextmanager
def progress_line() -> Iterator[Progress]:
    """What is running and how far it is, on one line of stderr."""
    console = errors()
    with console.status("reading") as status:
        yield lambda what, done, total: status.update(f"{plain(what)} {done}/{total}")


def print_bench(console: Console, bench: dict[str, Any], *, measures: Sequence[str] = ()) -> None:
    """A row per system, a column per measure (all of them, unless told), and what each gains over blind."""
    systems = bench["systems"]
    columns = []
    for name in measures or systems[0]["measures"]:
        gains = [one["over_blind"].get(name) if one["name"] not in BOUNDS else None for one in systems]
        cells = [
            _cell(one["measures"][name], bench["needs"], over, signed="MRR" in name)
            for one, over in zip(systems, gains, strict=True)
        ]
        columns.append((name.replace("/", "\n"), cells))
    columns.append(("missing\ntied", [f"{one['missing']}\n{one['tied']:.0%}" for one in systems]))
    print_table(
        console,
        [one["name"] for one in systems],
        columns,
        title=f"{bench['name']}: {bench['needs']} needs, x100, with 95% intervals over needs",
        caption=GAIN if any(one["over_blind"] for one in systems) else "",
    )


def _cell(found: dict[str, Any], needs: int, over: dict[str, Any] | None, *, signed: bool) -> str:
    """The value, its interval, the gain over blind, and how many needs it is over where that is not all."""
    from adhere.evaluate.report import sure

    if found["value"] is None:
        return "no case"
    lines = [_percent(found["value"], signed)]
    if found["low"] is not None:
        lines.append("..".join(_percent(found[key], signed) for key in ("low", "high")))
    if over:
        lines.append(f"Δ {_percent(over['value'], True)}{'*' if sure(over) else ''}")
    return "\n".join([*lines, *([f"n {found['n']}"] if found["n"] < needs else [])])


def _percent(share: float, signed: bool) -> str:
    """x100 without digits after the point, and no minus before a zero."""
    return format(round(100 * share) + 0, "+d" if signed and round(100 * share) else "d")
