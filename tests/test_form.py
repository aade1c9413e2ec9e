"""What a program reads off a text."""

from __future__ import annotations

import time

import pytest

from adhere.form import FEATURES, form_features
from adhere.need import Document


def features(text: str) -> dict[str, bool | int | str]:
    return form_features(Document("x", text))


def test_every_feature_is_always_there() -> None:
    for text in ("", "Some words.", "\0"):
        assert features(text).keys() == FEATURES.keys()


def test_counts() -> None:
    found = features("One two. Three?  Four five six!")
    assert (found["words"], found["sentences"], found["characters"]) == (6, 3, 31)


@pytest.mark.parametrize(
    ("feature", "has", "has_not"),
    [
        ("code", "Do:\n```\nx\n```", "Do import the goods from here."),
        ("code", "def f(x):\n    return x", "The class of 2020 said: hello"),
        ("code", ">>> 1 + 1", "a > b >> c"),
        ("numbers", "It took 3.5 hours", "It took hours on utf8"),
        ("links", "See https://example.org", "See example"),
        ("links", "See [this](page.md)", "See [this] (page)"),
        ("list", "- one\n- two\n", "one - two\n- three"),
        ("list", "1. one\n2. two", "In 1. one and 2. two"),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", "a | b"),
        ("table", "+---+---+\n| a | b |", "1 + 2"),
        ("question", "Why?", "Why."),
    ],
)
def test_features(feature: str, has: str, has_not: str) -> None:
    assert features(has)[feature] is True
    assert features(has_not)[feature] is False


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The store keeps all of the documents that are in it."),
        ("de", "Die Dokumente werden in einem Verzeichnis gehalten und sind nicht für alle."),
        ("fr", "Les documents sont dans le dossier et ce ne sont pas des images pour vous."),
        ("es", "Los documentos se guardan en la carpeta y no son para las imágenes del sistema."),
        ("ru", "Документы хранятся в каталоге."),
        ("ja", "文書はディレクトリに保存されます。"),
        ("zh", "文档保存在目录中。"),
        ("und", "Qdrant HNSW BM25"),
        ("und", ""),
    ],
)
def test_language(language: str, text: str) -> None:
    assert features(text)["language"] == language


@pytest.mark.parametrize(
    ("before", "repeated"),
    [
        ("a", "\n"),
        ("a\n", " "),
        ("{", "\n"),
        ("", "["),
        ("", "[a]("),
        ("`a", " <"),
        ("def ", "a"),
        ("def", " "),
    ],
)
def test_no_text_makes_it_slow(before: str, repeated: str) -> None:
    """Twenty thousand of anything: a pattern that starts anew from each of them takes many seconds."""
    text = before + repeated * 20_000 + "b"
    start = time.process_time()
    features(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    ["f() {\n  x;\n\n}", "class A:\r\n  pass", "+---+\r\n", "  :---  | ---\n", "[a [b](c)", "`a <b>`_"],
)
def test_white_space_around_marks_changes_nothing(text: str) -> None:
    found = features(text)
    assert found["code"] or found["table"] or found["links"]
