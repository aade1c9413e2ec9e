"""The directory of a store: opened again, owned by one process, matched to its model, killed at any time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import qdrant_edge

from adhere.errors import StoreError, StoreLocked, StoreMismatch, StoreMissing
from adhere.need import Document
from adhere.store.edge import EdgeStore, open_store
from adhere.store.lock import Lock
from adhere.store.manifest import FORMAT
from adhere.store.points import points
from adhere.store.protocol import Clause, Everything, Match
from adhere.testing.fakes import FakeEncoder, entries
from adhere.testing.stores import corpus

ENCODER = FakeEncoder(16, words=30, overlap=6)


def opened(path: Path, *, fingerprint: str = "f", create: bool = False) -> EdgeStore:
    return open_store(path, encoder_name="fake", encoder_fingerprint=fingerprint, dimension=16, create=create)


def test_what_was_written_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    documents = corpus(20)
    with opened(tmp_path / "s", create=True) as store:
        store.write(entries(documents, ENCODER))
        schema = store.schema
    manifest = json.loads((tmp_path / "s" / "manifest.json").read_text())
    assert manifest["encoder_name"] == "fake"
    assert manifest["bytes_per_document"] > 0
    with opened(tmp_path / "s") as store:
        assert store.schema == schema
        assert store.get([d.id for d in documents]) == {d.id: d for d in documents}
        (vector,) = ENCODER.encode_queries(["typing"])
        assert len(store.find([Clause(vector, "typing")], Everything(), 5)) == 5
        assert store.count(Match("status", ("Final",))) == sum(
            d.fields["status"].strip() == "Final" for d in documents
        )


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path / "s", create=True)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.count(Match("@form.language", ("en",)))


def test_a_missing_store_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="adhere index"):
        opened(tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="not a store"):
        opened(tmp_path, create=True)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_another_encoder_is_refused_and_both_are_named(tmp_path: Path) -> None:
    opened(tmp_path / "s", create=True).close()
    with pytest.raises(StoreMismatch, match=r"'f'(?s:.*)'other'(?s:.*)index"):
        opened(tmp_path / "s", fingerprint="other")
    manifest = tmp_path / "s" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(StoreMismatch, match="99"):
        opened(tmp_path / "s")
    manifest.write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        opened(tmp_path / "s")


def test_a_second_owner_waits_and_then_is_told_whose_it_is(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    begin = time.monotonic()
    with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
        Lock(tmp_path / "lock", wait_s=0.2)
    assert time.monotonic() - begin >= 0.2
    lock.release()
    Lock(tmp_path / "lock", wait_s=0).release()


def test_a_version_that_a_crash_left_half_written_is_swept(tmp_path: Path) -> None:
    """A new version whose first passage never came must leave the old one whole."""
    old = Document("d", "old " * 100)
    store = opened(tmp_path / "s", create=True)
    store.write(entries([old, Document("e", "other")], ENCODER))
    (half,) = entries([Document("d", "new " * 100)], ENCODER)
    unfinished = list(points(half, "99999999999999999999"))[:-1]
    assert unfinished
    store._update(qdrant_edge.UpdateOperation.upsert_points(unfinished))
    store._shard.close()
    store._lock.release()
    with opened(tmp_path / "s") as store:
        assert store.get(["d"]) == {"d": old}
        assert store.mentioning("new") == set()
        assert store.mentioning("old") == {"d"}
        assert store.schema.documents == 2


WRITER = """
import sys
from adhere.need import Document
from adhere.store.edge import open_store
from adhere.testing.fakes import FakeEncoder, entries

encoder = FakeEncoder(16, words=30, overlap=6)
store = open_store(sys.argv[1], encoder_name="fake", encoder_fingerprint="f", dimension=16, create=True)
first = max((int(i) for i in store.fingerprints()), default=-1) + 1
for number in range(first, first + 1000):
    documents = [Document(str(number), f"text {number} " * 40), Document("0", f"version {number} " * 40)]
    store.write(entries(documents, encoder))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    for kill in range(3):
        acknowledged = write_and_kill(tmp_path / "s", seconds=1.2 + 0.3 * kill)
        with opened(tmp_path / "s") as store:
            found = store.fingerprints()
            assert {str(n) for n in range(acknowledged + 1)} <= found.keys()
            assert store.schema.documents == len(found) == store.count(Match("@form.links", (False,)))
            texts = store.get(list(found))
            version = int(texts["0"].text.split()[1])
            assert version in (acknowledged, acknowledged + 1)
            assert store.mentioning(f"version {version}") == {"0"}
            assert store.mentioning(f"version {version - 1}") == set()


def write_and_kill(path: Path, *, seconds: float) -> int:
    """Run the writer, kill -9 it after some seconds, and return the last number that it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout.read().splitlines()]
    return int(lines[-1])


def test_overrides_hold_when_a_store_is_opened_again_and_add_up(tmp_path: Path) -> None:
    for types in ({"since": "version"}, {"code": "keyword"}, None):
        with open_store(
            tmp_path / "s",
            encoder_name="fake",
            encoder_fingerprint="f",
            dimension=16,
            create=True,
            types=types,  # type: ignore[arg-type]
            time_field="seen" if types and "since" in types else None,
        ) as store:
            found = store.manifest
    assert found.types == {"since": "version", "code": "keyword"} and found.time_field == "seen"


@pytest.mark.parametrize("damage", ["", '{"documents": [["a"', "{}", None])
def test_a_catalog_that_is_damaged_or_lost_is_made_again(tmp_path: Path, damage: str | None) -> None:
    with opened(tmp_path / "s", create=True) as store:
        store.write(entries([Document("a", "figs", fields={"status": "open"})], ENCODER))
        schema = store.schema
    catalog = tmp_path / "s" / "catalog.json"
    catalog.unlink() if damage is None else catalog.write_text(damage)
    with opened(tmp_path / "s") as store:
        assert store.schema == schema and store.mentioning("figs") == {"a"}


@pytest.mark.parametrize("left", ["shard", "shard/segments", "shard.new/segments"])
def test_a_store_whose_making_was_killed_is_made_again(tmp_path: Path, left: str) -> None:
    (tmp_path / "s" / left).mkdir(parents=True)
    (tmp_path / "s" / "lock").touch()
    with opened(tmp_path / "s", create=True) as store:
        store.write(entries([Document("a", "ripe figs")], ENCODER))
        assert store.mentioning("ripe figs") == {"a"}
    assert not (tmp_path / "s" / "shard.new").exists()


def test_an_engine_without_its_configuration_keeps_its_segments(tmp_path: Path) -> None:
    with opened(tmp_path / "s", create=True) as store:
        store.write(entries([Document("a", "figs")], ENCODER))
    (tmp_path / "s" / "shard" / "edge_config.json").unlink()
    segments = sorted((tmp_path / "s" / "shard" / "segments").iterdir())
    with suppress(StoreError):
        opened(tmp_path / "s").close()
    assert sorted((tmp_path / "s" / "shard" / "segments").iterdir()) == segments
