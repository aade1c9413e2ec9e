"""The command line: exit codes, the JSON contract, help, and what a terminal gets to see.

The engine is the real one over the exact store with the fake encoder; instructions are written in the
criteria notation here, so that these tests do not depend on how well language is parsed.
"""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import adhere
from adhere.cli import app
from adhere.cli.console import plain
from adhere.errors import StoreLocked, StoreMissing
from adhere.need import Criteria, Note, Parsed
from adhere.parse.language import read
from adhere.schema import Schema
from adhere.search.engine import Engine
from adhere.store.memory import MemoryStore
from adhere.testing.fakes import FakeEncoder

ROWS = [
    {"_id": "a", "title": "Vector index", "text": "An index of vectors.", "metadata": {"status": "Accepted"}},
    {
        "_id": "b",
        "title": "Slow index",
        "text": "An index in C extensions.",
        "metadata": {"status": "Rejected"},
    },
    {"_id": "c", "title": "Cooking", "text": "Soup with beans.", "metadata": {"status": "Accepted"}},
    {"_id": "evil", "title": "\x1b[31mred\x07", "text": "index [bold]x[/bold] \x1b]0;t\x07", "metadata": {}},
]


class NotationParser:
    """Takes the instruction for criteria in the notation; each criterion's span is its line."""

    name = "notation"

    def parse(
        self, instruction: str, *, query: str = "", schema: Schema | None = None, now: datetime
    ) -> Parsed:
        if instruction == "please":
            note = Note((0, 6), "not enforced: says nothing that can be checked")
            return Parsed(instruction, notes=(note,))
        items, lines = read(instruction).items, instruction.split("\n") if instruction else []
        starts = [instruction.find(line) for line in lines]
        return Parsed(
            instruction,
            Criteria(
                tuple(
                    replace(item, span=(start, start + len(line)), source="instruction")
                    for item, start, line in zip(items, starts, lines, strict=True)
                )
            ),
        )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[Path, Engine]]:
    """Stores that live in memory, under the paths that commands give."""
    opened: dict[Path, Engine] = {}

    def open(path: Path, *, create: bool = True, types: Any = None, time_field: Any = None) -> Engine:
        if path.name == "locked":
            raise StoreLocked("the store 'locked' is open in process 42.\nStop it, or wait for it.")
        if path not in opened:
            if not create:
                raise StoreMissing(f"there is no store at {path}. Make one with: adhere index {path} FILES")
            opened[path] = Engine(MemoryStore(dimension=32), FakeEncoder(), parser=NotationParser())
        return opened[path]

    monkeypatch.setattr(adhere, "open", open)
    yield opened


def run(*arguments: str | Path, code: int = 0, width: int = 100) -> tuple[str, str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(width)})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def run_json(*arguments: str | Path, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code)[0])


@pytest.fixture
def store(tmp_path: Path, corpus: Path) -> Path:
    run("index", tmp_path / "s", corpus)
    return tmp_path / "s"


# --- index ---------------------------------------------------------------------------------------


def test_index_counts_new_changed_unchanged_and_gone(tmp_path: Path, corpus: Path) -> None:
    def counts() -> list[int]:
        answer = run_json("index", tmp_path / "s", corpus)
        return [answer[name] for name in ("new", "changed", "unchanged", "gone")]

    assert counts() == [4, 0, 0, 0]
    assert counts() == [0, 0, 4, 0]
    changed = [{**ROWS[0], "text": "Other words."}, *ROWS[2:]]
    corpus.write_text("\n".join(map(json.dumps, changed)))
    assert counts() == [0, 1, 2, 1]


