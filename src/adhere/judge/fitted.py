"""The weights that fit one store, as `adhere train` leaves them beside its documents: a small JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from adhere.errors import StoreError, StoreMismatch
from adhere.judge.reading import Weights

FORMAT = 1
NAME = "judge.json"


@dataclass(frozen=True, slots=True)
class Figures:
    """How good verdicts are: AUC, macro-F1 at 0.5, and the mean gap between what p said and what was true."""

    auc: float
    macro_f1: float
    calibration_error: float

    def beats(self, other: Figures) -> bool:
        """Whether nothing is worse, and something better."""
        ours = (self.auc, self.macro_f1, -self.calibration_error)
        theirs = (other.auc, other.macro_f1, -other.calibration_error)
        return ours != theirs and all(a >= b for a, b in zip(ours, theirs, strict=True))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights, the models whose readings they weigh, what they were made from, and what they gained.

    `labels` were learned from; `before` and `after` are the figures on `measured` others, of documents
    that no label learned from. Nothing was learned of the field `left_out`.
    """

    weights: Weights
    reader: str
    encoder: str
    made_from: str
    left_out: str
    seed: int
    labels: int
    measured: int
    before: Figures
    after: Figures
    format: int = FORMAT

    def says(self) -> str:
        """In a line. It names no field: whoever asks may not see them all."""
        return f"fitted to this store by {self.labels:,} labels, seed {self.seed}"

    def save(self, store: Path) -> None:
        """Written beside and moved into place, so that no half of it is ever seen."""
        temporary = store / f"{NAME}.tmp"
        temporary.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False), encoding="utf-8")
        temporary.replace(store / NAME)


def load(store: Path, *, reader: str, encoder: str) -> Fitted | None:
    """What fits the store at this path under these fingerprints; None where nothing was fitted.

    Errors  StoreMismatch for another reader, encoder or format, StoreError for a damaged file
    """
    path = store / NAME
    if not path.exists():
        return None
    mend = f"Fit it again with:  adhere train {store}\nor forget it with:  adhere train {store} --forget"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        made = {"format": data["format"], "reader": data["reader"], "encoder": data["encoder"]}
        now = {"format": FORMAT, "reader": reader, "encoder": encoder}
        if different := [key for key in now if made[key] != now[key]]:
            was, is_ = (", ".join(f"{key} {side[key]}" for key in different) for side in (made, now))
            raise StoreMismatch(f"The judge of {store} was fitted for {was}; this is {is_}.\n{mend}")
        figures = {key: Figures(**data[key]) for key in ("before", "after")}
        return Fitted(**{**data, **figures, "weights": Weights(**data["weights"])})
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path} is damaged ({error!r}). {mend}") from None


def forget(store: Path) -> bool:
    """Whether there was something to forget."""
    there = (store / NAME).exists()
    (store / NAME).unlink(missing_ok=True)
    return there
