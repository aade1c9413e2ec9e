"""What only a real server shows: hostile input by the thousand, and a kill in the middle of its work."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from hypothesis import HealthCheck, given, settings

import adhere
from adhere.serve.http.app import application
from adhere.serve.service import Limits, Service
from adhere.testing.fakes import FakeEncoder
from corpus import DOCUMENTS
from serving import engine, listening

pytestmark = pytest.mark.slow
ADHERE = [sys.executable, "-c", "from adhere.cli import main; main()"]


# --- anything that fits the description, and anything that does not ------------------------------


@pytest.mark.parametrize("backend", ["memory", "edge"])
def test_no_request_breaks_the_server(backend: str, tmp_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    made = engine() if backend == "memory" else adhere.open(tmp_path / "s.adhere", encoder=FakeEncoder())
    made.add(DOCUMENTS)
    app = application(Service(made, name="notes", limits=Limits(rate=1e6, burst=10**6)))
    statuses: Counter[int] = Counter()
    with listening(app) as url:
        for operation in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
            _exercise(operation.ok(), url, statuses)
    made.close()
    assert statuses[200] and statuses[422], statuses


def _exercise(operation: Any, url: str, statuses: Counter[int]) -> None:
    """Requests that fit the description of one operation, and requests that fit none."""

    from schemathesis import GenerationMode

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def attempt(case: Any) -> None:
        answer = case.call(base_url=url)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, (operation.label, case.body, answer.text)

    attempt()


# --- a process that dies -------------------------------------------------------------------------


def send(url: str, method: str = "GET", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=20) as response:
        return json.load(response)


@contextmanager
def serving(store: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`adhere serve` as a user starts it, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*ADHERE, "serve", str(store), "--port", str(port), "--rate", "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                send(f"{url}/health")
                break
            except URLError:
                assert process.poll() is None, "the server ended before it answered"
                time.sleep(0.1)
        yield process, url
    finally:
        process.kill()
        process.wait()


def load(url: str, started: int, seconds: float, kill: Any) -> list[str]:
    """Write and search from several threads until the process is killed; ids of what was acknowledged."""
    acknowledged: list[str] = []
    numbers = iter(range(started, started + 100_000))
    turn = threading.Lock()

    def write() -> None:
        while True:
            with turn:
                i = f"d{next(numbers)}"
            try:
                send(
                    f"{url}/v1/documents/{i}", "PUT", {"text": f"lazy imports, note {i}", "fields": {"n": i}}
                )
            except (HTTPError, URLError, OSError, ValueError):
                return
            acknowledged.append(i)

    def read() -> None:
        while True:
            try:
                send(f"{url}/v1/search", "POST", {"query": "lazy imports", "instruction": "nothing on C"})
            except (HTTPError, URLError, OSError, ValueError):
                return

    threads = [threading.Thread(target=job) for job in (write, write, write, read, read)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    kill()
    for thread in threads:
        thread.join()
    return acknowledged


def test_a_killed_server_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "notes.adhere"
    with adhere.open(store) as made:
        made.add(DOCUMENTS)
    acknowledged: list[str] = []
    for _ in range(2):
        with serving(store) as (process, url):
            acknowledged += load(url, len(acknowledged) * 10, 3.0, process.kill)
        with serving(store) as (_, url):
            assert send(f"{url}/v1/status")["documents"] >= len(DOCUMENTS) + len(acknowledged)
            for i in acknowledged:
                assert send(f"{url}/v1/documents/{i}")["text"].endswith(i)
            assert send(f"{url}/v1/search", "POST", {"query": "lazy imports"})["hits"]
    assert acknowledged, "nothing was ever written, so nothing was tried"


def test_a_server_that_is_told_to_stop_answers_what_it_has_begun_and_closes_the_store(tmp_path: Path) -> None:
    store = tmp_path / "notes.adhere"
    with adhere.open(store) as made:
        made.add(DOCUMENTS)
    with serving(store) as (process, url):
        lost = load(url, 0, 1.0, lambda: os.kill(process.pid, signal.SIGTERM))
        assert process.wait(timeout=40) == 0
        assert process.stdout is not None and process.stdout.read() == b""
    assert json.loads((store / "manifest.json").read_text())["saved"] is True
    with adhere.open(store) as made:
        assert len(made.store.get(lost)) == len(lost) > 0


def test_other_addresses_need_tokens(tmp_path: Path) -> None:
    with adhere.open(tmp_path / "s.adhere", encoder=FakeEncoder()):
        pass
    command = [*ADHERE, "serve", str(tmp_path / "s.adhere"), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "--tokens" in done.stderr
