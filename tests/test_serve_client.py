"""Commands over a running server say what they say over the store itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from typer.testing import CliRunner

import adhere
from adhere.cli import app
from adhere.errors import InputError, RemoteError
from adhere.need import Document
from adhere.search.wire import answer_to_json
from adhere.serve.client import BATCH_BYTES, TOKEN, Client, answer_from_json
from adhere.serve.http.app import application
from adhere.serve.http.search import _answer
from adhere.serve.service import Limits, Service
from serving import TOKENS, engine, listening

NEED = ("lazy imports", "only final ones, nothing on C extensions, recent if possible, not by Max Born")


@pytest.fixture
def url() -> Iterator[str]:
    with listening(application(Service(engine(), name="notes"))) as url:
        yield url


def test_an_answer_comes_back_as_it_was() -> None:
    answer = engine().search(*NEED, filters='avoid field(status = "Withdrawn")')
    sent = json.loads(json.dumps(_answer(answer, True)))
    again = answer_from_json(sent)
    assert answer_to_json(again) == json.loads(json.dumps(answer_to_json(answer)))
    assert [hit.document.text for hit in again.hits] == [hit.document.text for hit in answer.hits]


def test_search_over_a_server(url: str) -> None:
    asked = ["search", "notes.adhere", NEED[0], "-i", NEED[1], "--url", url]
    ran = CliRunner().invoke(app, [*asked, "--json"])
    shown, here = json.loads(ran.stdout), answer_to_json(engine().search(*NEED))
    assert [hit["id"] for hit in shown["hits"]] == [hit["id"] for hit in here["hits"]]
    assert shown["criteria"] == json.loads(json.dumps(here["criteria"]))
    plain = CliRunner().invoke(app, asked)
    assert plain.exit_code == 0 and here["hits"][0]["title"] in plain.stdout
    filtered = CliRunner().invoke(app, [*asked, "--filters", 'want field(status = "Final")'])
    assert "want status is Final  (filter)" in filtered.stdout


def test_index_and_status_over_a_server(url: str, tmp_path: Path) -> None:
    (tmp_path / "new.md").write_text("---\nstatus: Draft\n---\n# A new note\n\nOn lazy imports.\n")
    ran = CliRunner().invoke(app, ["index", "notes.adhere", str(tmp_path), "--url", url, "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["new"] == 1
    shown = CliRunner().invoke(app, ["status", "notes.adhere", "--url", url, "--json"])
    status = json.loads(shown.stdout)
    assert status["documents"] == 8
    assert next(one for one in status["fields"] if one["name"] == "status")["values"]["Draft"] == 1


def test_batches_are_as_large_as_a_server_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    ask = Client._ask

    def heard(self: Client, method: str, path: str, body: Any = None, **options: Any) -> Any:
        if method == "POST":
            sent.append(len(body))
        return ask(self, method, path, body, **options)

    monkeypatch.setattr(Client, "_ask", heard)
    documents = [Document(str(n), "индекс " * 4000) for n in range(40)]  # 52,000 bytes each
    with listening(application(Service(engine(), name="notes"))) as url:
        assert Client(url, "notes").add(documents).new == 40
        assert len(sent) == 2 and max(sent) < 1.1 * BATCH_BYTES
    limits = Limits(body=120_000)
    with listening(application(Service(engine(), name="notes", limits=limits))) as url:
        assert Client(url, "notes").add(documents[:7]).new == 7
        with pytest.raises(
            RemoteError, match=r"larger than the limit.*document '.*bytes as JSON.*--max-body"
        ):
            Client(url, "notes").add([Document("large", "x" * 130_000)])


def test_indexing_waits_where_the_server_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("adhere.serve.client.time.sleep", lambda s: (waited.append(s), sleep(s))[1])
    limits = Limits(rate=1.0, burst=2)
    documents = [Document(str(n), "x") for n in range(130)]
    with listening(application(Service(engine(), name="notes", limits=limits))) as url:
        client = Client(url, "notes")  # one request
        assert client.add(documents).new == 130  # and three more
        assert waited and set(waited) == {1.0}
        with pytest.raises(RemoteError, match="rate"):
            for _ in range(3):
                client.search("x")  # who asks decides when to ask again


def test_what_a_server_is_started_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configs: list[Any] = []

    class Server:
        started = True

        def __init__(self, config: Any) -> None:
            configs.append(config)

        def run(self, sockets: list[socket.socket]) -> None:
            for each in sockets:
                each.close()

    monkeypatch.setattr("uvicorn.Server", Server)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    store = tmp_path / "s.adhere"
    adhere.open(store).close()
    given = ["--port", "0", "--time-limit", "5", "--allow-origin", "https://app.example/"]
    ran = CliRunner().invoke(app, ["serve", str(store), *given])
    assert ran.exit_code == 0, ran.output
    [config] = configs
    [guard] = config.app.user_middleware
    assert guard.kwargs["places"].origins == {"https://app.example"}
    assert config.timeout_graceful_shutdown == 301, "a write that is under way is answered"


def test_mistakes_are_told_in_the_words_of_the_server(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="'notes', not 'other'"):
        Client(url, "other.adhere")
    with pytest.raises(InputError, match="Did you mean status"):
        Client(url, "notes").search("x", criteria="want field(stats = 1)")
    with pytest.raises(RemoteError, match="Is it running"):
        Client("http://127.0.0.1:9", "notes")
    with pytest.raises(InputError, match="no address"):
        Client("file:///etc/passwd", "notes")
    with listening(application(Service(engine(), name="notes"), tokens=TOKENS)) as guarded:
        with pytest.raises(RemoteError, match=TOKEN):
            Client(guarded, "notes")
        monkeypatch.setenv(TOKEN, "r")
        assert Client(guarded, "notes").search("lazy imports").hits
