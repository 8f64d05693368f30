"""The audit trail on screen: the chain with filters, an entry, a request, and its verification."""

from .list import AuditScreen

__all__ = ["AuditScreen"]
