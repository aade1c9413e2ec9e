"""Public data sets by name, read from a local copy of their hub repository: `hub:nevir:FOLDER`.

A repository is a folder of tables. A table named `corpus` is `corpus.jsonl`, `corpus.parquet`, or a folder
`corpus/` of such files; `{subset}` in a name is filled from `hub:NAME/SUBSET:FOLDER`. Nothing is downloaded.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adhere.errors import FileError, InputError, require
from adhere.evaluate.benchmark import Benchmark, Query, lines
from adhere.evaluate.judgements import Judgements
from adhere.need import Document, Need

Row = dict[str, Any]
Table = Callable[..., list[Row]]
"""Called with the possible names of a table, and `optional=True` for one that may be absent."""


@dataclass(frozen=True, slots=True)
class HubSet:
    """One data set: where it lives on the hub, how its tables are read, what it is published with."""

    repository: str
    layout: Callable[[Table, Mapping[str, str]], Benchmark]
    columns: Mapping[str, str]
    measures: tuple[str, ...] = ()
    subset: str = ""


def load_hub(name: str, folder: str | Path) -> Benchmark:
    """The data set `name` or `name/subset` from its local folder.

    Errors  InputError listing the known names, FileError naming what the folder lacks
    """
    from dataclasses import replace

    base, _, subset = name.partition("/")
    if base not in HUB:
        raise InputError(f"There is no data set {base!r}. Known: {', '.join(HUB)}.")
    chosen = HUB[base]
    tables = _Tables(Path(folder), subset or chosen.subset)
    try:
        bench = chosen.layout(tables, chosen.columns)
    except KeyError as error:
        raise FileError(
            f"{folder}: a row of {name!r} has no column {error}; is it {chosen.repository}?"
        ) from error
    return replace(bench, name=name, measures=chosen.measures)


# --- layouts -----------------------------------------------------------------------------------


def mteb_layout(table: Table, columns: Mapping[str, str]) -> Benchmark:
    """corpus, queries, instruction, qrels, top_ranked, qrel_diff, as mteb keeps its retrieval tasks.

    `groups` says by which sign a query id ends its base query, where queries are variants of one.
    """
    instructions = {
        str(row["query-id"]): row["instruction"]
        for row in table("instruction{-subset}", "instructions", optional=True)
    }
    needs = {
        str(row["_id"]): Need(row["text"], instructions.get(str(row["_id"])) or row.get("instruction") or "")
        for row in table("queries{-subset}", "queries")
    }
    qrels: dict[str, dict[str, int]] = {}
    for row in table("default{-subset}", "qrels{-subset}", "qrels", "data", "default"):
        qrels.setdefault(str(row["query-id"]), {})[str(row["corpus-id"])] = int(float(row["score"]))
    flipped = {
        str(row["query-id"]): frozenset(map(str, row["corpus-ids"]))
        for row in table("qrel_diff{-subset}", "qrel_diff", optional=True)
    }
    pools = {
        str(row["query-id"]): tuple(map(str, row["corpus-ids"]))
        for row in table("top_ranked{-subset}", "top_ranked", optional=True)
    }
    documents = (
        Document(str(row["_id"]), row["text"] or "", row.get("title") or "")
        for row in table("corpus{-subset}", "corpus")
    )
    sign = columns.get("groups")
    groups = {query: query.split(sign)[0] for query in needs} if sign else {}
    return _made(documents, needs, qrels, flipped=flipped, pools=pools, groups=groups)


def three_instructions_layout(table: Table, columns: Mapping[str, str]) -> Benchmark:
    """InfoSearch: three instructions in a row of queries, and qrels under each of them."""
    del columns
    parts = ("og", "changed", "reversed")
    needs = {
        f"{row['_id']}-{part}": Need(row["text"], row[f"instruction_{part}"] or "")
        for row in table("queries")
        for part in parts
    }
    qrels: dict[str, dict[str, int]] = {}
    for part in parts:
        for row in table(f"qrels_{part}"):
            grades = qrels.setdefault(f"{row['query-id']}-{part}", {})
            grades[str(row["corpus-id"])] = int(float(row["score"]))
    documents = (Document(str(row["_id"]), row["text"], row.get("title") or "") for row in table("corpus"))
    return _made(documents, needs, qrels)


def labelled_layout(table: Table, columns: Mapping[str, str]) -> Benchmark:
    """Rows of queries that carry the ids of their relevant documents, and a table of documents."""
    needs: dict[str, Need] = {}
    qrels: dict[str, dict[str, int]] = {}
    for row in table(columns["queries"]):
        query = str(row[columns["id"]])
        needs[query] = Need(row[columns["query"]], row.get(columns.get("instruction", ""), "") or "")
        qrels[query] = dict(_label(label) for label in row[columns["labels"]])
    documents = (
        Document(str(row["id"]), row[columns["text"]], row.get("title") or "")
        for row in table(columns["documents"])
    )
    return _made(documents, needs, qrels)


def contrast_layout(table: Table, columns: Mapping[str, str]) -> Benchmark:
    """NevIR: two queries and two documents in a row, each query asking for its own document."""
    del columns
    needs: dict[str, Need] = {}
    qrels: dict[str, dict[str, int]] = {}
    pools: dict[str, tuple[str, ...]] = {}
    documents: list[Document] = []
    for row in table("test{-subset}", "test", "data"):
        names = [f"{row['id']}_doc{side}" for side in (1, 2)]
        documents += [Document(name, row[f"doc{side}"]) for side, name in enumerate(names, start=1)]
        for side in (1, 2):
            query = f"{row['id']}_q{side}"
            needs[query] = Need(row[f"q{side}"])
            qrels[query] = {name: int(name.endswith(f"doc{side}")) for name in names}
            pools[query] = tuple(names)
    groups = {query: query.rpartition("_")[0] for query in needs}
    return _made(documents, needs, qrels, pools=pools, groups=groups)


def exclusion_layout(table: Table, columns: Mapping[str, str]) -> Benchmark:
    """ExcluIR: a list of texts, and queries with the places of the excluded and then the wanted one."""
    del columns
    texts = table("corpus")
    documents = [Document(str(place), row["text"]) for place, row in enumerate(texts)]
    needs: dict[str, Need] = {}
    qrels: dict[str, dict[str, int]] = {}
    for number, row in enumerate(table("test_manual_final")):
        excluded, *wanted = row["index"]
        needs[str(number)] = Need(row["ExcluQ"])
        qrels[str(number)] = {**{str(place): 1 for place in wanted}, str(excluded): -1}
    return _made(documents, needs, qrels)


def _label(label: Any) -> tuple[str, int]:
    if isinstance(label, Mapping):
        return str(label["id"]), int(label["score"])
    return str(label), 1


def _made(
    documents: Iterable[Document],
    needs: Mapping[str, Need],
    qrels: Mapping[str, Mapping[str, int]],
    *,
    flipped: Mapping[str, frozenset[str]] | None = None,
    pools: Mapping[str, tuple[str, ...]] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Benchmark:
    return Benchmark(
        name="",
        documents=tuple(documents),
        queries=tuple(Query(query, need) for query, need in needs.items() if query in qrels),
        # a repository may judge more queries than it has in this split; what is not asked is not unanswered
        judgements=Judgements({q: g for q, g in qrels.items() if q in needs}, flipped or {}, groups or {}),
        candidates=pools or {},
        unjudged=tuple(query for query in needs if query not in qrels),
    )


# --- the data sets -----------------------------------------------------------------------------

_BRIGHT = {
    "queries": "examples{/subset}",
    "documents": "documents{/subset}",
    "id": "id",
    "query": "query",
    "labels": "gold_ids",
    "text": "content",
}
_MAIR = {
    "queries": "queries{/subset}",
    "documents": "docs{/subset}",
    "id": "qid",
    "query": "query",
    "instruction": "instruction",
    "labels": "labels",
    "text": "doc",
}
_IFIR = ("nDCG@20",)

HUB: dict[str, HubSet] = {
    "followir-core17": HubSet("mteb/Core17InstructionRetrieval", mteb_layout, {}),
    "followir-robust04": HubSet("mteb/Robust04InstructionRetrieval", mteb_layout, {}),
    "followir-news21": HubSet("mteb/News21InstructionRetrieval", mteb_layout, {}),
    "mfollowir": HubSet("jhu-clsp/mFollowIR-parquet-mteb", mteb_layout, {}, subset="fas"),
    "mfollowir-cross": HubSet("jhu-clsp/mFollowIR-cross-lingual-parquet-mteb", mteb_layout, {}, subset="fas"),
    "instructir": HubSet("mteb/InstructIR-mteb", mteb_layout, {"groups": "_"}, ("nDCG@10", "robustness@10")),
    "ifir-aila": HubSet("if-ir/aila", mteb_layout, {}, _IFIR),
    "ifir-cds": HubSet("if-ir/cds", mteb_layout, {}, _IFIR),
    "ifir-fiqa": HubSet("if-ir/fiqa", mteb_layout, {}, _IFIR),
    "ifir-fire": HubSet("if-ir/fire", mteb_layout, {}, _IFIR),
    "ifir-pm": HubSet("if-ir/pm", mteb_layout, {}, _IFIR),
    "ifir-scifact": HubSet("if-ir/scifact_open", mteb_layout, {}, _IFIR),
    "ifir-nfcorpus": HubSet("if-ir/nfcorpus", mteb_layout, {}, _IFIR),
    "infosearch": HubSet("jianqunZ/Format-v1", three_instructions_layout, {}, ("p-MRR", "WISE", "SICR")),
    "nevir": HubSet("orionweller/NevIR", contrast_layout, {}, ("pairwise-accuracy",)),
    "nevir-mteb": HubSet("orionweller/NevIR-mteb", mteb_layout, {"groups": "_"}, ("pairwise-accuracy",)),
    "excluir": HubSet(
        "zwh-sdu/ExcluIR (GitHub)", exclusion_layout, {}, ("recall@1", "MRR@10", "dR@1", "dMRR", "RR")
    ),
    "mair": HubSet("MAIR-Bench/MAIR-Queries and -Docs", labelled_layout, _MAIR, ("nDCG@10",), "IFEval"),
    "birco-arguana": HubSet("mteb/BIRCO-ArguAna-Test", mteb_layout, {}, ("nDCG@10",)),
    "birco-clinical-trial": HubSet("mteb/BIRCO-ClinicalTrial-Test", mteb_layout, {}, ("nDCG@10",)),
    "birco-doris-mae": HubSet("mteb/BIRCO-DorisMae-Test", mteb_layout, {}, ("nDCG@10",)),
    "birco-relic": HubSet("mteb/BIRCO-Relic-Test", mteb_layout, {}, ("nDCG@10",)),
    "birco-wtb": HubSet("mteb/BIRCO-WTB-Test", mteb_layout, {}, ("nDCG@10",)),
    "bright": HubSet("xlangai/BRIGHT", labelled_layout, _BRIGHT, ("nDCG@10",), "biology"),
    "limit": HubSet("orionweller/LIMIT", mteb_layout, {}, ("recall@2", "recall@10", "recall@100")),
    "limit-small": HubSet("orionweller/LIMIT-small", mteb_layout, {}, ("recall@2", "recall@10")),
}


# --- tables ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of a local folder. `{-subset}` and `{/subset}` in a name are filled in or left out."""

    folder: Path
    subset: str

    def __call__(self, *names: str, optional: bool = False) -> list[Row]:
        names = tuple(map(self._filled, names))
        for name in names:
            files = self._files(name)
            if files:
                return [row for file in files for row in _rows(file)]
        if optional:
            return []
        raise FileError(
            f"{self.folder} has no table {' or '.join(dict.fromkeys(names))} (.jsonl, .json, .tsv, .parquet)."
        )

    def _filled(self, name: str) -> str:
        for sign in "-/":
            name = name.replace("{" + sign + "subset}", sign + self.subset if self.subset else "")
        return name

    def _files(self, name: str) -> list[Path]:
        single = [self.folder / f"{name}{suffix}" for suffix in _READERS]
        there = [path for path in single if path.is_file()]
        if there:
            return there[:1]
        inside = _split(self.folder / name) if (self.folder / name).is_dir() else []
        # BRIGHT and MAIR keep the splits of a table side by side: documents/biology-00000-of-00001.parquet
        stem = self.folder / name
        split = stem.parent.glob(f"{stem.name}-*-of-*.parquet") if stem.parent.is_dir() else ()
        return sorted([*inside, *(path for path in split if path.is_file())])


