"""Alerts on screen: what somebody must know, taken note of or given to somebody."""

from .list import AlertsScreen

__all__ = ["AlertsScreen"]
