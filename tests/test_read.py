"""Files become documents: every format, what is left out and why, and files made to do harm."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from uuid import UUID

import pytest

from adhere.errors import FileError
from adhere.need import Document
from adhere.read import Skipped, read_paths, rows, source
from adhere.read.paths import suffixes


def read(*paths: Path, text_column: str = "") -> tuple[list[Document], list[Skipped]]:
    skipped: list[Skipped] = []
    return list(read_paths(paths, on_skip=skipped.append, text_column=text_column)), skipped


def one(path: Path, **options: str) -> Document:
    documents, skipped = read(path, **options)
    assert skipped == []
    (document,) = documents
    return document


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pdf_bytes(text: str, **info: str) -> bytes:
    """A minimal one-page PDF, written by hand: the reader must not depend on who wrote the file."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    entries = " ".join(f"/{name} ({value})" for name, value in info.items()).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< %s >>" % entries,
    ]
    out, offsets = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(
        b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    )
    return out.getvalue()


# --- formats -----------------------------------------------------------------------------------


def test_markdown_has_front_matter_as_fields_and_its_first_heading_as_title(tmp_path: Path) -> None:
    path = write(
        tmp_path / "notes" / "a.md",
        "---\nstatus: draft\npython: 3.10\ntags: [x, y]\n---\n# A *bold* plan\n\nSome `code` and\n"
        "[a link](http://x).\n\n```py\nf()\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    )
    document = one(path)
    assert document.id == "notes/a.md"
    assert document.title == "A bold plan"
    assert document.fields == {"status": "draft", "python": "3.10", "tags": ["x", "y"]}
    assert document.text == "Some code and a link.\n\n```py\nf()\n```\n\na | b\n\n1 | 2"
    assert document.url == str(path)


def test_rst_has_pep_headers_as_fields_and_loses_its_markup(tmp_path: Path) -> None:
    document = one(
        write(
            tmp_path / "pep.rst",
            "PEP: 572\nTitle: Assignment Expressions\nAuthor: Chris Angelico <c@x.org>, Tim Peters <t@x.org>,"
            "\n        Guido van Rossum <g@x.org>\nPython-Version: 3.8\nCreated: 28-Feb-2018\n"
            "Post-History: `28-Feb-2018 <https://x.org/list/dev@x.org/>`__, 02-Mar-2018\n\n"
            "Abstract\n========\n\nSee :pep:`379`, *now* with ``:=`` and `docs <http://x>`_ [1]_.\n\n"
            ".. a comment\n   that goes on\n\n.. code-block:: python\n   :linenos:\n\n   y := f(x)\n",
        )
    )
    assert document.title == "PEP 572: Assignment Expressions"
    assert document.fields == {
        "pep": "572",
        "author": ["Chris Angelico", "Tim Peters", "Guido van Rossum"],
        "python_version": "3.8",
        "created": "28-Feb-2018",
        "post_history": "28-Feb-2018, 02-Mar-2018",
    }
    assert document.text == "Abstract\n\nSee PEP 379, now with := and docs.\n\n   y := f(x)"


def test_rst_takes_a_field_list_and_needs_no_header(tmp_path: Path) -> None:
    listed = one(write(tmp_path / "a.rst", ":Author: Ann\n:Status: final\n\nTitle\n-----\n\nBody.\n"))
    assert (listed.title, listed.text) == ("Title", "Body.")
    assert listed.fields == {"author": "Ann", "status": "final"}
    prose = one(write(tmp_path / "b.rst", "Note: this is prose.\n\nMore of it.\n"))
    assert prose.fields == {}
    assert prose.text == "Note: this is prose.\n\nMore of it."


def test_text_takes_a_lone_first_line_as_title(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.txt", "A title\r\n\r\nThe text.\r\nGoes on."))
    assert (document.title, document.text) == ("A title", "The text.\nGoes on.")
    assert one(write(tmp_path / "b.txt", "Just one line")).title == "b"


def test_html_shows_what_a_reader_sees(tmp_path: Path) -> None:
    document = one(
        write(
            tmp_path / "a.html",
            "<html lang=en><head><title>The\n page</title><meta name=author content=Ann>"
            "<meta name=viewport content=x><style>p{}</style></head><body><script>evil()</script>"
            "<h1>Hello</h1><p>One <b>two</b>\nthree.</p><p hidden>no</p><ul><li>a<li>b</ul></body></html>",
        )
    )
    assert document.title == "The page"
    assert document.fields == {"author": "Ann", "language": "en"}
    assert document.text == "Hello\nOne two three.\na\nb"


def test_html_in_its_declared_encoding(tmp_path: Path) -> None:
    page = "<meta charset='iso-8859-1'><title>Caf\xe9</title><p>d\xe9j\xe0 vu".encode("latin-1")
    assert one(write(tmp_path / "a.htm", page)).title == "Café"


def test_pdf_has_text_and_its_properties(tmp_path: Path) -> None:
    document = one(
        write(tmp_path / "a.pdf", pdf_bytes("Hello paper", Title="On Hello", CreationDate="D:20240203"))
    )
    assert (document.title, document.text) == ("On Hello", "Hello paper")
    assert document.fields == {"created": "2024-02-03T00:00:00", "pages": 1}


def test_pdf_without_text_says_what_to_do(tmp_path: Path) -> None:
    _, (skipped,) = read(write(tmp_path / "scan.pdf", pdf_bytes("")))
    assert "OCR" in skipped.reason


def test_docx_has_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    word = docx.Document()
    word.core_properties.author = "Ann"
    word.add_heading("Report", 1)
    word.add_paragraph("First.")
    table = word.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "a", "b"
    word.add_paragraph("Last.")
    word.save(str(tmp_path / "a.docx"))
    document = one(tmp_path / "a.docx")
    assert (document.title, document.text) == ("Report", "First.\n\na | b\n\nLast.")
    assert document.fields["author"] == "Ann"


def test_csv_guesses_the_text_column_and_keeps_the_rest_as_fields(tmp_path: Path) -> None:
    path = write(
        tmp_path / "d" / "a.csv",
        'name,notes,year\nAnn,"A long story, told\nin two lines",1999\nBob,Another long story,\n',
    )
    (ann, bob), skipped = read(path)
    assert skipped == []
    assert (ann.id, ann.title, ann.text) == ("d/a.csv#2", "Ann", "A long story, told\nin two lines")
    assert (ann.fields, bob.fields) == ({"year": "1999"}, {})
    (ann, _), _ = read(path, text_column="year")
    assert ann.text == "1999"


def test_csv_reports_bad_rows_and_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"id;text\n1;fine\n2;too;many\n3;caf\xe9\n4;fine too\n")
    documents, skipped = read(path)
    assert [document.id for document in documents] == ["1", "4"]
    assert [(each.line, each.reason) for each in skipped] == [
        (3, "3 cells, the header names 2 columns"),
        (4, "not UTF-8"),
    ]


def test_jsonl_takes_beir_and_its_own_keys(tmp_path: Path) -> None:
    rows = [
        {"_id": "x", "title": "T", "text": "B", "metadata": {"year": 1999, "authors": [{"inst": "MIT"}]}},
        {"id": 7, "body": "C", "url": "http://c", "status": "open", "score": None},
        {"text": "D"},
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)) + '\n\n{"text": "E", "n": NaN}\n')
    (x, seven, third, nan), skipped = read(path)
    assert skipped == []
    assert (x.id, x.title, x.text) == ("x", "T", "B")
    assert x.fields == {"year": 1999, "authors": [{"inst": "MIT"}]}
    assert (seven.id, seven.text, seven.url, seven.fields) == ("7", "C", "http://c", {"status": "open"})
    assert third.id.endswith("/a.jsonl#3")
    assert nan.fields == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "not JSON"),
        (b"[1]", "object is needed, this is list"),
        (b'{"text": "caf\xe9"}', "not UTF-8"),
        (b'{"text": "\\ud800"}', "not text"),
        (b'{"title": " "}', "neither title nor text"),
        (b'{"text": "x", "n": Infinity}', "Infinity is not JSON"),
        (b'{"text": "x", "metadata": [1]}', "must be an object"),
        (b"[" * 100_000, "recursion"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "digits"),
    ],
)
def test_jsonl_reports_a_bad_line_and_goes_on(tmp_path: Path, line: bytes, reason: str) -> None:
    path = write(tmp_path / "a.jsonl", b'{"text": "one"}\n' + line + b'\n{"text": "three"}\n')
    documents, (skipped,) = read(path)
    assert [document.text for document in documents] == ["one", "three"]
    assert reason in skipped.reason


