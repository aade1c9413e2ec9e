"""Files -> documents. `read_paths` is the way in; one file per format stands beside it."""

from adhere.read.paths import read_paths
from adhere.read.protocol import Reader, Skipped

__all__ = ["Reader", "Skipped", "read_paths"]
