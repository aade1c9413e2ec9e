"""What people see of an answer: the criteria as executed, the hits, and one ledger line per criterion."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adhere.cli.console import OUTCOMES, STYLES, mark, plain
from adhere.need import (
    About,
    Answer,
    AsOf,
    Criteria,
    Criterion,
    Document,
    FieldEvidence,
    Hit,
    Mentions,
    Note,
    Parsed,
    Removed,
    TextEvidence,
    Verdict,
    conditions,
)
from adhere.schema import Schema
from adhere.search.wire import all_notes, condition_says, jsonable
from adhere.words import tokens

EVIDENCE_LENGTH = 160
FIELDS_SHOWN = 4
VALUES_SHOWN = 5
VALUE_LENGTH = 24
FEW = 3
"""With fewer hits than this the answer says how to get more."""


def show_answer(console: Console, answer: Answer, *, store: str, options: Sequence[str] = ()) -> None:
    """Criteria, hits with their ledgers, and on few hits the way to more.

    `options` are those of the command that an answer does not know; the commands shown go on with them.
    """
    console.print(Text(plain(answer.need.query), style="bold"))
    if answer.need.instruction:
        console.print(coloured(answer.parsed))
    console.print()
    show_criteria(console, answer.criteria, answer.removed)
    show_criteria(console, answer.need.filters, ())
    show_notes(console, answer.need.instruction, all_notes(answer.parsed, answer.notes))
    for hit in answer.hits:
        console.print()
        show_hit(console, hit, answer.criteria)
    console.print()
    if len(answer.hits) < FEW:
        _show_relaxations(console, answer, store, options)
    console.print(Text(_summary(answer), style="dim"))


def show_parsed(console: Console, parsed: Parsed) -> None:
    """The instruction with its words coloured by what became of them, then the criteria as notation."""
    from adhere.parse.language import write_criterion

    console.print(coloured(parsed))
    console.print()
    show_criteria(console, parsed.criteria, ())
    if not len(parsed.criteria):
        console.print("no criteria: nothing in it narrows a search")
    show_notes(console, parsed.instruction, parsed.notes)
    for fate, spans in (("background", parsed.background), ("task", parsed.task)):
        words = ", ".join(f'"{plain(parsed.instruction[slice(*span)])}"' for span in spans)
        if words:
            console.print(_hanging(Text("  "), Text(f"{fate}: {words}", style="dim")))
    if len(parsed.criteria):
        console.print(Text("\nas --criteria takes it:", style="dim"))
        for criterion in parsed.criteria:
            console.print(Text(f"  {plain(write_criterion(criterion))}"))


def show_criteria(console: Console, criteria: Criteria, removed: Sequence[Removed]) -> None:
    """One line per criterion: polarity, id, what it asks, how many documents it alone took away."""
    counts = {each.criterion: each for each in removed}
    for id, criterion in criteria.named():
        lead = Text("  ")
        lead.append(_sign(console, criterion), style=f"bold {STYLES[criterion.polarity]}")
        lead.append(f" {id}  ", style="dim")
        line = Text(plain(f"{criterion.polarity} {condition_says(criterion)}"))
        if criterion.assumed:
            line.append("  assumed, so it only demotes", style="yellow")
            if criterion.question:
                line.append(f": {plain(criterion.question)}", style="yellow")
        if criterion.source != "instruction":
            line.append(f"  ({criterion.source})", style="dim")
        if id in counts and counts[id].violated + counts[id].unknown:
            line.append(f"  {_removal(counts[id])}", style="dim")
        console.print(_hanging(lead, line))


def show_notes(console: Console, instruction: str, notes: Iterable[Note]) -> None:
    """What the user must know was not done, and why."""
    for note in notes:
        words = f'"{plain(instruction[slice(*note.span)])}": ' if note.span else ""
        console.print(_hanging(Text("  ! "), Text(f"{words}{plain(note.why)}", style="yellow")))


def show_hit(console: Console, hit: Hit, criteria: Criteria) -> None:
    """Rank, title, score, that of a reranker; id and some fields; then the ledger."""
    document = hit.document
    head = Text(plain(document.title or document.id), style="bold")
    head.append(f"  {hit.score:.3f}", style="not bold dim")
    if hit.rerank is not None:
        head.append(f"  rerank {hit.rerank:.3f}", style="not bold dim")
    console.print(_hanging(Text(f"{hit.rank:>3}  "), head))
    dot = f" {mark(console, 'dot')} "
    facts = [
        f"{name}={plain(value)}"
        for name, value in document.fields.items()
        if _short(value) and not _told(document, value)
    ][:FIELDS_SHOWN]
    console.print(_hanging(Text("     "), Text(dot.join([plain(document.id), *facts]), style="dim")))
    named = dict(criteria.named())
    for verdict in hit.ledger:
        console.print(_ledger_line(console, verdict, named.get(verdict.criterion), hit))


def _told(document: Document, value: object) -> bool:
    """Whether a value only repeats the id or the end of the title, as files often do among their fields."""
    return isinstance(value, str) and (value == document.id or document.title.endswith(value))


def coloured(parsed: Parsed) -> Text:
    """The instruction, each word in the colour of its fate."""
    text = Text(plain(parsed.instruction))
    if len(text.plain) != len(parsed.instruction):
        return text  # characters were escaped, so the spans no longer fit
    for span in (*parsed.background, *parsed.task):
        text.stylize("dim", *span)
    for note in parsed.notes:
        if note.span:
            text.stylize("yellow underline", *note.span)
    for criterion in parsed.criteria:
        if criterion.span:
            text.stylize(STYLES[criterion.polarity], *criterion.span)
    return text


def fields_table(console: Console, schema: Schema) -> Table:
    """Fields with type, coverage and their most frequent values."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("field", no_wrap=True)
    table.add_column("type", no_wrap=True)
    table.add_column("in", justify="right", no_wrap=True)
    table.add_column("values", overflow="fold")
    for name, info in schema.fields.items():
        type_ = (
            f"{info.type}{' list' if info.is_list else ''}{' (time)' if name == schema.time_field else ''}"
        )
        share = f"{info.documents / schema.documents:.0%}" if schema.documents else "-"
        more = mark(console, "more")
        shown = [_cut(plain(value), VALUE_LENGTH, more) for value in list(info.values)[:VALUES_SHOWN]]
        shown += [more] if len(info.values) > VALUES_SHOWN else []
        table.add_row(_cut(plain(name), VALUE_LENGTH, more), type_, share, ", ".join(shown))
    return table


