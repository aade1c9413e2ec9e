"""Verdicts on abstracts: their own title, claims and summaries against those of their neighbours."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adhere.synth import wordings
from adhere.synth.neighbours import Neighbours
from adhere.synth.sources import Sources
from adhere.synth.verdict import SENTENCES, Asked, Verdicts, row, some, split


def summaries(sources: Sources, rng: random.Random, near: Neighbours) -> Iterator[Verdicts]:
    """Abstracts with their own one-line summary, and with those of the papers nearest to them."""
    papers = {one["_id"]: one for one in sources.rows("scitldr")}
    lines: dict[str, list[str]] = defaultdict(list)
    for one in sources.rows("scitldr", "queries"):
        lines[one["_id"].rpartition("_")[0]].append(wordings.finding(one["text"]))
    papers = {i: papers[i] for i in lines if i in papers}
    nearest = near.among([f"{p['title']}" for p in papers.values()], 12)
    ids = list(papers)
    for number, identifier in enumerate(ids):
        body = _lead(papers[identifier], rng)
        asked = [Asked(rng.choice(lines[identifier]), True)]
        asked += [Asked(rng.choice(lines[ids[n]]), False) for n in rng.sample(nearest[number], 2)]
        if rng.random() < 0.5:
            asked.append(Asked(wordings.lowered(papers[ids[nearest[number][0]]]["title"]), False))
        yield row(sources, "scitldr", identifier, "", asked, body, rng)


def papers(sources: Sources, rng: random.Random, near: Neighbours) -> Iterator[Verdicts]:
    """Abstracts with phrases of their own title and contributions, their neighbours', subject and genre."""
    rows = list(sources.rows("arxiv"))
    nearest = near.among([one["title"] for one in rows], 16)
    for number, one in enumerate(rows):
        body = split(one["text"])
        own = wordings.title_phrases(one["title"])
        claim = next((i for i, s in enumerate(body) if wordings.claim(s)), None)
        others = [rows[n] for n in nearest[number]]
        asked = [Asked(phrase, True) for phrase in rng.sample(own, min(2, len(own)))]
        hidden = set()
        if claim is not None and rng.random() < 0.5:
            asked.append(Asked(wordings.claim(body[claim]) or "", True))
            hidden.add(claim)
        asked += _strangers(one, others, rng)
        asked.append(_subject(one, rng))
        asked += _genre(one, rng)
        kept = [s for i, s in enumerate(body) if i not in hidden]
        if rng.random() < 0.4:
            kept.insert(0, one["title"])
        query = (
            rng.choice(wordings.title_phrases(rng.choice(others)["title"]) or [""])
            if rng.random() < 0.6
            else ""
        )
        yield row(sources, "arxiv", one["_id"], query, asked, some(kept, rng, SENTENCES), rng)


def _strangers(
    one: Mapping[str, Any], others: Sequence[Mapping[str, Any]], rng: random.Random
) -> list[Asked]:
    """Phrases of titles and claims of near papers that share few words with this one: they do not hold."""
    words = wordings.words(one["title"] + " " + one["text"])
    found: list[Asked] = []
    for other in rng.sample(list(others), min(6, len(others))):
        claims = [c for c in map(wordings.claim, split(other["text"])) if c]
        choices = wordings.title_phrases(other["title"]) + claims[:1]
        phrase = rng.choice(choices) if choices else ""
        content = wordings.words(phrase)
        if content and len(content & words) <= 0.5 * len(content):
            found.append(Asked(phrase, False))
    return found[:2]


def _subject(one: Mapping[str, Any], rng: random.Random) -> Asked:
    """One of the paper's subjects, or one it was not filed under."""
    own = set(one["metadata"]["categories"])
    holds = rng.random() < 0.5 and bool(own & wordings.SUBJECTS.keys())
    choices = [
        s for s in wordings.SUBJECTS if (s in own) == holds and not (s in wordings.LOOSE and not holds)
    ]
    return Asked(rng.choice(wordings.SUBJECTS[rng.choice(choices)]), holds)


def _genre(one: Mapping[str, Any], rng: random.Random) -> Iterator[Asked]:
    """Survey, benchmark, attack and so on, by the title; only clear cases."""
    for pattern, near, says in wordings.GENRES.values():
        in_title = bool(re.search(pattern, one["title"], re.IGNORECASE))
        in_text = bool(re.search(near, one["text"], re.IGNORECASE))
        if in_title or (not in_text and rng.random() < 0.04):
            yield Asked(rng.choice(says), in_title)


def _lead(paper: Mapping[str, str], rng: random.Random) -> list[str]:
    title = [paper["title"]] if rng.random() < 0.5 else []
    return some(title + split(paper["text"]), rng, SENTENCES)
