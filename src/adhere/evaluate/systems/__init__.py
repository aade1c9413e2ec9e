"""Systems under test, by name: `system("adhere-balanced")`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from adhere.errors import InputError
from adhere.evaluate.systems.limits import Blind, Perfect, Random
from adhere.evaluate.systems.protocol import System
from adhere.need import Mode

if TYPE_CHECKING:
    from adhere.evaluate.systems.engine import Indexed

__all__ = ["Blind", "Perfect", "Random", "System", "Systems"]


class Systems:
    """Makes systems from their names; those over our engine share one index."""

    def __init__(self) -> None:
        self._indexed: Indexed | None = None

    def __call__(self, name: str) -> System:
        """Errors  InputError listing the known names"""
        plain: dict[str, Callable[[], System]] = {
            "adhere": partial(self._adhere, "rank"),
            "adhere-balanced": partial(self._adhere, "balanced"),
            "adhere-strict": partial(self._adhere, "strict"),
            "blind": self.blind,
            "minilm": partial(self._dense, instructed=False),
            "minilm+instruction": partial(self._dense, instructed=True),
        }
        if name not in plain:
            raise InputError(f"There is no system {name!r}. Known: {', '.join(plain)}.")
        return plain[name]()

    def blind(self) -> System:
        """Our engine without the instruction: the row that says what following it is worth."""
        return Blind(self._adhere("rank"))

    def _adhere(self, mode: Mode) -> System:
        from adhere.evaluate.systems.engine import Adhere, Indexed

        self._indexed = self._indexed or Indexed()
        return Adhere(self._indexed, mode=mode)

    def _dense(self, *, instructed: bool) -> System:
        from adhere.evaluate.systems.dense import Dense

        return Dense(instructed=instructed)