def fields_to_json(schema: Schema) -> list[dict[str, Any]]:
    """The fields of a schema, each with its twenty most frequent values."""
    return [
        {
            "name": name,
            "type": info.type,
            "list": info.is_list,
            "documents": info.documents,
            "values": {str(jsonable(value)): count for value, count in list(info.values.items())[:20]},
            "complete": info.complete,
            "unparsed": list(info.unparsed),
            "unparsed_count": info.unparsed_count,
        }
        for name, info in schema.fields.items()
    ]


def _sign(console: Console, criterion: Criterion) -> str:
    return mark(console, criterion.polarity)


def _removal(count: Removed) -> str:
    unknown = f", {count.unknown:,} for want of a value" if count.unknown else ""
    return f"removed {count.violated + count.unknown:,}{unknown}"


def _ledger_line(console: Console, verdict: Verdict, criterion: Criterion | None, hit: Hit) -> Table:
    lead, line = Text("     "), Text()
    lead.append(mark(console, verdict.outcome), style=f"bold {OUTCOMES[verdict.outcome]}")
    lead.append(f" {verdict.criterion} ", style="dim")
    if criterion:
        lead.append(f"{_sign(console, criterion)} ", style=STYLES[criterion.polarity])
        line.append(f"{plain(condition_says(criterion))}  ")
    if verdict.p is not None and verdict.p not in (0.0, 1.0):
        line.append(f"p={verdict.p:.2f}  ", style="dim")
    evidence = verdict.evidence
    if isinstance(evidence, FieldEvidence):
        line.append(f"{plain(evidence.field)}={_value(evidence.value)}", style=OUTCOMES[verdict.outcome])
    elif isinstance(evidence, TextEvidence):
        line.append_text(_quote(console, evidence, criterion, hit))
    return _hanging(lead, line)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return "none" if value is None else plain(jsonable(value))


