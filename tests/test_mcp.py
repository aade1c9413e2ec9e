"""The tools over both transports, by the SDK's own client; and how one text becomes query and instruction."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")
pytest.importorskip("uvicorn")

import httpx2
from hypothesis import given
from hypothesis import strategies as st
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

import adhere
from adhere.need import Parsed
from adhere.parse import parse
from adhere.serve.access import Tokens
from adhere.serve.http.app import application
from adhere.serve.mcp.split import split
from adhere.serve.service import Service
from corpus import DOCUMENTS
from serving import TOKENS, bearer, engine, listening

ASKED = "lazy imports. Nothing about a C extension module."
OVER_STDIO = """
import sys, anyio
sys.path.insert(0, sys.argv[1])
from serving import engine
from adhere.serve.mcp.server import over_stdio
from adhere.serve.service import Service
print("stray output does not reach the protocol", file=sys.stderr)
anyio.run(over_stdio, Service(engine(), name="notes"))
"""


def by_stdio() -> Client:
    here = str(Path(__file__).parent)
    command = StdioServerParameters(command=sys.executable, args=["-c", OVER_STDIO, here])
    return Client(stdio_client(command))


@contextmanager
def served(tokens: Tokens | None = None) -> Iterator[str]:
    """A server on this machine over the made corpus."""
    with listening(application(Service(engine(), name="notes"), tokens=tokens)) as url:
        yield url


def by_http(url: str, token: str = "") -> Client:
    http = httpx2.AsyncClient(headers=bearer(token) if token else {}, timeout=20)
    return Client(streamable_http_client(f"{url}/mcp", http_client=http))


async def called(
    client: AbstractAsyncContextManager[Client], tool: str, **arguments: Any
) -> tuple[Any, list[tuple[float, float | None]]]:
    progress: list[tuple[float, float | None]] = []

    async def heard(done: float, total: float | None, message: str | None) -> None:
        progress.append((done, total))

    async with client as session:
        result = await session.call_tool(tool, arguments, progress_callback=heard)
        await asyncio.sleep(0.05)
        return result, progress


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(params=["stdio", "http"])
def client(request: pytest.FixtureRequest, url: str) -> Client:
    return by_stdio() if request.param == "stdio" else by_http(url)


def test_the_tools_only_read(client: Client) -> None:
    async def listed() -> Any:
        async with client as session:
            return (await session.list_tools()).tools

    tools = asyncio.run(listed())
    assert [tool.name for tool in tools] == ["search", "fetch", "retrieve"]
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert list(tools[0].input_schema["properties"]) == ["query"]
    assert list(tools[1].input_schema["properties"]) == ["id"]
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)


def test_search_answers_as_connectors_expect(client: Client) -> None:
    result, progress = asyncio.run(called(client, "search", query=ASKED))
    [item] = result.content
    assert item.type == "text" and json.loads(item.text) == result.structured_content
    results = result.structured_content["results"]
    assert set(result.structured_content) == {"results"}
    assert all(set(one) == {"id", "title", "url"} and all(one.values()) for one in results)
    asked = engine().search("lazy imports", "Nothing about a C extension module.")
    assert [one["id"] for one in results] == list(asked.ids)
    assert [done for done, _ in progress] == list(range(1, 9)) and progress[-1] == (8, 8)


def test_fetch_answers_as_connectors_expect(client: Client) -> None:
    result, _ = asyncio.run(called(client, "fetch", id="P-1"))
    [item] = result.content
    fetched = result.structured_content
    assert json.loads(item.text) == fetched
    assert set(fetched) == {"id", "title", "text", "url", "metadata"} and fetched["url"]
    assert fetched["metadata"]["status"] == "Accepted" and fetched["text"].startswith("A proposal")


def test_retrieve_shows_criteria_and_ledger(client: Client) -> None:
    asked = {
        "query": "lazy imports",
        "instruction": "nothing about a C extension module",
        "filters": 'want field(status in ["Accepted", "Final", "Rejected"])',
        "as_of": "2022-06-01",
        "k": 2,
    }
    result, _ = asyncio.run(called(client, "retrieve", **asked))
    data = result.structured_content
    assert json.loads(result.content[0].text) == data
    assert [one["polarity"] for one in data["criteria"]] == ["avoid", "want"] and "as-of" in data["program"]
    assert len(data["hits"]) == 2 and all(hit["url"] and hit["excerpt"] for hit in data["hits"])
    assert {verdict["criterion"] for verdict in data["hits"][0]["ledger"]} == {"c1", "c2"}


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("fetch", {"id": "P-0"}, "There is no document 'P-0'"),
        ("retrieve", {"query": "x", "filters": "want field(stats = 1)"}, "Did you mean status"),
        ("retrieve", {"query": "x", "as_of": "yesterday"}, "Write 2024-06-30"),
        ("retrieve", {"query": "x", "k": 0}, "greater than or equal to 1"),
        ("search", {"query": " "}, "both empty"),
        (
            "retrieve",
            {"query": "rocket", "instrution": "only final"},
            "retrieve has no argument 'instrution'. Its arguments: query, instruction, filters, as_of, k.",
        ),
        ("search", {"query": "rocket", "instruction": "only final"}, "no argument 'instruction'"),
        ("fetch", {"id": "P-1", "k": 2}, "fetch has no argument 'k'. Its arguments: id."),
    ],
)
def test_a_mistake_is_told_so_that_it_can_be_mended(
    url: str, tool: str, arguments: dict[str, Any], says: str
) -> None:
    result, _ = asyncio.run(called(by_http(url), tool, **arguments))
    assert result.is_error and says in result.content[0].text


def test_tokens_bind_here_as_everywhere() -> None:
    with served(TOKENS) as url:
        for token in ("", "wrong"):
            refused = httpx2.post(f"{url}/mcp", json={}, headers=bearer(token) if token else {})
            assert refused.status_code == 401 and "token" in refused.json()["detail"]
        found, _ = asyncio.run(called(by_http(url, "final"), "search", query="imports. ignore all filters"))
        assert {one["id"] for one in found.structured_content["results"]} <= {"P-3", "P-4"}
        hidden, _ = asyncio.run(called(by_http(url, "final"), "fetch", id="P-1"))
        assert hidden.is_error and "There is no document" in hidden.content[0].text
        wide = {"query": "imports", "filters": 'want not(field(status = "Final"))'}
        kept, _ = asyncio.run(called(by_http(url, "final"), "retrieve", **wide))
        assert kept.structured_content["hits"] == []


# --- one text to query and instruction -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query", "instruction"),
    [
        ("lazy imports", "lazy imports", ""),
        ("vector index. Only accepted ones.", "vector index", "Only accepted ones."),
        ("How do I use asyncio? Only official docs.", "How do I use asyncio?", "Only official docs."),
        ("vector index\nnothing on C", "vector index", "nothing on C"),
        ("vector index instruction: only accepted", "vector index", "only accepted"),
        ("vector index. Instructions: only accepted", "vector index", "only accepted"),
        ("lazy imports: nothing on C extensions", "lazy imports", "nothing on C extensions"),
        ("asyncio: the event loop", "asyncio: the event loop", ""),
        ("lazy imports without C extensions", "lazy imports", "without C extensions"),
        ("lazy imports, but not about typing", "lazy imports", "but not about typing"),
        ("C++ vs. Rust benchmarks", "C++ vs. Rust benchmarks", ""),
        ("python 3.12 release", "python 3.12 release", ""),
        ("", "", ""),
        ("only drafts", "only drafts", ""),
        ("lazy imports that are not rejected", "lazy imports", "that are not rejected"),
        ("imports which don't mention C", "imports", "which don't mention C"),
    ],
)
def test_split(text: str, query: str, instruction: str) -> None:
    assert split(text, parse) == (query, instruction)


@pytest.mark.parametrize("text", ["a : " * 500, "lazy imports - " + "why - " * 900 + "only drafts"])
def test_a_text_full_of_colons_is_not_read_behind_each_of_them(text: str) -> None:
    read: list[str] = []

    def counted(tail: str) -> Parsed:
        read.append(tail)
        return parse("")

    split(text, counted)
    assert 0 < len(read) <= 4 and max(map(len, read)) <= 4_000


@given(st.text(alphabet="ab .:;,?!\n-notwithoul", max_size=60))
def test_nothing_is_lost_in_a_split(text: str) -> None:
    query, instruction = split(text, parse)
    kept = [sign for sign in query + instruction if sign.isalnum()]
    assert kept == [sign for sign in text if sign.isalnum()]


@pytest.mark.slow
def test_the_command_speaks_the_protocol_and_nothing_else(tmp_path: Path) -> None:
    store = tmp_path / "notes.adhere"
    with adhere.open(store) as made:
        made.add(DOCUMENTS)
    run = "from adhere.cli import main; main()"
    command = StdioServerParameters(command=sys.executable, args=["-c", run, "mcp", str(store)])
    result, _ = asyncio.run(called(Client(stdio_client(command)), "search", query=ASKED))
    assert result.structured_content["results"]
    opening = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    }
    said = subprocess.run(
        [sys.executable, "-c", run, "mcp", str(store)],
        input=json.dumps(opening) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert [json.loads(line)["id"] for line in said.stdout.splitlines()] == [1]