def test_index_of_one_path_leaves_documents_of_another(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("words")
    run("index", tmp_path / "s", corpus)
    answer = run_json("index", tmp_path / "s", tmp_path / "other")
    assert (answer["new"], answer["gone"], answer["documents"]) == (1, 0, 5)


def test_a_file_that_cannot_be_read_today_keeps_what_it_gave_before(tmp_path: Path) -> None:
    path = tmp_path / "notes" / "x.txt"
    path.parent.mkdir()
    path.write_text("words")
    run("index", tmp_path / "s", path.parent)
    path.write_bytes(b"caf\xe9")
    answer = run_json("index", tmp_path / "s", path.parent)
    assert (answer["gone"], answer["documents"]) == (0, 1)
    assert answer["skipped"][0]["path"] == str(path)


def test_an_empty_row_does_not_keep_other_rows_that_are_gone_but_a_broken_one_does(
    tmp_path: Path, corpus: Path
) -> None:
    run("index", tmp_path / "s", corpus)
    rows = json.dumps(ROWS[0]) + '\n{"_id": "empty", "text": ""}\n'
    corpus.write_text(rows + "{broken\n")  # which may be any of those that are not there
    answer = run_json("index", tmp_path / "s", corpus)
    assert (answer["unchanged"], answer["gone"], len(answer["skipped"])) == (1, 0, 2)
    corpus.write_text(rows)
    answer = run_json("index", tmp_path / "s", corpus)
    assert (answer["unchanged"], answer["gone"], len(answer["skipped"])) == (1, 3, 1)


def test_index_reports_what_it_skips_and_fails_only_when_told(tmp_path: Path, corpus: Path) -> None:
    corpus.write_text('{"text": "fine"}\n{broken\n')
    stdout, stderr = run("index", tmp_path / "s", corpus)
    assert "1 new, 0 changed, 0 unchanged, 0 gone, 1 skipped" in stdout
    assert f"{corpus}:2: not JSON" in " ".join(stderr.split())
    answer = run_json("index", tmp_path / "s", corpus, "--fail-on-skip", code=1)
    assert [(each["line"], each["reason"][:8]) for each in answer["skipped"]] == [(2, "not JSON")]


def test_a_skip_that_is_the_first_of_its_kind_has_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(8):
        (folder / f"{n}.odd").write_text("x")
    (folder / "rows.jsonl").write_text('{"_id": "a", "text": "fine"}\n{broken\n{"_id": "a", "text": "x"}')
    _, stderr = run("index", tmp_path / "s", folder, width=400)
    assert stderr.count("no reader for '.odd'") == 4
    assert "skipped 4 more: no reader for ... (--json lists all)" in stderr
    assert f"skipped {folder}/rows.jsonl:2: not JSON: " in stderr
    assert f"skipped {folder}/rows.jsonl:3: the id 'a' was already read from {folder}/rows.jsonl:1" in stderr


def test_index_shows_the_fields(tmp_path: Path, corpus: Path) -> None:
    (status,) = run_json("index", tmp_path / "s", corpus)["fields"]
    assert (status["name"], status["type"], status["documents"]) == ("status", "keyword", 3)
    assert status["values"] == {"Accepted": 2, "Rejected": 1}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--time-field", "status"], "its values are not read as dates"),
        (["--time-field", "status", "--type", "status=date"], "its values are not read as dates"),
        (["--time-field", "creatd"], "No document has a field 'creatd'"),
        (["--type", "nofield=number"], "No document has a field 'nofield'"),
    ],
)
def test_fields_that_are_not_there_are_said_before_anything_is_written(
    tmp_path: Path, corpus: Path, engines: dict[Path, Engine], options: list[str], why: str
) -> None:
    corpus.write_text(json.dumps({**ROWS[0], "created": "2024-01-02"}))
    _, stderr = run("index", tmp_path / "s", corpus, *options, code=1, width=400)
    assert why in stderr
    assert "created (date), status (" in stderr
    assert not engines and not (tmp_path / "s").exists()
    run("index", tmp_path / "s", corpus, "--time-field", "created", "--type", "status=keyword")


def test_index_does_not_read_the_store_itself(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "manifest.jsonl").write_text('{"text": "of the store"}')
    (tmp_path / "a.txt").write_text("words")
    assert run_json("index", tmp_path / "s", tmp_path)["new"] == 1


