"""Verdicts by program, from collections whose structure says what holds where.

A text is put together from sentences whose truth is known: the answer to one question of a disease beside
that to another, a paragraph with the answering sentence taken out. Hard negatives are of the same subject.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from adhere.synth import wordings
from adhere.synth.sources import Sources
from adhere.synth.verdict import SENTENCES, Asked, Verdicts, row, some, split

Maker = Callable[[Sources, random.Random], Iterator[Verdicts]]


def medical(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Answers to questions of one disease, by question type; two of them in one text show which is where."""
    by_focus: dict[str, dict[str, tuple[str, list[str]]]] = defaultdict(dict)
    types = {one["_id"]: one for one in sources.rows("medquad", "queries")}
    for one in sources.rows("medquad"):
        asked = types.get(one["_id"])
        if asked and one["text"].strip():
            by_focus[asked["focus"]][asked["qtype"]] = (one["_id"], split(one["text"])[:12])
    foci = list(by_focus)
    for focus, answers in by_focus.items():
        kinds = [kind for kind in answers if kind in wordings.MEDICAL]
        for kind in kinds:
            parts = [(kind, some(answers[kind][1], rng, 4))]
            others = [k for k in kinds if k != kind]
            if others and rng.random() < 0.4:
                second = rng.choice(others)
                parts.append((second, some(answers[second][1], rng, 2)))
                rng.shuffle(parts)
            body = [(k, sentence) for k, part in parts for sentence in part]
            present = list(dict.fromkeys(k for k, _ in body))
            asked_kinds = [*present, *rng.sample([k for k in wordings.MEDICAL if k not in present], 2)]
            named = rng.random() < 0.6
            criteria = [
                Asked(
                    wordings.medical(k, focus if named else "", rng),
                    k in present,
                    tuple(i for i, (of, _) in enumerate(body) if of == k),
                )
                for k in asked_kinds
            ]
            if rng.random() < 0.5:
                criteria.append(Asked(wordings.medical(kind, rng.choice(foci), rng), False))
            query = focus if rng.random() < 0.8 else ""
            yield row(sources, "medquad", answers[kind][0], query, criteria, [s for _, s in body], rng)


