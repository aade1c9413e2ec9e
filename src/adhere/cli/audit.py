"""`adhere audit STORE`: an exam on your own documents, without labels and without a language model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adhere.cli.app import GATE, AsJson, StorePath
from adhere.cli.console import errors, plain, print_json, results
from adhere.cli.tables import print_table

if TYPE_CHECKING:
    from rich.console import Console

DEFAULT_SYSTEMS = ["adhere-balanced", "adhere", "blind", "minilm+instruction"]
COLUMNS = (
    "obeyed@10",
    "read",
    "violations@10",
    "nDCG@10/og",
    "nDCG@10/changed",
    "interaction",
    "selective-p-MRR",
    "no-answer",
)


class Wordings(StrEnum):
    """The halves of the table of wordings, as a choice of the command line."""

    never_shown = "never-shown"
    shown = "shown"


def audit(
    store: StorePath,
    system: Annotated[
        list[str] | None,
        typer.Option(
            "--system", metavar="NAME", help="What to test; repeat it for more. The first is the headline."
        ),
    ] = None,
    needs: Annotated[int, typer.Option(min=5, metavar="N", help="Number of needs.")] = 100,
    seed: Annotated[int, typer.Option(metavar="S", help="Another seed draws other needs.")] = 0,
    wordings: Annotated[
        Wordings, typer.Option(help="never-shown examines; shown is for those who build a parser.")
    ] = Wordings.never_shown,
    hide: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Field that the systems must not see; '' for none. Else chosen."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="X", help="Exit with 3 if the headline's obeyed@10 is below X."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the needs as a benchmark that other tools can run."),
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Examine searches on the documents of STORE: do they follow instructions, and where do they fail?

    adhere audit notes.adhere --needs 100 --html audit.html --fail-under 0.8
    """
    import adhere
    from adhere.cli.evaluate import progress_line
    from adhere.evaluate.audit.store import audit_store
    from adhere.evaluate.html import check_writable, write_page

    if html:
        check_writable(html)
    with adhere.open(store, create=False) as engine, progress_line() as progress:
        report = audit_store(
            engine,
            system or _default_systems(),
            count=needs,
            seed=seed,
            hidden=hide,
            wordings=wordings.value,
            export_to=export,
            progress=progress,
        )
    if html:
        write_page(report, html, title=f"Audit of {store.name}")
    if as_json:
        print_json(report)
    else:
        _show(results(), report)
        if export:
            results().print(plain(_exported(report["audit"], export), lines=True))
    _gate(report, fail_under)


def _default_systems() -> list[str]:
    from importlib.util import find_spec

    return [*DEFAULT_SYSTEMS, *(["bm25"] if find_spec("bm25s") else [])]


def _gate(report: dict[str, Any], fail_under: float | None) -> None:
    systems = report["benchmarks"][0]["systems"]
    found = next(system for system in systems if system["name"] == report["headline"])["measures"][
        "obeyed@10"
    ]
    if fail_under is not None and found["value"] < fail_under:
        errors().print(
            plain(
                f"{report['headline']} obeys {found['value']:.3f}, which is under the asked {fail_under:g}."
            )
        )
        raise typer.Exit(GATE)


# --- showing -----------------------------------------------------------------------------------


def _exported(about: dict[str, Any], folder: Path) -> str:
    left = f"; {about['no_answer']} with no right document are left out" if about["no_answer"] else ""
    return f"\n{about['needs'] - about['no_answer']} needs are in {folder}{left}."


def _show(console: Console, report: dict[str, Any]) -> None:
    from adhere.cli.evaluate import print_bench

    about, bench = report["audit"], report["benchmarks"][0]
    hidden = f"; the field {about['hidden']} is hidden from all" if about["hidden"] else ""
    console.print(
        plain(
            f"{about['needs']} needs over {about['documents']} documents, {about['no_answer']} with no right "
            f"document; wordings {about['wordings']}, seed {about['seed']}{hidden}."
        )
    )
    deaf = [system["name"] for system in bench["systems"] if system["reaches"] is False]
    if deaf:
        console.print(plain(f"The instruction never reached: {', '.join(deaf)}."), style="yellow")
    print_bench(console, bench, measures=COLUMNS)
    _kinds(console, bench)
    for number, failure in enumerate(report["failures"], start=1):
        _failure(console, number, failure)


def _kinds(console: Console, bench: dict[str, Any]) -> None:
    from adhere.evaluate.report import in_words

    systems = bench["systems"]
    groups = [(sort, value) for sort, rows in systems[0]["groups"].items() for value in rows]
    found = {
        system["name"]: [system["groups"][sort][value]["obeyed@10"] for sort, value in groups]
        for system in systems
    }
    names = [f"{v} clause{'s' * (v != '1')}" if sort == "clauses" else v for sort, v in groups]
    counts = [str(each["n"]) for each in found[systems[0]["name"]]]
    columns = [("n", counts), *((name, [*map(in_words, cells)]) for name, cells in found.items())]
    print_table(console, names, columns, title="obeyed@10 x100")


def _failure(console: Console, number: int, failure: dict[str, Any]) -> None:
    empty = ", no document qualifies" if failure["no_answer"] else ""
    console.print(
        plain(f"\n{number}. {failure['query']} ({failure['kind']}, {failure['polarity']}{empty})"),
        style="bold",
    )
    console.print(plain(f"   {failure['instruction']}"))
    for name, text in (("meant", failure["meant"]), ("made", failure["made"])):
        if text is not None:
            for line in (text or "nothing").split("\n"):
                console.print(plain(f"   {name:<6} {line}"))
                name = ""
    for note in failure["notes"]:
        console.print(plain(f"   noted  {note}"), style="dim")
    for each in failure["wrong"][:3]:
        breaks = f", breaks {'; '.join(each['breaks'])}" if each["breaks"] else ""
        console.print(plain(f"   wrong  {each['rank']}. {each['title']} ({each['id']}){breaks}"), style="red")
