"""Everything a screen or a command may do, in one frozen bundle."""

from __future__ import annotations

from dataclasses import dataclass

from .alerts import Alerts
from .audit import Audit
from .cleanup import Cleanup
from .customer_bulk import CustomerBulk
from .customers import Customers
from .departments import Departments
from .drafts import Drafts
from .exports import Exports
from .features import Features
from .gl import Gl
from .home import Home
from .imports import Imports
from .jobs import Jobs
from .ledger import Ledger
from .lock import Lock
from .organisations import Entities, Organisations, OrganisationSettings
from .rates import Rates
from .seed import Seed
from .sign_in import SignIn
from .trace import Traces
from .users import Users
from .views import Views


@dataclass(frozen=True, slots=True)
class Services:
    users: Users
    sign_in: SignIn
    lock: Lock
    organisations: Organisations
    entities: Entities
    settings: OrganisationSettings
    alerts: Alerts
    audit: Audit
    cleanup: Cleanup
    customer_bulk: CustomerBulk
    customers: Customers
    departments: Departments
    drafts: Drafts
    exports: Exports
    features: Features
    gl: Gl
    home: Home
    imports: Imports
    jobs: Jobs
    ledger: Ledger
    rates: Rates
    seed: Seed
    traces: Traces
    views: Views