# --- search --------------------------------------------------------------------------------------


def test_search_json_is_the_contract(store: Path) -> None:
    rule = 'want field(status = "Accepted")'
    answer = run_json("search", store, "index", "-i", f'{rule}\navoid about("soup beans")')
    assert list(answer) == [
        "query",
        "instruction",
        "mode",
        "as_of",
        "program",
        "criteria",
        "background",
        "task",
        "notes",
        "removed",
        "relax",
        "hits",
        "trace",
        "took_ms",
    ]
    assert answer["program"] == f'{rule}\navoid about("soup beans")'
    first, second = answer["criteria"]
    assert first | {"confidence": 1.0} == {
        "id": "c1",
        "kind": "field",
        "polarity": "want",
        "says": "status is Accepted",
        "span": [0, len(rule)],
        "confidence": 1.0,
        "enforced": True,
        "assumed": False,
        "question": "",
        "source": "instruction",
        "text": rule,
    }
    assert (second["id"], second["kind"], second["polarity"]) == ("c2", "about", "avoid")
    assert {"criterion": "c1", "violated": 1, "unknown": 1} in answer["removed"]
    hit = answer["hits"][0]
    assert list(hit) == ["rank", "id", "title", "score", "ledger"]
    assert {hit["id"] for hit in answer["hits"]} == {"a", "c"}
    field = hit["ledger"][0]
    assert field == {
        "criterion": "c1",
        "outcome": "met",
        "p": 1.0,
        "evidence": {"field": "status", "value": "Accepted"},
        "judge": field["judge"],
    }
    soup = next(hit for hit in answer["hits"] if hit["id"] == "c")["ledger"][1]
    assert soup["evidence"] == {"passage": 0, "text": "Soup with beans.", "span": [0, 16]}
    assert all(list(step) == ["step", "count", "ms"] for step in answer["trace"])


def test_what_is_shown_is_what_ran(store: Path) -> None:
    instructed = run_json("search", store, "index", "-i", 'want field(status = "Accepted")')
    given = run_json("search", store, "index", "--criteria", instructed["program"])
    assert given["hits"] == instructed["hits"]
    assert given["program"] == instructed["program"]


def test_search_for_people_shows_criteria_ledger_and_evidence(store: Path) -> None:
    stdout, stderr = run(
        "search", store, "vector index", "-i", 'want field(status = "Accepted")\navoid mentions("soup")'
    )
    assert "+ c1  want status is Accepted" in stdout
    assert 'avoid mentions "soup"' in stdout
    assert "Vector index" in stdout
    assert "✔ c1 + status is Accepted  status=Accepted" in stdout
    assert "removed 2, 1 for want of a value" in stdout
    assert stderr == ""


def test_no_hits_come_with_commands_that_let_documents_back_in(store: Path) -> None:
    stdout, _ = run(
        "search", store, "index", "-i", 'want field(status = "Rejected")\navoid mentions("index")'
    )
    assert "Nothing meets this need." in stdout
    assert f"adhere search {store} index --criteria '" in stdout.replace("\n", "")


def shown_commands(stdout: str) -> list[list[str]]:
    """The commands that an answer without hits prints, as a shell would take them apart."""
    return [shlex.split(line)[1:] for line in stdout.splitlines() if line.startswith("    adhere search")]


def test_a_printed_command_keeps_the_filters_and_the_mode(store: Path) -> None:
    filters = 'want field(status = "Accepted"); avoid mentions("beans")'
    stdout, _ = run(
        *("search", store, "index", "-i", 'want field(status = "Rejected")', "--filters", filters),
        *("--mode", "strict", "-k", "3"),
        width=400,
    )
    assert "+ f1  want status is Accepted  (filter)" in stdout
    assert (
        'Nothing meets this need under the filter want status is Accepted and avoid mentions "beans".'
        in stdout
    )
    for command in (commands := shown_commands(stdout)):
        assert command[command.index("--filters") + 1] == filters
        assert command[command.index("--mode") + 1] == "strict" and "-k" in command
        assert [hit["id"] for hit in run_json(*command)["hits"]] == ["a"]
    assert commands


