"""An exam on your own documents: needs whose truth is known by program, no labels, no language model."""

from adhere.evaluate.audit.needs import AuditNeed, make_needs

__all__ = ["AuditNeed", "make_needs"]