def test_parquet_rows_are_documents(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    import datetime as dt

    table = pyarrow.table(
        {
            "id": [1, 2],
            "abstract": ["First", "Second"],
            "day": [dt.date(2024, 1, 2), None],
            "tags": [["a"], []],
            "blob": [b"x", b"y"],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    (first, second), (skipped,) = read(tmp_path / "a.parquet")
    assert (first.id, first.text, first.fields) == ("1", "First", {"day": "2024-01-02", "tags": ["a"]})
    assert (second.id, second.fields) == ("2", {"tags": []})
    assert "'blob' holds bytes" in skipped.reason


@pytest.mark.parametrize("name", ["a.md", "a.rst", "a.txt", "a.html", "a.jsonl", "a.csv"])
def test_gzip_reads_the_same(tmp_path: Path, name: str) -> None:
    content = {"a.jsonl": '{"_id": "a", "text": "words"}\n', "a.csv": "id,text\na,words\n"}.get(name, "words")
    plain, packed = tmp_path / name, tmp_path / f"{name}.gz"
    write(plain, content)
    packed.write_bytes(gzip.compress(content.encode()))
    assert one(plain).text.strip() == one(packed).text.strip() == "words"


# --- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_unicode_by_byte_order_mark(tmp_path: Path, encoding: str, name: str) -> None:
    text = "text\ncafé ✔\n" if name == "a.csv" else "café ✔"
    assert one(write(tmp_path / name, text.encode(encoding))).text == "café ✔"


@pytest.mark.parametrize(("content", "reason"), [(b"caf\xe9", "not UTF-8 at byte 3"), (b"a\0b", "binary")])
def test_no_encoding_is_guessed(tmp_path: Path, content: bytes, reason: str) -> None:
    documents, (skipped,) = read(write(tmp_path / "a.txt", content))
    assert documents == []
    assert reason in skipped.reason


# --- folders -----------------------------------------------------------------------------------


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/z.txt", "a.txt", ".hidden/x.txt", "b/.y.txt", "c.bin"):
        write(tmp_path / "top" / name, "words")
    documents, skipped = read(tmp_path / "top")
    assert [document.id for document in documents] == ["top/a.txt", "top/b/z.txt"]
    assert [each.reason for each in skipped] == ["no reader for '.bin'"]


def test_ids_do_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "notes" / "a.txt", "words")
    monkeypatch.chdir(tmp_path / "notes")
    ids = {one(each).id for each in (path, path.parent, Path("a.txt"), Path(), Path("../notes"))}
    assert ids == {"notes/a.txt"}


def test_links_do_not_loop_and_nothing_is_read_twice(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.txt", "words")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "dangling.txt").symlink_to(tmp_path / "nowhere")
    documents, skipped = read(tmp_path / "a", tmp_path / "a" / "x.txt")
    assert len(documents) == 1
    assert [Path(each.path).name for each in skipped] == ["dangling.txt"]


def test_the_second_of_two_equal_ids_is_reported(tmp_path: Path) -> None:
    first = write(tmp_path / "1.jsonl", '{"_id": "a", "text": "one"}')
    second = write(tmp_path / "2.jsonl", '{"_id": "a", "text": "two"}')
    (document,), (skipped,) = read(first, second)
    assert document.text == "one"
    assert skipped.reason == f"the id 'a' was already read from {first}:1"
    assert (skipped.path, skipped.line) == (str(second), 1)
    table = write(tmp_path / "3.csv", "id,text\nb,three\na,four\nc,\n")
    _, (same, empty) = read(first, table)
    assert (same.path, same.line, empty.line) == (str(table), 3, 4)


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        read(write(tmp_path / "a.txt", "words"), tmp_path / "b.txt")


# --- files made to do harm ---------------------------------------------------------------------


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "ROWS_LIMIT", 1000)
    write(tmp_path / "a.jsonl.gz", gzip.compress(b'{"text": "x"}\n' + b" " * 100_000))
    _, (skipped,) = read(tmp_path / "a.jsonl.gz")
    assert "larger than 1,000 bytes when unpacked" in skipped.reason
    write(tmp_path / "b.txt.gz", gzip.compress(b" " * (source.WHOLE_LIMIT + 1)))
    _, (skipped,) = read(tmp_path / "b.txt.gz")
    assert "larger than 64 MiB" in skipped.reason


@pytest.mark.parametrize("suffix", suffixes())
@pytest.mark.parametrize("content", [b"", b"\0\1\2\xff" * 50, b"%PDF-1.4 broken", b"PK\3\4 broken"])
def test_no_content_stops_a_run(tmp_path: Path, suffix: str, content: bytes) -> None:
    write(tmp_path / f"a{suffix}", content)
    write(tmp_path / f"b{suffix}.gz", content)
    write(tmp_path / "z.txt", "words")
    documents, skipped = read(tmp_path)
    assert documents[-1].text == "words"
    assert all(each.reason for each in skipped)
    assert len(documents) - 1 + len({each.path for each in skipped}) == 2


def test_a_title_given_elsewhere_loses_no_heading(tmp_path: Path) -> None:
    front = "---\ntitle: Post seven\n---\n"
    kept = one(write(tmp_path / "a.md", front + "# Kangaroos\n\nBody.\n"))
    assert (kept.title, kept.text) == ("Post seven", "Kangaroos\n\nBody.")
    assert one(write(tmp_path / "b.md", front + "# Post seven\n\nBody.\n")).text == "Body."
    docx = pytest.importorskip("docx")
    word = docx.Document()
    word.core_properties.title = "Template"
    word.add_heading("Kangaroos", 1)
    word.save(str(tmp_path / "a.docx"))
    assert one(tmp_path / "a.docx").text == "Kangaroos"


def test_rst_options_of_a_directive_go_and_its_field_list_stays(tmp_path: Path) -> None:
    text = ".. py:function:: f(x)\n   :async:\n\n   :param x: a thing\n   :returns: zebras\n"
    document = one(write(tmp_path / "a.rst", "Title\n=====\n\n" + text))
    assert document.text == "f(x)\n\n   :param x: a thing\n   :returns: zebras"


@pytest.mark.parametrize("name", ["metadata", "fields"])
def test_csv_has_a_plain_column_of_any_name(tmp_path: Path, name: str) -> None:
    documents, skipped = read(write(tmp_path / "a.csv", f"id,text,{name}\n1,x,\n2,y,abc\n3,z,\n"))
    assert [document.fields for document in documents] == [{}, {name: "abc"}, {}]
    assert skipped == []


def test_a_row_that_cannot_be_read_leaves_open_what_the_file_holds(tmp_path: Path) -> None:
    for name, content in (
        ("a.jsonl", b'{"id": "1", "text": "x"}\n{"id": "2", "text"\n'),
        ("b.csv", b"id,text\n1,x\n2\n"),
        ("c.csv", b"id,text\n1,x\n2,caf\xe9\n"),
        ("d.jsonl", b'{"id": "1", "text": "x"}\n{"id": "2", "text": "\\ud800"}\n'),
    ):
        (document,), (skipped,) = read(write(tmp_path / name, content))
        assert document.id == "1" and skipped.failed


def test_parquet_types_that_json_lacks_are_text_and_nested_bytes_are_left_out(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    import datetime as dt

    table = pyarrow.table(
        {
            "id": ["1"],
            "text": ["x"],
            "at": [dt.time(3, 4)],
            "took": [dt.timedelta(days=3)],
            "uuid": pyarrow.array([b"0123456789abcdef"], pyarrow.binary(16)),
            "image": [{"bytes": b"x", "path": "p"}],
            "parts": pyarrow.array([[b"x"]], pyarrow.list_(pyarrow.binary())),
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    (document,), skipped = read(tmp_path / "a.parquet")
    assert document.fields == {"at": "03:04:00", "took": "3 days, 0:00:00"}
    assert [each.reason.split("'")[1] for each in skipped] == ["uuid", "image", "parts"]
    assert rows.plain({"u": UUID(int=1)}) == {"u": "00000000-0000-0000-0000-000000000001"}
