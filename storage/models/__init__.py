"""All tables. Importing this package completes the metadata."""

from sqlmodel import SQLModel

from .alerts import Alert
from .audit import AuditHead, AuditLog, PersonalValue, Request
from .base import complete
from .customers import Customer, CustomerKey, CustomerNote
from .departments import Department, ExchangeRate, GlMapping
from .drafts import FormDraft
from .features import Feature
from .imports import ImportRun, ImportUnit
from .jobs import Job, JobRun
from .ledger import LedgerEntry, LedgerHead, Posting, SummaryMoved, SummaryOpen
from .organisations import Counter, CurrencyUse, LegalEntity, Organisation, Setting, StoreMeta
from .users import AppUser, Membership
from .views import SavedView

metadata = SQLModel.metadata
complete(metadata)

__all__ = [
    "Alert",
    "AppUser",
    "AuditHead",
    "AuditLog",
    "Counter",
    "CurrencyUse",
    "Customer",
    "CustomerKey",
    "CustomerNote",
    "Department",
    "ExchangeRate",
    "Feature",
    "FormDraft",
    "GlMapping",
    "ImportRun",
    "ImportUnit",
    "Job",
    "JobRun",
    "LedgerEntry",
    "LedgerHead",
    "LegalEntity",
    "Membership",
    "Organisation",
    "PersonalValue",
    "Posting",
    "Request",
    "SavedView",
    "Setting",
    "StoreMeta",
    "SummaryMoved",
    "SummaryOpen",
    "metadata",
]
