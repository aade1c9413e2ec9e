"""Reports as pages: complete, self-contained, and safe whatever a document is called."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from adhere.cli import app
from adhere.errors import FileError
from adhere.evaluate.html import page, write_page
from adhere.evaluate.judgements import Judgements
from adhere.evaluate.moves import MOST, moves
from adhere.evaluate.plots import Move, Point, Value, bars, scatter, slopes
from test_evaluate import write_bench

EVIL = "<script>alert(\"x\")</script> & 'co'"
VOID = {"meta", "br", "link", "img", "hr", "input"}


def estimate(value, n=4):
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    return {"value": value, "low": low, "high": high, "n": n}


def report(name=EVIL):
    measures = {
        "obeyed@10": estimate(0.5),
        "nDCG@10/changed": estimate(0.4),
        "p-MRR": estimate(0.1),
        "interaction": estimate(None, 0),
    }
    groups = {"kind": {"field": measures}, "clauses": {"1": measures}}
    systems = [
        {"name": system, "measures": measures, "groups": groups, "reaches": reaches}
        for system, reaches in (("random", None), (name, True), ("deaf", False), ("perfect", None))
    ]
    return {
        "audit": {
            "documents": 7, "needs": 5, "no_answer": 1, "seed": 0,
            "wordings": "never-shown", "hidden": name, "absent": ["date"],
        },
        "benchmarks": [{"name": "audit", "needs": 5, "systems": systems}],
        "headline": name,
        "slopes": {
            "audit": {
                "system": name,
                "moves": [
                    {"need": "n1", "document": name, "sort": "flipped", "original": 1, "changed": None},
                    {"need": "n1", "document": "d2", "sort": "staying", "original": 4, "changed": 2},
                ],
            }
        },
        "failures": [
            {
                "need": "n1", "kind": "field", "polarity": "want", "query": name, "instruction": name,
                "meant": name, "made": name, "notes": [name], "no_answer": False, "top": 10,
                "wrong": [{"rank": 1, "id": name, "title": name, "breaks": [name]}],
                "missed": [{"rank": None, "id": name, "title": name}],
            }
        ],
    }  # fmt: skip


class Tags(HTMLParser):
    """Collects elements and attributes, and holds open and closing tags to each other."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(html):
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags


def test_a_page_is_well_formed_and_holds_every_plot():
    html = page(report("ours"), title="An audit")
    assert read(html).seen.count("svg") == 2 + 1 + 2  # bars by kind and by clauses, scatter, two slope charts
    for text in ("An audit", "never reached deaf", "no case", "The worst failures of ours", "not shown"):
        assert text in html


def test_text_from_documents_stays_text():
    html = page(report(), title=EVIL)
    tags = read(html)
    assert "script" not in tags.seen
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert html.count("&lt;script&gt;") > 10


def test_a_page_needs_no_network():
    html = page(report(), title="An audit")
    assert not re.search(r"https?://|@import|url\(", html)
    assert not {"script", "link", "img", "iframe"} & set(read(html).seen)


def test_an_evaluation_without_groups_and_failures_has_a_page_too():
    plain = report("ours")
    for key in ("audit", "slopes", "failures", "headline"):
        del plain[key]
    for system in plain["benchmarks"][0]["systems"]:
        del system["groups"], system["reaches"]
    html = page(plain, title="An evaluation")
    assert read(html).seen.count("svg") == 2
    assert "worst failures" not in html


def test_values_over_too_few_needs_for_an_interval_are_drawn_without_one():
    few = report("ours")
    for system in few["benchmarks"][0]["systems"]:
        for found in system["measures"].values():
            found |= {"low": None, "high": None}
    html = page(few, title="An audit")
    read(html)
    assert "<td>50</td>" in html and "field  (n=4), ours: 50</title>" in html


def test_a_page_that_cannot_be_written_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(FileError, match=r"no\.html"):
        write_page(report(), tmp_path / "nowhere" / "no.html", title="x")


# --- plots -------------------------------------------------------------------------------------


def test_a_bar_is_as_long_as_its_value_and_carries_its_interval():
    half, full = Value(0.5, 0.4, 0.6), Value(1.0, 1.0, 1.0)
    svg = ElementTree.fromstring(bars({"kind": {"a": half, "b": full}}, {"a": "s0", "b": "s1"}, caption="c"))
    widths = [float(rect.attrib["width"]) for rect in svg.iter("rect")]
    assert widths[0] == pytest.approx(widths[1] / 2)
    assert svg.findall("g")[0].find("title").text == "kind, a: 50 (40 to 60)"


def test_points_stand_where_their_values_say_and_names_do_not_overlap():
    value = Value(0.5, 0.4, 0.6)
    points = [Point(name, "s0", value, Value(0.1, 0.0, 0.2)) for name in ("one", "two", "three")]
    svg = ElementTree.fromstring(scatter(points, x="x", y="y", caption="c"))
    heights = [float(text.attrib["y"]) for text in svg.iter("text") if text.text in ("one", "two", "three")]
    assert min(b - a for a, b in zip(sorted(heights), sorted(heights)[1:], strict=False)) >= 15
    assert len({(dot.attrib["cx"], dot.attrib["cy"]) for dot in svg.iter("circle")}) == 1


def test_a_document_that_falls_has_a_line_that_falls():
    moves = [Move("a", "flipped", 1, 40), Move("b", "flipped", 3, None), Move("c", "flipped", 9, 2)]
    svg = ElementTree.fromstring(slopes(moves, deepest=40, caption="c"))
    ends = [[float(dot.attrib["cy"]) for dot in group.iter("circle")] for group in svg.findall("g")]
    assert [end > start for start, end in ends] == [True, True, False]
    assert ends[1][1] > ends[0][1]  # not shown lies below the deepest rank


# --- moves -------------------------------------------------------------------------------------


def test_moves_are_the_ranks_of_flipped_and_staying_documents():
    judgements = Judgements({"x-og": {"a": 1, "b": 1, "c": 1}, "x-changed": {"a": 0, "b": 1, "c": 0}})
    run = {"x-og": {"a": 3.0, "b": 2.0}, "x-changed": {"b": 9.0}}
    found = [
        (row["sort"], row["document"], row["original"], row["changed"]) for row in moves(judgements, run)
    ]
    assert found == [("flipped", "a", 1, None), ("staying", "b", 2, 1)]


def test_moves_are_few_enough_to_draw_and_come_from_all_needs():
    qrels = {}
    for need in range(100):
        qrels |= {f"n{need}-og": {"a": 1, "b": 1}, f"n{need}-changed": {"a": 0, "b": 1}}
    found = moves(Judgements(qrels), {query: {"a": 1.0, "b": 0.5} for query in qrels})
    assert [sum(row["sort"] == sort for row in found) for sort in ("flipped", "staying")] == [MOST, MOST]
    assert len({row["need"] for row in found}) == MOST


def test_a_need_without_flips_moves_nothing():
    judgements = Judgements({"x-og": {"a": 1}, "x-changed": {"a": 1}})
    assert moves(judgements, {"x-og": {"a": 1.0}, "x-changed": {"a": 1.0}}) == []


def test_an_evaluation_draws_the_moves_of_its_last_system(tmp_path):
    bench = write_bench(tmp_path / "fruit")
    target = tmp_path / "fruit.html"
    arguments = ["evaluate", str(bench), "--system", "bm25+instruction", "--html", str(target), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    html = target.read_text()
    assert "Where documents go: bm25+instruction" in html
    read(html)