def sections(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Sections of one proposal side by side; the heading of one is the criterion that its sentences meet."""
    for name in ("peps", "eips"):
        whole: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
        for one in sources.rows(name, "sections"):
            title, _, heading = one["title"].rpartition(" / ")
            heading = wordings.heading(heading)
            sentences = split(one["text"])[:8]
            if heading and sentences:
                whole[one["_id"].partition("#")[0]].append((title.partition(": ")[2], heading, sentences))
        for identifier, parts in whole.items():
            for number in range(0, len(parts), 2):
                two = [parts[number], *([rng.choice(parts)] if rng.random() < 0.6 else [])]
                body = [(h, s) for _, h, part in two for s in some(part, rng, 3)]
                present = dict.fromkeys(h for h, _ in body)
                absent = list(dict.fromkeys(h for _, h, _ in parts if h not in present))
                wanted = [*present, *rng.sample(absent, min(2, len(absent)))]
                about = parts[0][0] if rng.random() < 0.3 else ""
                criteria = [
                    Asked(
                        wordings.section(h, about, rng),
                        h in present,
                        tuple(i for i, (of, _) in enumerate(body) if of == h),
                    )
                    for h in wanted
                ]
                query = parts[0][0] if rng.random() < 0.7 else ""
                yield row(sources, name, identifier, query, criteria, [s for _, s in body], rng)


def reading(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Questions on sentences of one article: those whose sentence is in the text are met, the others not."""
    documents = {one["_id"]: one for one in sources.rows("squad_partial")}
    questions: dict[str, list[str]] = defaultdict(list)
    texts = {one["_id"]: one for one in sources.rows("squad_partial", "queries")}
    for query, document in sources.pairs("squad_partial").items():
        questions[document].append(query)
    order = [d for d in documents if documents[d]["metadata"]["unit"] == "sentence" and d in questions]
    for start in range(0, len(order) - 6, 2):
        near = order[start : start + 7]
        present = rng.sample(near, rng.randint(2, 4))
        absent = [d for d in near if d not in present]
        body = [documents[d]["text"] for d in present]
        asked = [
            Asked(wordings.question(texts[rng.choice(questions[d])]["text"], rng), True, (i,))
            for i, d in enumerate(present[:2])
        ]
        asked += [
            Asked(wordings.question(texts[rng.choice(questions[d])]["text"], rng), False)
            for d in rng.sample(absent, 2)
        ]
        yield row(sources, "squad_partial", present[0], "", asked, body, rng)
    for document, queries in questions.items():
        if documents[document]["metadata"]["unit"] == "paragraph":
            yield from _paragraph(
                sources, document, documents[document]["text"], [texts[q] for q in queries], rng
            )


def _paragraph(
    sources: Sources, document: str, text: str, questions: Sequence[Mapping[str, str]], rng: random.Random
) -> Iterator[Verdicts]:
    """A paragraph as it is, or without the sentences that hold the answer to a question."""
    body = split(text)
    for question in rng.sample(list(questions), min(2, len(questions))):
        shown = [i for i, s in enumerate(body) if question["answer"] in s]
        cut = rng.random() < 0.5 and len(shown) < len(body)
        kept = [s for i, s in enumerate(body) if not (cut and i in shown)][:SENTENCES]
        asked = []
        for other in rng.sample(list(questions), min(3, len(questions))):
            places = tuple(i for i, s in enumerate(kept) if other["answer"] in s)
            gone = cut and other is question
            asked.append(Asked(wordings.question(other["text"], rng), bool(places) and not gone, places))
        yield row(sources, "squad_partial", document, "", asked, kept, rng)


def films(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Leads of film articles with genre, decade and cast from the metadata."""
    rows = [one for one in sources.rows("movies") if one["metadata"]["genres"] and len(one["text"]) > 150]
    for one in rng.sample(rows, min(6000, len(rows))):
        facts = one["metadata"]
        genre = rng.choice(facts["genres"])
        text = one["text"].casefold()
        absent = [
            g for g in wordings.FILM_GENRES if g not in facts["genres"] and g.casefold()[:5] not in text
        ]
        decade = facts["decade"] + rng.choice([0, 0, -30, -20, 20, 30])
        asked = [
            Asked(wordings.film(genre, rng), True),
            Asked(wordings.film(rng.choice(absent), rng), False),
            Asked(wordings.decade(decade, rng), decade == facts["decade"]),
        ]
        if facts["cast"]:
            star = (
                rng.choice(facts["cast"])
                if rng.random() < 0.5
                else rng.choice(rng.choice(rows)["metadata"]["cast"] or [""])
            )
            if star:
                asked.append(
                    Asked(
                        rng.choice(["{} in the cast", "starring {}", "{} plays a part"]).format(star),
                        star in facts["cast"],
                    )
                )
        yield row(sources, "movies", one["_id"], "", asked, split(one["text"])[:SENTENCES], rng)


def weaknesses(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Security advisories by the class of weakness, said in other words than theirs, and by package."""
    rows = list(sources.rows("pysec"))
    for one in rows:
        body = split(one["text"])[:SENTENCES]
        whole = " ".join(body)
        holding = [
            w for w, (pattern, _) in wordings.WEAKNESSES.items() if re.search(pattern, whole, re.IGNORECASE)
        ]
        absent = [w for w in wordings.WEAKNESSES if w not in holding]
        asked = [
            Asked(
                rng.choice(wordings.WEAKNESSES[w][1]),
                True,
                tuple(
                    i for i, s in enumerate(body) if re.search(wordings.WEAKNESSES[w][0], s, re.IGNORECASE)
                ),
            )
            for w in holding[:2]
        ]
        asked += [Asked(rng.choice(wordings.WEAKNESSES[w][1]), False) for w in rng.sample(absent, 2)]
        query = rng.choice(["", one["title"].partition(":")[0], "security flaw in a Python package"])
        yield row(sources, "pysec", one["_id"], query, asked, body, rng)


def trivia(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Wikipedia passages with the question they answer and others that they do not."""
    documents = {one["_id"]: one for one in sources.rows("nq_oracle")}
    questions = {one["_id"]: one for one in sources.rows("nq_oracle", "queries")}
    pairs = [
        (questions[q], documents[d])
        for q, d in sources.pairs("nq_oracle").items()
        if q in questions and d in documents
    ]
    for question, document in pairs:
        body = split(document["text"])[:SENTENCES]
        shown = tuple(i for i, s in enumerate(body) if any(a in s for a in question["answers"]))
        asked = [Asked(wordings.question(question["text"], rng), True, shown)]
        asked.append(Asked(wordings.question(rng.choice(pairs)[0]["text"], rng), False))
        if shown and len(shown) < len(body) and rng.random() < 0.5:
            body = [s for i, s in enumerate(body) if i not in shown]
            asked[0] = Asked(asked[0].says, False)
        title = document["title"] if rng.random() < 0.5 else ""
        yield row(sources, "nq_oracle", document["_id"], title, asked, body, rng)


def studies(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Medical abstracts with their research question, and with the conclusion that was left out."""
    documents = {one["_id"]: one for one in sources.rows("pubmedqa_l")}
    rows = [one for one in sources.rows("pubmedqa_l", "queries") if one["_id"] in documents]
    for one in rows:
        asked = [Asked(wordings.question(one["text"], rng), True)]
        asked.append(Asked(wordings.finding(split(one["long_answer"])[0]), True))
        asked += [Asked(wordings.question(rng.choice(rows)["text"], rng), False) for _ in range(2)]
        yield row(
            sources,
            "pubmedqa_l",
            one["_id"],
            "",
            asked,
            some(split(documents[one["_id"]]["text"]), rng, SENTENCES),
            rng,
        )


def inferences(sources: Sources, rng: random.Random) -> Iterator[Verdicts]:
    """Premises with the hypothesis that follows, or does not; one changed word decides."""
    for name in ("nli/help", "nli/breaking_nli"):
        rows = list(sources.rows(name))
        for one in rng.sample(rows, min(3000, len(rows))):
            others = [rng.choice(rows)["premise"] for _ in range(2)]
            body = [one["premise"], *(o for o in others if o != one["premise"])]
            holds = one["label"] == "entailment"
            asked = [Asked(one["hypothesis"].rstrip(" ."), holds, (0,) if holds else ())]
            yield row(sources, name, one["id"], "", asked, body, rng)


MAKERS: Mapping[str, Maker] = {
    maker.__name__: maker
    for maker in (medical, sections, reading, films, weaknesses, trivia, studies, inferences)
}
"""Every maker that needs nothing but the sources."""
