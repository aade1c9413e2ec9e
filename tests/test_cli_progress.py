"""Progress in plain lines, as logs and pipes get it."""

from __future__ import annotations

import pytest

from adhere.cli import progress as module
from adhere.cli.progress import progress
from adhere.search.indexing import Progress


def test_lines_have_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 1.0, 10.0, 11.0, 12.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    with progress("documents", 4000) as show:
        show(Progress(100, None, 100))
        show(Progress(1000, None, 1000))
        show(Progress(1100, None, 1100))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "1,000 of 4,000 documents, 100/s, 30 s left\n1,100 documents, 12 s\n"


@pytest.mark.parametrize("total", [8, None])
def test_the_last_line_says_how_long_it_took(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: int | None
) -> None:
    clock = iter([0.0, 20.0, 43.0, 43.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    with progress("documents", total) as show:
        show(Progress(2, total, 2))
        show(Progress(8, total, 8))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("2 of 8 documents, 0.1/s, 60 s left" if total else "2 documents, 0.1/s")
    assert lines[-1] == "8 documents, 43 s"
    assert not any("0 s left" in line or "0/s" in line for line in lines[1:])


def test_short_work_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 2.0, 2.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    with progress("documents", 8) as show:
        show(Progress(8, 8, 8))
    assert capsys.readouterr().err == ""
