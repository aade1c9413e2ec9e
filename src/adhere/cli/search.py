"""`adhere search STORE QUERY -i INSTRUCTION`: obey, and show why."""

from __future__ import annotations

from typing import Annotated

import typer

from adhere.cli.app import AsJson, AsOf, Mode, StorePath
from adhere.cli.console import print_json, results
from adhere.cli.opened import Url, opened


def search(
    store: StorePath,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A few words.", show_default=False)],
    instruction: Annotated[
        str, typer.Option("-i", "--instruction", help="What counts as relevant, in plain words.")
    ] = "",
    k: Annotated[int, typer.Option("-k", min=1, help="Number of hits.")] = 10,
    as_of: AsOf = None,
    mode: Annotated[Mode, typer.Option(help="balanced, strict (doubtful hits go too) or rank (none go).")] = (
        Mode.balanced
    ),
    criteria: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Criteria to run in place of those of the instruction.")
    ] = None,
    filters: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Rules that the instruction cannot loosen, as criteria."),
    ] = None,
    rerank: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="Let a model reorder the best: llm:MODEL@URL, listwise:MODEL@URL or st:FOLDER.",
            show_default=False,
        ),
    ] = "",
    rerank_top: Annotated[int, typer.Option(metavar="N", min=1, help="How many it reads, at least -k.")] = 20,
    url: Url = "",
    as_json: AsJson = False,
) -> None:
    """Search STORE for QUERY, as the instruction says.

    adhere search notes.adhere "vector index" -i "only accepted proposals, nothing on C extensions"
    """
    from adhere.cli.show import show_answer
    from adhere.search.wire import answer_to_json

    with opened(store, url, rerank=rerank, top=rerank_top) as engine:
        answer = engine.search(
            query,
            instruction,
            k=k,
            as_of=as_of,
            mode=mode.value,
            criteria=criteria,
            filters=filters,
        )
    if as_json:
        print_json(answer_to_json(answer))
    else:
        options = ["-k", str(k)] if k != 10 else []
        options += ["--rerank", rerank, "--rerank-top", str(rerank_top)] if rerank else []
        options += ["--url", url] if url else []
        show_answer(results(), answer, store=str(store), options=options)
