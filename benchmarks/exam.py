"""The exam in one run: every benchmark at hand, every system, one table each, as JSON and on the terminal.

    python benchmarks/exam.py --data DIR [--only judged,limit_small] [--journal FILE] [--out FILE.json]

Answers are kept in the journal, so the run can be killed and started again. bench/judged is a development
set: its figures show progress, not proof.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from adhere.evaluate.journal import Journal
from adhere.evaluate.report import results_to_json
from adhere.evaluate.run import evaluate
from adhere.evaluate.sources import benchmarks
from adhere.evaluate.systems import Systems

BENCHES = ("judged", "limit_small", "birco/arguana_test", "birco/relic_test", "cacm", "msmarco_dl19")
SYSTEMS = ("blind", "bm25", "bm25+instruction", "minilm", "minilm+instruction", "adhere", "adhere-balanced")


def main() -> None:
    """Run the chosen benchmarks one after another, and print a table as each is done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"), help="folder with bench/")
    parser.add_argument("--only", default=",".join(BENCHES), help="benchmarks, separated by commas")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="systems, separated by commas")
    parser.add_argument("--journal", type=Path, help="keep the answers here, and resume from them")
    parser.add_argument("--out", type=Path, help="write the JSON of `adhere evaluate --json` here")
    options = parser.parse_args()
    if options.data is None:
        parser.error("--data DIR or the environment variable ADHERE_DATA is needed")
    make = Systems()
    systems = [make(name) for name in options.systems.split(",")]
    journal = Journal(options.journal) if options.journal else None
    tables = []
    for name in options.only.split(","):
        results = evaluate(
            benchmarks(str(options.data / "bench" / name)), systems, journal=journal, progress=tell
        )
        found = results_to_json(results)["benchmarks"]
        tables += found
        table(found[-1])
        if options.out:
            options.out.write_text(json.dumps({"benchmarks": tables}, indent=2) + "\n")


def tell(what: str, done: int, total: int) -> None:
    if done in (0, total):
        print(f"{what} {done}/{total}", file=sys.stderr)


def table(bench: dict) -> None:  # type: ignore[type-arg]
    """Markdown, x100; the 95% interval of each value over needs is in the JSON."""
    names = list(bench["systems"][0]["measures"])
    print(f"\n{bench['name']}: {bench['needs']} needs\n\n| | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for system in bench["systems"]:
        values = [system["measures"][name]["value"] for name in names]
        print(
            f"| {system['name']} | "
            + " | ".join("" if v is None else f"{100 * v:.1f}" for v in values)
            + " |"
        )


if __name__ == "__main__":
    main()
