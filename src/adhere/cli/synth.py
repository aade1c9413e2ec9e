"""`adhere synth STORE|DIR --maker NAME --out FILE`: training data from a store, or from files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from adhere.cli.app import AsJson
from adhere.cli.console import errors, plain, print_json, results
from adhere.errors import FileError, InputError
from adhere.llm import KEY

if TYPE_CHECKING:
    from adhere.need import Document
    from adhere.search.engine import Engine
    from adhere.synth.check import Report
    from adhere.synth.llm import Client
    from adhere.synth.protocol import Example


def synth(
    source: Annotated[Path, typer.Argument(metavar="STORE|DIR", help="A store, or files to read.")],
    out: Annotated[Path, typer.Option("--out", help="Examples that passed, as JSON lines; - for stdout.")],
    maker: Annotated[
        str,
        typer.Option("--maker", metavar="NAME", help="programmatic, reverse, poison, narrate or describe."),
    ] = "programmatic",
    most: Annotated[int, typer.Option("--most", min=1, help="Examples to make.")] = 1000,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    description: Annotated[
        str, typer.Option("--description", help="The domain, for the maker describe.")
    ] = "",
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the documents, kept in every example.")
    ] = "unknown",
    llm: Annotated[
        str,
        typer.Option("--llm", metavar="URL", help="Write with a model at this OpenAI-compatible endpoint."),
    ] = "",
    model: Annotated[str, typer.Option("--model", help="Name of the model at that endpoint.")] = "",
    key: Annotated[
        str,
        typer.Option("--key", envvar=KEY, help="Its key, where it wants one.", show_envvar=True),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make training examples from your documents, and check every one.

    Run again with the same options, or a larger --most, to go on where a run stopped. Unchecked examples
    stay in FILE.raw, rejected ones in FILE.rejected with the reason, the options in FILE.options. Of what
    goes to stdout (--out -) no such files stay.
    """
    if str(out) == "-" and as_json:
        raise typer.BadParameter("--out - writes the examples to stdout, where --json has no place.")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "examples" if str(out) == "-" else out
        _writable(file)
        client = _client(llm, model, key)
        report, made = _make(source, file, maker, most, seed, description, licence, client)
        if file is not out:
            sys.stdout.buffer.write(file.read_bytes())
            sys.stdout.flush()
    _show(report, out, maker, made=made, asked=most, as_json=as_json)


def _writable(out: Path) -> None:
    """Errors  FileError, before anything is made, for a file that cannot be there"""
    if not out.parent.is_dir():
        raise FileError(f"{out} cannot be written: there is no folder {out.parent}. Make it first.")
    if out.is_dir():
        raise FileError(f"{out} is a folder. Give --out the name of a file.")


def _make(
    source: Path,
    out: Path,
    maker: str,
    most: int,
    seed: int,
    description: str,
    licence: str,
    client: Client | None,
) -> tuple[Report, int]:
    """Make, check and write the examples; the report, and how many the maker has made in all.

    Errors  InputError where there is nothing to make, or the file was begun with other options
    """
    from adhere.cli.progress import progress
    from adhere.search.indexing import Progress
    from adhere.synth import protocol
    from adhere.synth.check import check
    from adhere.synth.judged import verdicts
    from adhere.synth.makers import maker as named
    from adhere.synth.resume import options_of, resume

    chosen = named(maker, description=description, client=client)
    raw = out.with_name(out.name + ".raw")
    with _opened(source, judged=client is not None) as (documents, engine):
        written_by = f"{maker}:{client.model}" if client else maker
        options = options_of(
            source, documents, maker=written_by, seed=seed, description=description, licence=licence
        )
        resume(raw, out.with_name(out.name + ".options"), options, most=most)
        material = protocol.Material(list(documents.values()), source.name, licence, seed)
        with progress("examples", most) as tell:
            made = protocol.write(
                raw, chosen.make(material), most=most, progress=lambda made: tell(Progress(made, most, made))
            )
        report = check(
            protocol.read(raw),
            documents,
            kept=out,
            rejected=out.with_name(out.name + ".rejected"),
            relevance=partial(_relevance, engine) if engine and client else None,
            verdicts=partial(verdicts, engine) if engine and client else None,
        )
    if not report.kept and not report.rejected:
        raise InputError(
            f"{source} gives the maker {maker} nothing to make: it needs documents that share a value or a"
            " word and differ in another. Index them with their fields, or add documents."
        )
    return report, made


def _client(url: str, model: str, key: str) -> Client | None:
    from adhere.synth.llm import Client

    if not url:
        return None
    if not model:
        raise typer.BadParameter(f"{url} may serve several models. Name one with --model.")
    return Client(url, model, key=key)


@contextmanager
def _opened(source: Path, *, judged: bool) -> Iterator[tuple[dict[str, Document], Engine | None]]:
    """The documents of a store or of files; the engine over them where it has to judge, which over files
    means to encode them."""
    import adhere
    from adhere.read import read_paths
    from adhere.search.engine import Engine
    from adhere.store.infer import dated
    from adhere.store.manifest import NAME

    if (source / NAME).exists():
        with adhere.open(source) as engine:
            yield engine.store.get(sorted(engine.store.fingerprints())), engine
        return
    read = read_paths([source], on_skip=lambda skipped: errors().print(plain(f"skipped {skipped}")))
    documents = {document.id: dated(document) for document in read}
    judge = Engine.in_memory() if judged else None
    if judge:
        judge.add(documents.values())
    yield dict(sorted(documents.items())), judge


def _relevance(engine: Engine, example: Example) -> dict[str, float]:
    """What the engine, which wrote none of them, thinks of an example's documents."""
    ids = [text.id for text in (*example.relevant, *example.not_relevant)]
    return engine.rank(example.query, example.instruction, ids)


def _show(report: Report, out: Path, maker: str, *, made: int, asked: int, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "out": str(out),
                "kept": dict(report.kept),
                "rejected": dict(report.rejected),
                "acceptance": report.acceptance,
                "made": made,
                "asked": asked,
            }
        )
        return
    console = errors() if str(out) == "-" else results()
    for line in report.lines():
        console.print(plain(line))
    if made < asked:
        errors().print(plain(f"{maker}: {made:,} of {asked:,} asked: there are no more to make"))
