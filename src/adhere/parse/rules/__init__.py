"""The parser without a language model. Read parser.py first; each other file is one step of it."""

from adhere.parse.rules.parser import RulesParser, compose

__all__ = ["RulesParser", "compose"]
