"""A report as one HTML page that needs nothing else: no network, no script, light and dark.

The page is a pure function of the JSON that `adhere evaluate --json` and `adhere audit --json` print, so a
saved report can be looked at later.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from adhere.errors import FileError
from adhere.evaluate import plots

Json = Mapping[str, Any]
LIMITS = ("random", "perfect")
"""Rows that are no systems: shown in grey."""
BARS = ("obeyed@10", "interaction", "nDCG@10/changed", "nDCG@10")
"""What the bars show: the first of these that a report has."""
SIGNED = "MRR"
HEADINGS = {
    "kind": "kind of the criterion under test",
    "polarity": "its polarity",
    "clauses": "number of clauses",
}


def page(report: Json, *, title: str) -> str:
    """The report as a complete HTML document."""
    body = [f"<h1>{escape(title)}</h1>", *_setting(report.get("audit"))]
    for bench in report["benchmarks"]:
        body += _benchmark(bench, several=len(report["benchmarks"]) > 1)
        body += _slopes(report.get("slopes", {}).get(bench["name"]))
    body += [*_failures(report.get("failures") or (), report)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _style() -> str:
    return resources.files("adhere.evaluate").joinpath("page.css").read_text(encoding="utf-8")


def check_writable(path: Path) -> None:
    """Before the work starts, so that its results are not lost.

    Errors  FileError where no file can be written at the path
    """
    if path.is_dir():
        raise FileError(f"{path} is a folder. Give --html the name of a file.")
    if not path.parent.is_dir():
        raise FileError(f"{path} cannot be written: there is no folder {path.parent}. Make it first.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise FileError(f"{path} cannot be written: no permission. Give --html another place.")


def write_page(report: Json, path: Path, *, title: str) -> None:
    """Errors  FileError where the file cannot be written"""
    try:
        path.write_text(page(report, title=title), encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error}") from error


def _setting(audit: Json | None) -> Iterator[str]:
    if not audit:
        return
    yield _p(
        f"{audit['needs']} needs over {audit['documents']:,} documents, {audit['no_answer']} of them with no "
        f"right document; wordings {audit['wordings']}, seed {audit['seed']}."
    )
    if audit["hidden"]:
        yield _p(
            f"The field “{audit['hidden']}” is hidden from every system: its labels must be told by meaning."
        )
    if audit["absent"]:
        yield _p(f"These documents allow no needs of the kinds {', '.join(audit['absent'])}.")


def _p(words: str, style: str = "") -> str:
    return f'<p class="{style}">{escape(words)}</p>' if style else f"<p>{escape(words)}</p>"


def _benchmark(bench: Json, *, several: bool) -> Iterator[str]:
    systems = bench["systems"]
    styles = _styles(system["name"] for system in systems)
    yield f"<h2>{escape(bench['name']) + ': s' if several else 'S'}cores of {bench['needs']} needs</h2>"
    yield _p("Shares x100 with 95% intervals over needs.", "soft")
    yield from _unreached(systems)
    yield _table(systems)
    named = [system for system in systems if system["name"] not in LIMITS]
    measure = next((name for name in BARS if name in systems[0]["measures"]), "")
    if named and measure:
        yield f"<h2>{escape(measure)}</h2>"
        yield _key([*(system["name"] for system in named), "random"], styles)
        shown = [*named, *(system for system in systems if system["name"] == "random")]
        for sort, groups in _groups(measure, shown).items():
            yield _p(sort, "soft") if sort else ""
            yield plots.bars(groups, styles, caption=f"{measure} {sort}, with intervals")
    points = list(_points(systems, styles))
    if len(points) > 1:
        yield "<h2>Finding against following</h2>"
        yield _p("Right: better results under the changed instruction. Up: what it rules out falls.", "soft")
        yield plots.scatter(
            points, x="nDCG@10 under the changed instruction", y="p-MRR", caption="nDCG@10 and p-MRR"
        )


def _styles(names: Iterable[str]) -> dict[str, str]:
    names = list(names)
    systems = [name for name in names if name not in LIMITS]
    return {name: "limit" if name in LIMITS else f"s{systems.index(name) % plots.COLOURS}" for name in names}


def _unreached(systems: Sequence[Json]) -> Iterator[str]:
    deaf = [system["name"] for system in systems if system.get("reaches") is False]
    if deaf:
        yield _p(
            f"The instruction never reached {', '.join(deaf)}: two different ones gave the same scores.",
            "bad",
        )


def _key(names: Sequence[str], styles: Mapping[str, str]) -> str:
    shown = "".join(f'<span><i class="{styles[name]}"></i>{escape(name)}</span>' for name in names)
    return f'<div class="key">{shown}</div>'


# --- tables ------------------------------------------------------------------------------------


def _table(systems: Sequence[Json]) -> str:
    names = list(systems[0]["measures"])
    best = {name: _best(name, systems) for name in names}
    head = "".join(f"<th>{escape(name).replace('/', '<br>')}</th>" for name in names)
    rows = []
    for system in systems:
        cells = "".join(_cell(name, system["measures"][name], best[name]) for name in names)
        limit = ' class="limit"' if system["name"] in LIMITS else ""
        rows.append(f"<tr{limit}><td>{escape(system['name'])}</td>{cells}</tr>")
    head = f"<thead><tr><th></th>{head}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _best(name: str, systems: Sequence[Json]) -> float | None:
    values = [s["measures"][name]["value"] for s in systems if s["name"] not in LIMITS]
    known: list[float] = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return None
    return min(known) if "violations" in name else max(known)


def _cell(name: str, found: Json, best: float | None) -> str:
    if found["value"] is None:
        return "<td>no case</td>"
    sign = "+" if SIGNED in name and "@" not in name else ""
    value = format(100 * found["value"], f"{sign}.0f")
    ends = [format(100 * found[key], f"{sign}.0f") for key in ("low", "high") if found[key] is not None]
    interval = f"<small>{' to '.join(ends)}</small>" if ends else ""
    style = ' class="best"' if best is not None and found["value"] == best else ""
    return f"<td{style}>{value}{interval}</td>"


# --- what is plotted ---------------------------------------------------------------------------


def _groups(measure: str, shown: Sequence[Json]) -> dict[str, dict[str, dict[str, plots.Value]]]:
    """Heading -> group -> system -> value; a report without groups is one group of its own."""
    if "groups" not in shown[0]:
        return {"": {measure: _values({system["name"]: system["measures"][measure] for system in shown})}}
    found: dict[str, dict[str, dict[str, plots.Value]]] = {}
    for sort, of_sort in shown[0]["groups"].items():
        rows = found.setdefault(f"by {HEADINGS[sort]}", {})
        for name, of_name in of_sort.items():
            values = _values({system["name"]: system["groups"][sort][name][measure] for system in shown})
            if values:
                label = f"{name} clause{'s' * (name != '1')}" if sort == "clauses" else name
                rows[f"{label}  (n={of_name[measure]['n']})"] = values
    return found


def _values(found: Mapping[str, Json]) -> dict[str, plots.Value]:
    return {name: _value(one) for name, one in found.items() if one["value"] is not None}


def _value(found: Json) -> plots.Value:
    if found["low"] is None:  # too few needs for an interval
        return plots.Value(found["value"], found["value"], found["value"])
    return plots.Value(found["value"], found["low"], found["high"])


def _points(systems: Sequence[Json], styles: Mapping[str, str]) -> Iterator[plots.Point]:
    for system in systems:
        x, y = (system["measures"].get(name) for name in ("nDCG@10/changed", "p-MRR"))
        if x and y and x["value"] is not None and y["value"] is not None:
            yield plots.Point(system["name"], styles[system["name"]], _value(x), _value(y))


def _slopes(slopes: Json | None) -> Iterator[str]:
    if not slopes or not slopes["moves"]:
        return
    moves = [
        plots.Move(f"{row['need']}, {row['document']}", row["sort"], row["original"], row["changed"])
        for row in slopes["moves"]
    ]
    yield f"<h2>Where documents go: {escape(slopes['system'])}</h2>"
    yield _p(
        "Flipped documents are ruled out by the changed instruction and should fall; staying ones are "
        "relevant under both and should not.",
        "soft",
    )
    deepest = max([10, *(rank for move in moves for rank in (move.before, move.after) if rank)])
    charts = [
        plots.slopes(
            [move for move in moves if move.style == sort], deepest=deepest, caption=f"{sort} documents"
        )
        for sort in dict.fromkeys(move.style for move in moves)
    ]
    yield f'<div class="pair">{"".join(charts)}</div>'


# --- failures ----------------------------------------------------------------------------------


def _failures(rows: Sequence[Json], report: Json) -> Iterator[str]:
    if rows:
        yield f"<h2>The worst failures of {escape(report['headline'])}</h2>"
    for row in rows:
        told = "".join(f"<dt>{name}</dt><dd>{what}</dd>" for name, what in _told(row))
        tags = [row["kind"], row["polarity"], *(["no document qualifies"] if row["no_answer"] else [])]
        shown = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in tags)
        head = f"<h3>{escape(row['query'])}{shown}</h3>{_p(row['instruction'])}"
        yield f"<article>{head}<dl>{told}</dl></article>"


def _told(row: Json) -> Iterator[tuple[str, str]]:
    """What a failure says, as pairs of a name and its markup."""
    yield "meant", f"<code>{escape(row['meant'])}</code>"
    if row["made"] is not None:
        yield "made of it", f"<code>{escape(row['made'] or 'nothing')}</code>"
    if row["notes"]:
        yield "noted", escape("; ".join(row["notes"]))
    if row["wrong"]:
        items = "".join(
            _item(f"{each['rank']}. ", each, "; ".join(each["breaks"])) for each in row["wrong"][:3]
        )
        yield (
            "wrong",
            f'<span class="bad">{len(row["wrong"])} of the first {row["top"]}</span><ul>{items}</ul>',
        )
    if row["missed"] and not row["no_answer"]:
        yield "missed", f"<ul>{''.join(_item('', each, '') for each in row['missed'][:3])}</ul>"


def _item(lead: str, document: Json, breaks: str) -> str:
    why = f"<br><small>breaks <code>{escape(breaks)}</code></small>" if breaks else ""
    return f"<li>{lead}{escape(document['title'])} <small>{escape(document['id'])}</small>{why}</li>"
