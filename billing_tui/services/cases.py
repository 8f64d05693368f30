"""Use cases: a named function of a unit of work, what right it needs, how it is run.

Decorated methods are called with a request (writes) or directly (reads); the unit they receive is
the store's. They may run several times, so they do nothing outside their transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

from billing_tui.domain.acts import Request
from billing_tui.domain.audit import canonical
from billing_tui.domain.errors import BillingError
from billing_tui.domain.features import GATES, FeatureOff
from billing_tui.domain.rights import Right, require
from billing_tui.domain.trace import working_on
from billing_tui.logs import log_event
from storage.errors import LoginLacksRight
from storage.repos import features
from storage.store import Store, Written
from storage.uow import Unit

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Service")


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    module: str
    right: Right
    writes: bool = False
    as_owner: bool = False
    feature: str = ""

    def __post_init__(self) -> None:
        if self.feature and self.feature not in GATES:
            raise ValueError(f"{self.name}: {self.feature} is no feature of domain/features.py")

    def admit(self, unit: Unit) -> None:
        """Whether this person may, and whether the feature it belongs to is on for them."""
        require(unit.actor.roles, self.right)
        if self.feature:
            feature = features.one(unit, self.feature)
            if not feature.on_for(unit.actor.user, unit.actor.roles):
                raise FeatureOff(self.feature)


CASES: dict[str, Case] = {}


class Service:
    """One area's use cases over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store


def reads(
    name: str, right: Right = Right.SEE, *, snapshot: bool = False, feature: str = ""
) -> Callable[[Callable[Concatenate[S, Unit, P], R]], Callable[Concatenate[S, P], R]]:
    def decorate(use_case: Callable[Concatenate[S, Unit, P], R]) -> Callable[Concatenate[S, P], R]:
        case = CASES[name] = Case(name, use_case.__module__, right, feature=feature)

        @wraps(use_case)
        def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            def in_unit(unit: Unit) -> R:
                case.admit(unit)
                return use_case(self, unit, *args, **kwargs)

            return self.store.read(in_unit, snapshot=snapshot)

        return run

    return decorate


def writes(
    name: str, right: Right, *, as_owner: bool = False, feature: str = ""
) -> Callable[[Callable[Concatenate[S, Unit, P], R]], Callable[Concatenate[S, Request, P], R]]:
    """`as_owner` runs under the owning role on Postgres, for what people's own logins may not.
    What belongs to a `feature` is refused while that is off for the person."""

    def decorate(
        use_case: Callable[Concatenate[S, Unit, P], R],
    ) -> Callable[Concatenate[S, Request, P], R]:
        case = CASES[name] = Case(
            name, use_case.__module__, right, writes=True, as_owner=as_owner, feature=feature
        )

        @wraps(use_case)
        def run(self: S, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> R:
            def in_unit(unit: Unit) -> R:
                case.admit(unit)
                return use_case(self, unit, *args, **kwargs)

            adapter = result_adapter(use_case)
            written = Written(
                name,
                params_hash(args, kwargs),
                lambda result: adapter.dump_json(result).decode(),
                adapter.validate_json,
            )
            with working_on(request.id), _logged(name, self.store.identity.organisation):
                try:
                    result: R = self.store.write(in_unit, request, written, as_owner=as_owner)
                except LoginLacksRight:
                    # The database refused an auditor first; the table says it more clearly.
                    self.store.read(case.admit)
                    raise
            return result

        return run

    return decorate


@contextmanager
def _logged(action: str, organisation: UUID) -> Iterator[None]:
    """A line for each write, also for one that was refused; anything else is a fault, which is
    logged where it ends."""
    try:
        yield
    except BillingError as error:
        log_event("refused", action=action, organisation=organisation, code=error.code)
        raise
    log_event("written", action=action, organisation=organisation)


@cache
def result_adapter(use_case: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(use_case)["return"])


_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def params_hash(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """The same parameters give the same hash in every process, so a reused id is told apart."""
    told = _ANYTHING.dump_python([args, kwargs], mode="json")
    return hashlib.sha256(canonical(told).encode(errors="surrogatepass")).hexdigest()
