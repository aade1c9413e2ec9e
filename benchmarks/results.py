"""Make docs/Results.md again: run every command of results.template.md and put what it prints below it.

    python benchmarks/results.py --data DIR --work DIR [--only retrieval,judged] [--page docs/Results.md]

What a command printed is kept in WORK/printed: a run that was killed goes on with the next command, and in
most of them with the next question. Tables speak of the models and the code they were made with, so start
with an empty WORK after a change of either. About fifteen minutes on two quiet cores, most of it spent on
encoding some 30,000 documents.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEMPLATE = Path(__file__).with_name("results.template.md")
COMMAND = "    $ python "


def main() -> None:
    """Write the page anew after every command, with the tables that are there so far."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default="", help="run the commands that hold one of these words")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "Results.md")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("--data DIR (or ADHERE_DATA) is the folder that holds bench/ and corpora/")
    folders = {"DIR": arguments.data.resolve(), "WORK": arguments.work.resolve()}
    printed = arguments.work / "printed"
    printed.mkdir(parents=True, exist_ok=True)
    template = TEMPLATE.read_text(encoding="utf-8").splitlines()
    for command in (line.removeprefix(COMMAND) for line in template if line.startswith(COMMAND)):
        if any(word in command for word in arguments.only.split(",")):
            run(command, kept(printed, command), folders)
        arguments.page.write_text("\n".join(filled(template, printed)) + "\n", encoding="utf-8")


def run(command: str, output: Path, folders: dict[str, Path]) -> None:
    """Keep what the command prints, unless it is there; ends this program where it fails."""
    if output.exists():
        return
    print(f"--- {command}", file=sys.stderr)
    words = [_path(word, folders) for word in command.split()]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"status {done.returncode} from: {command}\nRun this again to go on from there.")
    output.write_text(done.stdout, encoding="utf-8")


def _path(word: str, folders: dict[str, Path]) -> str:
    name, slash, rest = word.partition("/")
    return f"{folders[name]}{slash}{rest}" if name in folders else word


def kept(printed: Path, command: str) -> Path:
    """Where the output of a command is kept: another command, another file."""
    return printed / f"{hashlib.sha256(command.encode()).hexdigest()[:12]}.md"


def filled(template: list[str], printed: Path) -> list[str]:
    """The page: below each command its tables and the day they were made."""
    lines: list[str] = []
    for line in template:
        lines.append(line)
        output = kept(printed, line.removeprefix(COMMAND))
        if line.startswith(COMMAND) and output.exists():
            text = output.read_text(encoding="utf-8").strip()
            if "|" in text:
                lines += [
                    "",
                    text,
                    "",
                    f"Made on {datetime.fromtimestamp(output.stat().st_mtime, UTC).date()}.",
                ]
    return lines


if __name__ == "__main__":
    main()
