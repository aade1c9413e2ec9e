"""Progress in plain lines, as logs and pipes get it."""

from __future__ import annotations

import pytest

from adhere.cli import progress as module
from adhere.cli.progress import progress
from adhere.search.indexing import Progress


def test_lines_have_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 0.0, 1.0, 10.0, 10.0, 11.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    with progress("documents", 4000) as show:
        show(Progress(100, None, 100))
        show(Progress(1000, None, 1000))
        show(Progress(1100, None, 1100))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "1,000 of 4,000 documents, 100/s, 30 s left\n"
