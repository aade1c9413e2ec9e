"""The shapes that go over the wire, and that errors say there what the command line says."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

pytest.importorskip("fastapi")

from starlette.testclient import TestClient

from adhere.errors import AdhereError
from adhere.search.wire import answer_to_json
from corpus import DOCUMENTS
from serving import engine, running


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with running() as client:
        yield client


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("trace", "took_ms")}


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(head.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for head, data in blocks]


NEED = {"query": "lazy imports", "instruction": "only final ones, nothing on C extensions", "k": 3}


def test_search_answers_what_the_engine_answers(client: TestClient) -> None:
    there = client.post("/v1/search", json=NEED)
    here = engine().search(NEED["query"], NEED["instruction"], k=3)  # type: ignore[arg-type]
    assert there.status_code == 200 and here.hits
    assert timeless(there.json()) == json.loads(json.dumps(timeless(answer_to_json(here))))


def test_a_hit_brings_its_document_when_asked(client: TestClient) -> None:
    hit = client.post("/v1/search", json={**NEED, "documents": True}).json()["hits"][0]
    [document] = [one for one in DOCUMENTS if one.id == hit["id"]]
    assert hit["document"]["text"] == document.text and hit["document"]["fields"] == document.fields


def test_what_is_shown_is_what_ran(client: TestClient) -> None:
    first = client.post("/v1/search", json=NEED).json()
    again = client.post(
        "/v1/search", json={"query": NEED["query"], "criteria": first["program"], "k": 3}
    ).json()
    assert first["program"] and [(h["id"], h["score"]) for h in again["hits"]] == [
        (h["id"], h["score"]) for h in first["hits"]
    ]


@pytest.mark.parametrize("how", ["header", "query", "body"])
def test_a_stream_tells_the_criteria_then_candidates_then_hits(client: TestClient, how: str) -> None:
    answer = client.post(
        "/v1/search" + ("?stream=true" if how == "query" else ""),
        json={**NEED, "stream": how == "body"},
        headers={"Accept": "text/event-stream"} if how == "header" else {},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    assert [name for name, _ in told] == ["criteria", "candidates", "hits", "done"]
    criteria, candidates, hits, _ = (data for _, data in told)
    assert criteria["program"] == hits["program"] and "hits" not in criteria
    assert candidates["passing"] >= candidates["candidates"] >= len(hits["hits"])
    assert timeless(hits) == timeless(client.post("/v1/search", json=NEED).json())


def test_what_is_wrong_is_said_before_a_stream_begins(client: TestClient) -> None:
    answer = client.post("/v1/search?stream=true", json={"query": "x", "criteria": "want nonsense"})
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"


def test_parse_shows_what_would_run(client: TestClient) -> None:
    parsed = client.post("/v1/parse", json={"instruction": "nothing on C extensions"}).json()
    assert [one["polarity"] for one in parsed["criteria"]] == ["avoid"] and "hits" not in parsed


@pytest.mark.parametrize(
    "body",
    [
        {"query": "x", "criteria": 'want field(statsu = "Final")'},
        {"query": "x", "criteria": "want about("},
        {"query": "x", "filters": 'want about("secrets")'},
        {"query": " ", "instruction": ""},
    ],
)
def test_a_problem_says_what_the_engine_says(client: TestClient, body: dict[str, str]) -> None:
    with pytest.raises(AdhereError) as caught:
        engine().search(**body)  # type: ignore[arg-type]
    answer = client.post("/v1/search", json=body, headers={"X-Request-ID": "req-7"})
    problem = answer.json()
    assert answer.status_code == problem["status"] == caught.value.http_status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"] == str(caught.value)
    assert problem["type"].endswith(type(caught.value).__name__) and problem["instance"].endswith("req-7")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"query": NaN}',
        b'{"query": "x", "k": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'{"query": "x", "as_of": "0001-01-01T00:00:00+14:00"}',
        b'{"query": "x", "as_of": 1e300}',
        b'{"query": "x", "kk": 1}',
        b'{"query": "x", "k": 0}',
        b'{"query": "x", "criteria": "want ' + b"not(" * 900 + b'"}',
        b'{"query": "' + b"x" * 5000 + b'"}',
        b"null",
    ],
)
def test_hostile_bodies_are_refused_with_a_reason(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/search", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert len(answer.json()["detail"]) > 10


def test_more_conditions_than_a_need_may_have(client: TestClient) -> None:
    many = "; ".join(f'want about("{n}")' for n in range(101))
    answer = client.post("/v1/search", json={"query": "x", "criteria": many})
    assert answer.status_code == 422 and "101" in answer.json()["detail"]


def test_documents_come_and_go() -> None:
    body = {"text": "Lazy imports in Ü.", "title": "T", "fields": {"status": "Final", "n": [1, 2.5, None]}}
    strange = "a/b c?d#e../ü"
    with running() as client:
        place = f"/v1/documents/{quote(strange, safe='')}"
        assert client.get(place).status_code == 404
        assert client.put(place, json=body).json() == {"id": strange, "outcome": "new"}
        assert client.put(place, json=body).json()["outcome"] == "unchanged"
        found = client.get(place).json()
        assert (found["id"], found["text"], found["fields"]) == (strange, body["text"], body["fields"])
        assert strange in [hit["id"] for hit in client.post("/v1/search", json=NEED).json()["hits"]]
        assert client.delete(place).json()["outcome"] == "deleted"
        assert client.delete(place).status_code == 404
        many = {"documents": [{"id": str(n), "text": "x"} for n in range(3)]}
        assert client.post("/v1/documents", json=many).json() == {"new": 3, "changed": 0, "unchanged": 0}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/search", {"query": "x", "filters": 'want field(status = "\\ud800")'}),
        (
            "/v1/vector_stores/notes/search",
            {"query": "x", "filters": {"type": "in", "key": "status", "value": ["a", "\ud800"]}},
        ),
        (
            "/v1/vector_stores/notes/search",
            {"query": "x", "filters": {"type": "eq", "key": "\ud800", "value": "a"}},
        ),
    ],
    ids=["notation", "value", "key"],
)
def test_half_a_character_is_looked_for_in_no_field(client: TestClient, path: str, body: Any) -> None:
    content = json.dumps(body).encode()
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


def nested(depth: int) -> str:
    """A field of this many objects within each other, which with the fields themselves are one more."""
    return '{"a": ' * (depth + 1) + "1" + "}" * (depth + 1)


@pytest.mark.parametrize(
    "fields",
    [
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        '{"a": 1e999}',
        nested(50),
        nested(400),
        '{"a": ' + "[" * 400 + "]" * 400 + "}",
    ],
    ids=["surrogate", "name", "infinite", "51", "401", "lists"],
)
def test_documents_that_cannot_be_kept_are_refused(client: TestClient, fields: str) -> None:
    content = f'{{"text": "x", "fields": {fields}}}'.encode()
    answer = client.put("/v1/documents/x", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


def test_fields_may_be_nested() -> None:
    place = "/v1/documents/nested"
    with running() as client:
        content = f'{{"text": "x", "fields": {nested(49)}}}'.encode()
        assert client.put(place, content=content, headers={"Content-Type": "application/json"}).is_success
        assert json.dumps(client.get(place).json()["fields"]) == nested(49)


def test_status_schema_health_and_metrics(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    status = client.get("/v1/status").json()
    assert status["store"] == "notes" and status["documents"] == len(DOCUMENTS)
    fields = {one["name"]: one for one in client.get("/v1/schema").json()["fields"]}
    assert fields["status"]["values"]["Final"] == 2 and fields["python_version"]["type"] == "version"
    client.post("/v1/search", json=NEED)
    metrics = client.get("/metrics").text
    assert f"adhere_documents {len(DOCUMENTS)}" in metrics
    assert 'adhere_requests_total{method="POST",route="/v1/search",status="200"}' in metrics
    assert 'adhere_request_seconds_bucket{route="/v1/search",le="+Inf"}' in metrics


# --- the shapes of other systems -----------------------------------------------------------------


def test_openai_vector_store_search(client: TestClient) -> None:
    body = {
        "query": ["lazy imports"],
        "instruction": "nothing on C extensions",
        "filters": {
            "type": "and",
            "filters": [
                {"type": "in", "key": "status", "value": ["Final", "Accepted"]},
                {"type": "ne", "key": "authors", "value": "Lin Yu"},
                {"type": "gte", "key": "python_version", "value": "3.11"},
            ],
        },
        "max_num_results": 5,
        "rewrite_query": True,
    }
    page = client.post("/v1/vector_stores/notes/search", json=body).json()
    assert page["object"] == "vector_store.search_results.page" and page["search_query"] == ["lazy imports"]
    assert {item["file_id"] for item in page["data"]} == {"P-1", "P-4"}
    first = page["data"][0]
    assert {"file_id", "filename", "score", "attributes", "content"} <= set(first)
    assert first["content"][0]["type"] == "text" and 0 < first["score"] <= 1
    assert first["attributes"]["status"] in ("Accepted", "Final")
    assert any("rewrite_query" in note["why"] for note in page["adhere"]["notes"])
    assert client.post("/v1/vector_stores/other/search", json={"query": "x"}).status_code == 404
    wrong = {"query": "x", "filters": {"type": "eq", "key": "nowhere", "value": 1}}
    assert client.post("/v1/vector_stores/notes/search", json=wrong).status_code == 422
    strict = {"query": "lazy imports", "ranking_options": {"score_threshold": first["score"]}}
    for item in client.post("/v1/vector_stores/notes/search", json=strict).json()["data"]:
        assert item["score"] >= first["score"]


def test_openai_embeddings(client: TestClient) -> None:
    plain = client.post("/v1/embeddings", json={"input": ["a b", "c"], "model": "fake"}).json()
    assert plain["object"] == "list" and [one["index"] for one in plain["data"]] == [0, 1]
    coded = client.post("/v1/embeddings", json={"input": "a b", "encoding_format": "base64"}).json()
    vector = np.frombuffer(base64.b64decode(coded["data"][0]["embedding"]), "<f4")
    np.testing.assert_allclose(vector, plain["data"][0]["embedding"], rtol=1e-6)
    assert plain["usage"]["total_tokens"] == 3
    for wrong in (
        {"input": "x", "model": "text-embedding-3-small"},
        {"input": "x", "dimensions": 7},
        {"input": []},
    ):
        assert client.post("/v1/embeddings", json=wrong).status_code == 422


@pytest.mark.parametrize("slot", ["instruction", "instruct"])
def test_rerank_obeys(client: TestClient, slot: str) -> None:
    texts = [
        "Lazy imports through a C extension module, which calls into C code.",
        {"text": "Lazy imports without any of that."},
        "How the council is elected.",
    ]
    body = {"query": "lazy imports", "documents": texts, "return_documents": True}
    plain = client.post("/v1/rerank", json=body).json()["results"]
    told = client.post("/v1/rerank", json={**body, slot: "nothing on C extension modules"}).json()["results"]
    assert {one["index"] for one in plain} == {one["index"] for one in told} == {0, 1, 2}
    assert told[0]["index"] == 1 and told[0]["document"]["text"] == "Lazy imports without any of that."
    scores = [one["relevance_score"] for one in told]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
    assert told[0]["ledger"][0]["outcome"] == "met"
    top = client.post("/v1/rerank", json={**body, "top_n": 1}).json()["results"]
    assert len(top) == 1 and "ledger" in top[0]
    both = {**body, "instruction": "a", "instruct": "b"}
    assert client.post("/v1/rerank", json=both).status_code == 422


def test_equal_documents_stay_in_their_order(client: TestClient) -> None:
    body = {"query": "x", "documents": ["same"] * 4}
    results = client.post("/v1/rerank", json=body).json()["results"]
    assert [one["index"] for one in results] == [0, 1, 2, 3]


def test_every_example_of_the_documentation_runs(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    ran = 0
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation or "{id}" in path:
                continue
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[
                2
            ]
            for example in spec["components"]["schemas"][name]["examples"]:
                answer = client.request(method, path.replace("{store}", "notes"), json=example)
                assert answer.status_code == 200, (path, answer.text)
                ran += 1
    assert ran >= 6


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}])
def test_a_body_that_does_not_say_that_it_is_json_is_told_so(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.post("/v1/search", content=b'{"query": "x"}', headers=headers)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/search", "POST"),
        ("DELETE", "/v1/parse", "POST"),
        ("PATCH", "/v1/documents/P-1", "GET, PUT, DELETE"),
        ("POST", "/v1/schema", "GET"),
        ("POST", "/health", "GET"),
        ("POST", "/", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_one(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405 and answer.headers["allow"] == allowed
    assert answer.json()["detail"].startswith(f"{method} is not allowed here; allowed: {allowed}")
    assert client.get("/v1/none").status_code == 404