def _split(folder: Path) -> list[Path]:
    """The files of a table's folder: those of the split test, where there is one, else all of one name.

    Errors  FileError for files of several splits, which together would be another exam
    """
    files = [path for path in folder.iterdir() if path.is_file() and _kind(path)]
    tests = [path for path in files if path.name.startswith("test")]
    # parts of one split are numbered: test-00000-of-00002, 0000
    names = {re.sub(r"[-_.]?\d+(-of-\d+)?$", "", path.name.removesuffix(_kind(path))) for path in files}
    if not tests and len(names) > 1:
        raise FileError(
            f"{folder} holds the splits {', '.join(sorted(names))}, and none is named test. "
            "Leave the files of one split there."
        )
    return tests or files


def _kind(path: Path) -> str:
    return next((suffix for suffix in _READERS if path.name.endswith(suffix)), "")


def _rows(path: Path) -> Iterable[Row]:
    return _READERS[_kind(path)](path)


def _jsonl(path: Path) -> Iterator[Row]:
    for place, line in lines(path):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise FileError(f"{place}: not JSON: {error}") from error


def _json(path: Path) -> Iterator[Row]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read: {error}") from error
    for row in rows:
        yield row if isinstance(row, dict) else {"text": row}


def _tsv(path: Path) -> Iterator[Row]:
    text = "\n".join(line for _, line in lines(path))
    yield from csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)


def _parquet(path: Path) -> list[Row]:
    parquet = require("pyarrow.parquet", feature=f"Reading {path.name}", extra="files")
    rows: list[Row] = parquet.read_table(path).to_pylist()
    return rows


_READERS: dict[str, Callable[[Path], Iterable[Row]]] = {
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl,
    ".json": _json,
    ".tsv": _tsv,
    ".parquet": _parquet,
}
