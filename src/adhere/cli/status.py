"""`adhere status STORE`: what a store holds and what it was made with."""

from __future__ import annotations

from adhere.cli.app import AsJson, StorePath
from adhere.cli.console import plain, print_json, results
from adhere.cli.opened import Url, opened


def status(store: StorePath, url: Url = "", as_json: AsJson = False) -> None:
    """Show documents, fields with their types, and what could not be read as its type."""
    from adhere.cli.show import fields_table, fields_to_json

    with opened(store, url) as engine:
        schema = engine.schema
        facts = {name: value for name, value in engine.status().items() if name != "fields"}
    if as_json:
        print_json({"store": str(store), **facts, "fields": fields_to_json(schema)})
        return
    console = results()
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        shown = f"{value:,}" if isinstance(value, int | float) else plain(value) or "none"
        console.print(f"{name.replace('_', ' '):<{width}}  {shown}")
    if schema.fields:
        console.print(fields_table(console, schema))
    for info in schema.fields.values():
        if info.unparsed_count:
            examples = ", ".join(repr(value) for value in info.unparsed[:5])
            console.print(
                f"{info.name}: {info.unparsed_count:,} values are no {info.type}, kept and unknown to rules: "
                f"{plain(examples)}",
                style="yellow",
            )
