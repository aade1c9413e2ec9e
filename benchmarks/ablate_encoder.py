"""What teaches a small encoder to follow instructions? A run per line, with equal examples and steps.

    python -m adhere.synth.contrasts --data DIR --labels labels --out EXAMPLES
    python benchmarks/ablate_encoder.py --data DIR --examples EXAMPLES --work WORK [--only NAME ...]

Makes the examples of programs (`adhere synth` on films, advisories and abstracts of DIR/corpora) in EXAMPLES
where they are missing. A run whose manifest lies in WORK is not run again. Every run starts from
all-MiniLM-L6-v2, whose documents stay as they are, and is shown at its last step: the judged needs are the
development set, the held-out squares are a tenth of the groups that nothing learned from.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from adhere.synth.sources import Sources

BUDGET = 900
STEPS = 80
MADE = ("movies", "pysec", "arxiv")
MAKERS = ("reverse", "poison", "narrate")
DOCUMENTS = 400
"""Of each corpus that programs make examples from."""
DESCRIBED = {
    "described": "papers on robots, driving and agents that act, with language models",
    "misdescribed": "films about families, holidays and romance",
}
"""Descriptions of the judged needs' largest part, and of something else, for examples from nothing more."""
ALL = {"reversals": 300, "pools": 300, "made": 300}
"""Examples by file where all makers teach together."""

CELLS: Mapping[str, tuple[Mapping[str, int], Mapping[str, Any]]] = {
    # data, at equal budgets
    "one instruction a query": ({"reversals": BUDGET}, {"views": 1}),
    "dual views": ({"reversals": BUDGET}, {}),
    "pools": ({"pools": BUDGET}, {}),
    "made by programs": ({"made": BUDGET}, {}),
    "mixed": (ALL, {}),
    "half without instructions": ({"reversals": BUDGET // 2, "plain": BUDGET // 2}, {}),
    "from a description": ({"described": BUDGET}, {}),
    "from a wrong description": ({"misdescribed": BUDGET}, {}),
    # makers left out
    "mixed, no dual views": ({"pools": 450, "made": 450}, {}),
    "mixed, no pools": ({"reversals": 450, "made": 450}, {}),
    "mixed, no programs": ({"reversals": 450, "pools": 450}, {}),
    # losses, on dual views
    "passages alone": ({"reversals": BUDGET}, {"instructions": 0.0, "interaction": 0.0, "kept": 0.0}),
    "no instruction side": ({"reversals": BUDGET}, {"instructions": 0.0}),
    "no interaction": ({"reversals": BUDGET}, {"interaction": 0.0}),
    "nothing kept": ({"reversals": BUDGET}, {"kept": 0.0}),
    "interaction alone": ({"reversals": BUDGET}, {"passages": 0.0, "instructions": 0.0}),
    # how it reads, what learns
    "attention": ({"reversals": BUDGET}, {"reading": "attend"}),
    "LoRA 16": ({"reversals": BUDGET}, {"lora": 16, "rate": 1e-3}),
    "documents learn too": ({"reversals": BUDGET}, {"documents": "trained"}),
    # amount, the same number of steps
    "10% of the dual views": ({"reversals": 309}, {}),
    "all dual views": ({"reversals": 3094}, {}),
    "all dual views, three times the steps": ({"reversals": 3094}, {"steps": 3 * STEPS}),
    "everything, three times the steps": ({"reversals": 3094, "pools": 2009}, {"steps": 3 * STEPS}),
}
COLUMNS = {
    "nDCG@10/og": "og",
    "nDCG@10/changed": "changed",
    "interaction": "interaction",
    "selective-p-MRR": "selective p-MRR",
    "violations@10": "violations",
    "plain": "plain query",
    "held-out interaction": "held out",
    "held-out both": "both",
}


def main() -> None:
    options = _options()
    if not (options.examples / "made.jsonl").exists():
        _make(options.data, options.examples)
    _describe(options.examples)
    chosen = [name for name in CELLS if options.only is None or name in options.only]
    rows: dict[str, list[Mapping[str, float]]] = {}
    for name in chosen:
        for seed in range(options.seeds):
            history = _run(options, name, seed)
            rows.setdefault("before", [history[0]])
            rows.setdefault(name, []).append(history[-1])
    print(f"| run | {' | '.join(COLUMNS.values())} |\n|{'---|' * (1 + len(COLUMNS))}")
    for name, found in rows.items():
        print(f"| {name} | " + " | ".join(_cell([one[column] for one in found]) for column in COLUMNS) + " |")


def _cell(values: Sequence[float]) -> str:
    """The mean, and where there are several seeds their extremes; x100."""
    low, mean, high = (f"{100 * v:.0f}" for v in (min(values), sum(values) / len(values), max(values)))
    return mean if len(values) == 1 else f"{mean} ({low} to {high})"


def _run(options: argparse.Namespace, name: str, seed: int) -> list[dict[str, float]]:
    files, recipe = CELLS[name]
    out = options.work / f"{name.replace(' ', '-').replace(',', '').replace('%', '')}-{seed}"
    if not (out / "manifest.json").exists():
        settings = {"steps": STEPS, "frozen": 3, "seed": seed} | recipe
        command = [sys.executable, "-m", "adhere.train.encoder", "--data", str(options.data)]
        command += ["--examples", *(f"{options.examples / f'{file}.jsonl'}={n}" for file, n in files.items())]
        command += ["--held-out", str(options.examples / "reversals_held_out.jsonl")]
        command += ["--out", str(out), "--bank", str(options.work / "vectors")]
        command += ["--every", str(settings["steps"])]
        for setting, value in settings.items():
            command += [f"--{setting}", str(value)]
        if (out / "checkpoint.pt").exists():
            command.append("--resume")
        print(f"{name}, seed {seed}", file=sys.stderr, flush=True)
        with _log(out).open("w") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log)
    found: list[dict[str, float]] = json.loads((out / "manifest.json").read_text())["development"]
    return found


def _log(out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    return out / "log.txt"


def _make(data: Path, examples: Path) -> None:
    """As many examples of every maker and corpus, a third of each."""
    each = BUDGET // (len(MADE) * len(MAKERS))
    lines = []
    for corpus in MADE:
        plain = examples / f"{corpus}.corpus.jsonl"
        rows = islice(Sources(data).rows(corpus), DOCUMENTS)
        plain.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        for maker in MAKERS:
            out = examples / f"{corpus}.{maker}.jsonl"
            _synth(plain, out, "--maker", maker, "--most", str(each))
            lines += out.read_text(encoding="utf-8").splitlines(keepends=True)
    (examples / "made.jsonl").write_text("".join(lines), encoding="utf-8")


def _describe(examples: Path) -> None:
    """Examples from those texts of all three corpora that fit a description."""
    everything = examples / "all.corpus.jsonl"
    everything.write_text("".join((examples / f"{corpus}.corpus.jsonl").read_text() for corpus in MADE))
    for name, description in DESCRIBED.items():
        out = examples / f"{name}.jsonl"
        if not out.exists():
            more = ("--maker", "describe", "--description", description, "--most", str(BUDGET))
            _synth(everything, out, *more)


def _synth(source: Path, out: Path, *options: str) -> None:
    command = [sys.executable, "-m", "adhere", "synth", str(source), "--out", str(out), *options]
    subprocess.run(command, check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=list(CELLS), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=1)
    parsed = parser.parse_args()
    if parsed.data is None:
        parser.error("give --data DIR, or set ADHERE_DATA")
    parsed.data = Path(parsed.data)
    return parsed


if __name__ == "__main__":
    main()
