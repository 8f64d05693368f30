"""Files taken in: one checked and written, and those that were not written to their end."""

from .page import ImportPage
from .waiting import WaitingPage

__all__ = ["ImportPage", "WaitingPage"]
