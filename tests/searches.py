"""Twenty instructed searches: what somebody asks, the program it must become, and what it must find.

The documents are made for the tests; `benchmarks/searches.py` runs the same searches over real corpora.
"""

from __future__ import annotations

from dataclasses import dataclass

from adhere.need import Document


@dataclass(frozen=True)
class Search:
    """`finds` are exactly the hits; `first` and `last` hold where meaning only orders them."""

    corpus: str
    query: str
    instruction: str
    program: tuple[str, ...]
    finds: frozenset[str] | None = None
    first: str = ""
    last: str = ""


def proposal(number: int, title: str, text: str, **fields: object) -> Document:
    return Document(f"PEP-{number}", text, title, fields={"number": number, **fields})


PEPS = [
    proposal(1, "Lazy imports", "Modules are loaded by the import system when first used.", status="Final",
             type="Standards Track", created="2022-04-29", authors=["Ada Byron"], python_version="3.12", topic="Core"),
    proposal(2, "Import hooks in C", "The import system calls hooks that are written as C extensions.",
             status="Accepted", type="Standards Track", created="2011-03-01", authors=["Max Born", "Ada Byron"],
             python_version="3.3", topic="Core"),
    proposal(3, "Typed dictionaries", "Type hints for dictionaries with a fixed set of keys.", status="Final",
             type="Standards Track", created="2019-03-20", authors=["Lin Yu"], python_version="3.8", topic="Typing"),
    proposal(4, "Type hints for keyword arguments", "Type hints that describe keyword arguments precisely.",
             status="Rejected", type="Standards Track", created="2021-06-01", authors=["Lin Yu", "Guido van Rossum"],
             python_version="3.12", topic="Typing"),
    proposal(5, "Type hints in comments", "Type hints written in comments, for old versions of Python.",
             status="Withdrawn", type="Standards Track", created="2014-09-29", authors=["Guido van Rossum"],
             python_version="3.5, 3.6", topic="Typing"),
    proposal(6, "Release schedule", "When the versions of Python 3.12 are released.", status="Active",
             type="Informational", created="2022-05-24", authors=["Max Born"], python_version="3.12", topic="Release"),
    proposal(7, "How the council is elected", "Governance of the language by an elected council.",
             status="Active", type="Process", created="2018-12-12", authors=["Sue Grey"], topic="Governance"),
    proposal(8, "Generators", "Functions that yield values one by one.", status="Final", type="Standards Track",
             created="2001-05-18", authors=["Guido van Rossum"], python_version="2.2", topic="Core"),
]  # fmt: skip


def paper(number: str, title: str, text: str, categories: list[str], published: str) -> Document:
    return Document(number, text, title, fields={"categories": categories, "published": published})


PAPERS = [
    paper("a1", "Catching hallucinations by resampling", "We detect hallucination by asking a model again and comparing answers.",
          ["cs.CL"], "2025-11-02"),
    paper("a2", "Hidden states reveal hallucinations", "A probe reads hidden states to detect hallucination.",
          ["cs.CL", "cs.LG"], "2025-08-10"),
    paper("a3", "A survey of graph neural networks", "This survey reviews graph neural networks.", ["cs.LG"],
          "2025-06-05"),
    paper("a4", "Graph neural networks at scale", "We train graph neural networks on billions of edges.", ["cs.LG"],
          "2025-07-15"),
    paper("a5", "Graph networks for chemistry", "A graph neural network predicts each molecule it is shown.",
          ["cs.LG"], "2025-07-20"),
    paper("a6", "Private federated learning", "Federated learning with differential privacy for phones.",
          ["cs.LG", "cs.CR"], "2025-09-09"),
    paper("a7", "Federated learning in hospitals", "Hospitals use federated learning; differential privacy costs "
          "accuracy, we find.", ["cs.LG"], "2025-10-01"),
    paper("a8", "Agents that repair software", "LLM agents repair bugs in software repositories.", ["cs.SE"],
          "2025-07-01"),
]  # fmt: skip


def story(number: str, title: str, text: str, date: str, places: list[str]) -> Document:
    return Document(number, text, title, fields={"date": date, "places": places})