def _hanging(lead: Text, body: Text) -> Table:
    """The body wrapped beside its lead, so that lines stay aligned on a narrow terminal."""
    row = Table.grid()
    row.add_column(no_wrap=True, width=len(lead.plain))
    row.add_column(overflow="fold")
    row.add_row(lead, body)
    return row


def _quote(console: Console, evidence: TextEvidence, criterion: Criterion | None, hit: Hit) -> Text:
    """The sentence, with the words that it shares with the criterion set off."""
    source = hit.document.title if evidence.passage < 0 else hit.document.text
    sentence = _sentence(source, evidence)
    cut = _cut(plain(sentence), EVIDENCE_LENGTH, mark(console, "more"))
    quote = Text(f'"{cut}"', style="italic dim")
    wanted = {_stem(word) for word, _ in tokens(_asked(criterion))}
    for word, (start, end) in tokens(quote.plain):
        if len(word) > 2 and _stem(word) in wanted:
            quote.stylize("bold not dim", start, end)
    return quote


def _sentence(source: str, evidence: TextEvidence) -> str:
    """The evidence, with the rest of its line around it where it is only a phrase."""
    start, end = evidence.span
    if len(evidence.text) > 40 or source[start:end] != evidence.text:
        return evidence.text
    before = source[max(0, start - 60) : start].rpartition("\n")[2]
    return before + evidence.text + source[end : end + 60].partition("\n")[0]


def _asked(criterion: Criterion | None) -> str:
    if criterion is None:
        return ""
    leaves = [*conditions(criterion.what), *(conditions(criterion.unless) if criterion.unless else ())]
    return " ".join(
        leaf.text if isinstance(leaf, About) else leaf.phrase
        for leaf in leaves
        if isinstance(leaf, About | Mentions)
    )


def _stem(word: str) -> str:
    """Enough of a word to set off "files" for "file"; nothing is decided by it."""
    return word.removesuffix("s").removesuffix("e")


def _show_relaxations(console: Console, answer: Answer, store: str, options: Sequence[str]) -> None:
    from adhere.parse.language import write

    if not answer.hits:
        filters = " and ".join(
            f"{filter.polarity} {condition_says(filter)}" for filter in answer.need.filters
        )
        under = f" under the filter {plain(filters)}" if filters else ""
        console.print(Text(f"Nothing meets this need{under}.", style="bold"))
    if not answer.relax:
        return
    console.print("The smallest changes that let documents back in:")
    now = set(write(answer.criteria).splitlines())
    for program in answer.relax:
        changed = " and ".join(line for line in program.splitlines() if line not in now)
        console.print(Text(f"  {plain(changed)}", style="cyan"))
        command = ["adhere", "search", store, answer.need.query, *_restricted(answer, program), *options]
        console.print(Text(f"    {plain(shlex.join(command))}"), soft_wrap=True)


def _restricted(answer: Answer, program: str) -> list[str]:
    """The options that run a program under all that this search was under: filters, clock and mode."""
    from adhere.parse.language import write

    lines = program.splitlines()
    options = []
    as_of = answer.need.as_of
    if as_of is not None:
        # --as-of adds this rule itself. Where the change is to soften it, the option would undo the change.
        promise = write(Criteria((Criterion("want", AsOf(as_of)),)))
        noted = any(isinstance(criterion.what, AsOf) for criterion in answer.criteria)
        if promise in lines or not noted:
            options += ["--as-of", as_of.isoformat()]
            lines = [line for line in lines if line != promise]
    options += ["--criteria", "; ".join(lines)]
    if answer.need.filters:
        options += ["--filters", "; ".join(write(answer.need.filters).splitlines())]
    return [*options, *([] if answer.mode == "balanced" else ["--mode", answer.mode])]


def _cut(text: str, length: int, more: str) -> str:
    return text if len(text) <= length else text[:length].rstrip() + more


def _short(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and 0 < len(str(value)) <= 40


def _summary(answer: Answer) -> str:
    hits = "1 hit" if len(answer.hits) == 1 else f"{len(answer.hits)} hits"
    return f"{hits} in {answer.took_ms:,.0f} ms, mode {answer.mode}"