def test_a_filter_that_lets_nothing_through_is_the_reason(store: Path) -> None:
    filters = 'want field(status = "Rejected"); avoid mentions("index")'
    answer = run_json("search", store, "index", "--filters", filters)
    assert answer["hits"] == []
    assert [note["why"] for note in answer["notes"]] == [
        f"no document passes the filter {filters}, which nothing in a search loosens"
    ]
    assert run_json("search", store, "index", "--filters", 'want field(status = "Rejected")')["notes"] == []


def test_a_printed_command_keeps_the_clock(tmp_path: Path, corpus: Path) -> None:
    rows = [{**row, "metadata": {**row["metadata"], "date": f"202{n}-01-01"}} for n, row in enumerate(ROWS)]
    corpus.write_text("\n".join(map(json.dumps, rows)))
    run("index", tmp_path / "s", corpus)
    stdout, _ = run(
        *("search", tmp_path / "s", "soup", "-i", 'avoid mentions("index")', "--as-of", "2021-06-01"),
        width=400,
    )
    hardened, softened = sorted(shown_commands(stdout), key=lambda command: "--as-of" not in command)
    assert hardened[hardened.index("--as-of") + 1] == "2021-06-01T00:00:00+00:00"
    assert "as-of" not in hardened[hardened.index("--criteria") + 1]
    assert sorted(hit["id"] for hit in run_json(*hardened)["hits"]) == ["a", "b"]
    assert "prefer time(as-of" in softened[softened.index("--criteria") + 1]
    assert "c" in [hit["id"] for hit in run_json(*softened)["hits"]]


def test_notes_say_what_is_not_enforced(store: Path) -> None:
    stdout, _ = run("search", store, "index", "-i", "please")
    assert '! "please": not enforced' in stdout
    answer = run_json("search", store, "index", "-i", "please")
    assert answer["notes"] == [{"span": [0, 6], "why": "not enforced: says nothing that can be checked"}]


def test_documents_cannot_drive_the_terminal(store: Path) -> None:
    stdout, _ = run("search", store, "index red", "-i", 'prefer about("bold index")')
    assert "\x1b" not in stdout
    assert "\x07" not in stdout
    assert "\\x1b[31mred\\x07" in stdout
    assert "[bold]x[/bold]" in stdout
    assert "\x1b" not in run("search", store, "index", "--json")[0]


