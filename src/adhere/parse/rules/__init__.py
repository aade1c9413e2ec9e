"""The parser without a language model. Read parser.py and composition.py first; the others are its steps."""

from adhere.parse.rules.composition import compose
from adhere.parse.rules.parser import RulesParser

__all__ = ["RulesParser", "compose"]
