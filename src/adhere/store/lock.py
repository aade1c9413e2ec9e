"""Who owns this store? One process at a time; the others wait a little, then are told who it is."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from adhere.errors import StoreLocked


class Lock:
    """An exclusive lock on a file that holds its owner's pid. It falls when the owner dies."""

    def __init__(self, path: Path, *, wait_s: float = 3.0) -> None:
        """Errors  StoreLocked, naming the owner, if the lock is not free within `wait_s` seconds"""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        end = time.monotonic() + wait_s
        while not self._taken():
            if time.monotonic() >= end:
                owner = os.pread(self._file, 20, 0).decode().strip() or "unknown"
                os.close(self._file)
                raise StoreLocked(
                    f"The store {path.parent} is in use by process {owner}; waited {wait_s:g} s.\n"
                    f"End that process (kill {owner}), or search through it: adhere serve {path.parent}"
                )
            time.sleep(0.05)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        # The file stays: unlinking it would let two processes lock two files of one name.
        os.close(self._file)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