@pytest.mark.parametrize(("text", "shown"), [("a\tb\n", "a b "), ("\u202eabc", "\\u202eabc"), ("é✔", "é✔")])
def test_plain_shows_control_characters(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_narrow_terminal_breaks_no_line_of_more_than_its_width(store: Path) -> None:
    stdout, _ = run("search", store, "index", "-i", 'want field(status = "Accepted")', width=50)
    # Commands stay whole, so that they can be copied.
    assert max(len(line) for line in stdout.splitlines() if not line.strip().startswith("adhere ")) <= 50


# --- errors --------------------------------------------------------------------------------------


def test_our_errors_are_exit_code_1_with_a_message_on_stderr(tmp_path: Path) -> None:
    stdout, stderr = run("search", tmp_path / "none", "x", code=1)
    assert stdout == ""
    assert stderr.startswith("error: there is no store at")
    _, stderr = run("search", "locked", "x", "--json", code=1)
    assert json.loads(stderr)["error"]["kind"] == "StoreLocked"
    assert "process 42" in json.loads(stderr)["error"]["message"]


def test_a_port_that_is_taken_is_said_before_anything_is_announced(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvicorn")
    pytest.importorskip("fastapi")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stdout, stderr = run("serve", store, "--port", str(port), code=1)
    assert f"Port {port} of 127.0.0.1 is taken" in stderr
    assert "Serving" not in stdout + stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "s"],
        ["search", "s", "x", "--mode", "lenient"],
        ["search", "s", "x", "-k", "0"],
        ["search", "s", "x", "--as-of", "yesterday"],
        ["index", "s", "corpus.jsonl", "--type", "status"],
        ["index", "s", "corpus.jsonl", "--type", "status=enum"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    _, stderr = run(*arguments, code=2)
    assert "Usage" in stderr


def test_an_unknown_field_is_an_error_and_no_unfiltered_search(store: Path) -> None:
    stdout, stderr = run("search", store, "index", "--criteria", 'want field(state = "Accepted")', code=1)
    assert stdout == ""
    assert "no field 'state'" in stderr
    assert "status" in stderr


def test_a_path_that_does_not_exist_leaves_the_store_alone(store: Path, tmp_path: Path) -> None:
    _, stderr = run("index", store, tmp_path / "nowhere", code=1)
    assert "does not exist" in stderr
    assert run_json("status", store)["documents"] == 4


# --- parse, status, demo, help ---------------------------------------------------------------------


def test_parse_shows_the_criteria_and_their_notation(store: Path) -> None:
    rule = 'avoid about("C extensions")'
    stdout, _ = run("parse", rule, "--store", store)
    assert "- c1  avoid about C extensions" in stdout
    assert rule in stdout.splitlines()[-1]
    answer = run_json("parse", rule, "--store", store)
    assert "hits" not in answer
    assert answer["program"] == rule


def test_status_shows_fields_with_coverage(store: Path) -> None:
    stdout, _ = run("status", store)
    assert "documents" in stdout
    assert "75%" in stdout
    answer = run_json("status", store)
    assert answer["documents"] == 4
    assert answer["fields"][0]["name"] == "status"


def test_demo_shows_both_searches_and_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adhere.read import stdlib

    library = tmp_path / "lib"
    library.mkdir()
    for name in ("index", "vector", "soup"):
        (library / f"{name}.py").write_text(f'"""The {name} index."""\ndef {name}(a):\n    """An index."""\n')
    monkeypatch.setattr(stdlib.sysconfig, "get_path", lambda name: str(library))
    monkeypatch.setattr(
        import_module("adhere.cli.demo"), "SEARCHES", (("index", 'want field(kind = "function")'),)
    )
    for width in (100, 60):
        stdout, _ = run("demo", "--store", tmp_path / "s", width=width)
        assert "without the instruction" in stdout
        assert "c1  want kind is function" in stdout
        assert "adhere status" in stdout
    (pair,) = run_json("demo", "--store", tmp_path / "s")["searches"]
    assert len(pair["plain"]["hits"]) == 6
    assert {hit["id"] for hit in pair["instructed"]["hits"]} == {"index.index", "vector.vector", "soup.soup"}


@pytest.mark.parametrize("command", ["", "demo", "index", "search", "parse", "status"])
def test_every_command_has_help(command: str) -> None:
    stdout, _ = run(*command.split(), "--help")
    assert "Usage: adhere" in stdout.replace("root", "adhere")
    if command:
        assert "--json" in stdout


def test_the_command_starts_without_the_engine() -> None:
    code = (
        "import sys, adhere.cli; "
        "print([m for m in ('numpy', 'onnxruntime', 'torch', 'qdrant_edge', 'pyarrow') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_exit_codes_of_the_process(tmp_path: Path) -> None:
    def process(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from adhere.cli import main; main()", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    assert process("--version").stdout == f"adhere {adhere.__version__}\n"
    assert process("search").returncode == 2
    missing = process("index", "s", "nowhere.txt")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "Traceback" not in missing.stderr


def test_help_loads_nothing_heavy() -> None:
    """What takes seconds to import waits for the command that needs it."""
    code = (
        "import sys; from adhere.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert done.returncode == 0 and {"adhere", "typer"} <= loaded
    heavy = {"numpy", "onnxruntime", "qdrant_edge", "tokenizers", "torch", "transformers", "fastapi", "mcp"}
    assert not loaded & heavy


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adhere", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("adhere ")