STORIES = [
    story("r1", "WHEAT EXPORTS RISE", "Canada said its wheat exports rose in March.", "1987-03-20", ["canada"]),
    story("r2", "WHEAT FOR EGYPT", "The U.S. sold wheat to Egypt under its export programme.", "1987-04-07",
          ["usa", "egypt"]),
    story("r3", "BANK RAISES RATES", "The central bank raised interest rates by half a point.", "1987-04-10", ["uk"]),
    story("r4", "FED KEEPS RATES", "The Federal Reserve left interest rates as they were.", "1987-03-02", ["usa"]),
    story("r5", "OPEC MEETS ON OIL PRICES", "OPEC ministers will talk about oil prices and quotas.", "1987-03-11",
          ["saudi-arabia"]),
    story("r6", "NORTH SEA OIL CHEAPER", "Oil prices in the North Sea fell on mild weather.", "1987-03-12", ["uk"]),
    story("r7", "JAPAN TRADE SURPLUS", "Japan's trade surplus widened as exports of cars grew.", "1987-04-14",
          ["japan"]),
]  # fmt: skip

CORPORA = {"peps": PEPS, "arxiv": PAPERS, "reuters": STORIES}

SEARCHES = [
    Search("peps", "import system", "only accepted or final proposals, nothing about C extensions, prefer short ones",
           ('want field(status in ["Accepted", "Final"])', 'avoid about("C extensions")', "prefer form(words < 300)"),
           frozenset({"PEP-1", "PEP-2", "PEP-3", "PEP-8"}), first="PEP-1"),
    Search("peps", "type hints", "rejected ones", ('want field(status = "Rejected")',), frozenset({"PEP-4"})),
    Search("peps", "type hints", "typing PEPs, not withdrawn",
           ('want field(topic = "Typing")', 'avoid field(status = "Withdrawn")'), frozenset({"PEP-3", "PEP-4"})),
    Search("peps", "generators", "by Guido van Rossum", ('want field(authors = "Guido van Rossum")',),
           frozenset({"PEP-4", "PEP-5", "PEP-8"}), first="PEP-8"),
    Search("peps", "new features", "for 3.12", ('want field(python_version = v"3.12")',),
           frozenset({"PEP-1", "PEP-4", "PEP-6"})),
    Search("peps", "type hints", "created after 2015", ('want time(from d"2016-01-01")',),
           frozenset({"PEP-1", "PEP-3", "PEP-4", "PEP-6", "PEP-7"})),
    Search("peps", "council", "no Process PEPs", ('avoid field(type = "Process")',),
           frozenset(f"PEP-{n}" for n in (1, 2, 3, 4, 5, 6, 8))),
    Search("peps", "yield", "status is Final, before 2010",
           ('want field(status = "Final")', 'want time(before d"2010-01-01")'), frozenset({"PEP-8"})),
    Search("peps", "release", "only Informational PEPs for 3.12",
           ('want field(type = "Informational")', 'want field(python_version = v"3.12")'), frozenset({"PEP-6"})),
    Search("peps", "type hints", "nothing rejected or withdrawn",
           ('avoid field(status in ["Rejected", "Withdrawn"])',),
           frozenset(f"PEP-{n}" for n in (1, 2, 3, 6, 7, 8)), first="PEP-3"),
    Search("arxiv", "hallucination detection", "only cs.CL, published after October 2025",
           ('want field(categories = "cs.CL")', 'want time(from d"2025-11-01")'), frozenset({"a1"})),
    Search("arxiv", "graph neural networks", "no surveys", ('avoid about("surveys")',), last="a3"),
    Search("arxiv", "graph neural networks", 'without the word "molecule"', ('avoid mentions("molecule")',),
           frozenset({"a1", "a2", "a3", "a4", "a6", "a7", "a8"})),
    Search("arxiv", "federated learning", 'must mention "differential privacy", not cs.CR',
           ('want mentions("differential privacy")', 'avoid field(categories = "cs.CR")'), frozenset({"a7"})),
    Search("arxiv", "LLM agents", "published between June 2025 and August 2025",
           ('want time(from d"2025-06-01" before d"2025-09-01")',), frozenset({"a2", "a3", "a4", "a5", "a8"}),
           first="a8"),
    Search("arxiv", "hallucination detection", "nothing that reads hidden states",
           ('avoid about("reads hidden states")',), first="a1"),
    Search("reuters", "wheat exports", "only Canada", ('want field(places = "canada")',), frozenset({"r1"})),
    Search("reuters", "interest rates", "not from usa, after 1 April 1987",
           ('avoid field(places = "usa")', 'want time(from d"1987-04-02")'), frozenset({"r3", "r7"}), first="r3"),
    Search("reuters", "oil prices", "nothing on OPEC", ('avoid about("OPEC")',), first="r6"),
    Search("reuters", "trade", "stories from Japan or the uk",
           ('want field(places in ["japan", "uk"])',), frozenset({"r3", "r6", "r7"}), first="r7"),
]  # fmt: skip
