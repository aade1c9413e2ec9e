"""Does a killed writer lose anything? Kill one with SIGKILL again and again, open the store, and compare.

python benchmarks/crash.py --kills 20
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adhere.store.edge import open_store

WRITER = """
import sys
from adhere.need import Document
from adhere.store.edge import open_store
from adhere.testing.fakes import FakeEncoder, entries

encoder = FakeEncoder(16, words=30, overlap=6)
store = open_store(sys.argv[1], encoder_name="fake", encoder_fingerprint="f", dimension=16, create=True)
first = max((int(i) for i in store.fingerprints()), default=-1) + 1
for number in range(first, first + 100_000):
    documents = [Document(str(number), f"text {number} " * 40), Document("0", f"version {number} " * 40)]
    store.write(entries(documents, encoder))
    print(number, flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    lost = torn = acknowledged = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        for kill in range(options.kills):
            acknowledged = write_and_kill(path, seconds=draw.uniform(0.1, 1.5))
            begin = time.perf_counter()
            store = open_store(path, encoder_name="fake", encoder_fingerprint="f", dimension=16)
            opened_s = time.perf_counter() - begin
            found = store.fingerprints()
            lost += sum(str(number) not in found for number in range(acknowledged + 1))
            version = int(store.get(["0"])["0"].text.split()[1])
            torn += version < acknowledged or bool(store.mentioning(f"version {version - 1}"))
            store.close()
            print(
                f"kill {kill + 1}: {acknowledged + 1} acknowledged, {len(found)} found, open {opened_s:.2f} s"
            )
    print(f"{options.kills} kills, {acknowledged + 1} documents acknowledged, {lost} lost, {torn} torn")
    sys.exit(1 if lost or torn else 0)


def write_and_kill(path: Path, *, seconds: float) -> int:
    """Run the writer, kill -9 it some seconds after its first write; the last number it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        return int([first, *writer.stdout.read().splitlines()][-1])


if __name__ == "__main__":
    main()
