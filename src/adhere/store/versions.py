"""Which documents had a newer version by then? Documents of one group are versions of one thing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def superseded(documents: Iterable[tuple[str, str, datetime | None]], instant: datetime) -> set[str]:
    """Ids, of (id, group, time), that are no longer the newest of their group at `instant`.

    Of two versions with one time the larger id is the newer, as everywhere in ranking.
    """
    newest: dict[str, tuple[datetime, str]] = {}
    dated = [(i, group, time) for i, group, time in documents if group and time and time <= instant]
    for i, group, time in dated:
        newest[group] = max(newest.get(group, (time, i)), (time, i))
    return {i for i, group, _ in dated if newest[group][1] != i}
