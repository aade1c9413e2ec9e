"""The criteria notation: what a need asks, in text that people edit and programs run.

    want about("vector index")
    avoid about("C extensions") unless about("cffi")
    want field(status in ["Accepted", "Final"])
    prefer time(recent 365d)

`read(write(criteria)) == criteria` for every value, so what is shown is what ran (law 2).
"""

from adhere.parse.language.as_json import from_json, to_json
from adhere.parse.language.check import check, contradictions, unheard
from adhere.parse.language.english import says
from adhere.parse.language.read import read
from adhere.parse.language.write import write, write_criterion, write_expression

__all__ = [
    "check",
    "contradictions",
    "from_json",
    "read",
    "says",
    "to_json",
    "unheard",
    "write",
    "write_criterion",
    "write_expression",
]
