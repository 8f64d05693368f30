"""Use cases: a named function of a unit of work, what right it needs, how it is run.

Decorated methods are called with a request (writes) or directly (reads); the unit they receive is
the store's. They may run several times, so they do nothing outside their transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from pydantic import TypeAdapter

from billing_tui.domain.acts import Request
from billing_tui.domain.audit import canonical
from billing_tui.domain.rights import Right, require
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
    writes: bool
    as_owner: bool


CASES: dict[str, Case] = {}


class Service:
    """One area's use cases over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store


def reads(
    name: str, right: Right = Right.SEE, *, snapshot: bool = False
) -> Callable[[Callable[Concatenate[S, Unit, P], R]], Callable[Concatenate[S, P], R]]:
    def decorate(use_case: Callable[Concatenate[S, Unit, P], R]) -> Callable[Concatenate[S, P], R]:
        CASES[name] = Case(name, use_case.__module__, right, writes=False, as_owner=False)

        @wraps(use_case)
        def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            def in_unit(unit: Unit) -> R:
                require(unit.actor.roles, right)
                return use_case(self, unit, *args, **kwargs)

            return self.store.read(in_unit, snapshot=snapshot)

        return run

    return decorate


def writes(
    name: str, right: Right, *, as_owner: bool = False
) -> Callable[[Callable[Concatenate[S, Unit, P], R]], Callable[Concatenate[S, Request, P], R]]:
    """`as_owner` runs under the owning role on Postgres, for what people's own logins may not."""

    def decorate(
        use_case: Callable[Concatenate[S, Unit, P], R],
    ) -> Callable[Concatenate[S, Request, P], R]:
        CASES[name] = Case(name, use_case.__module__, right, writes=True, as_owner=as_owner)

        @wraps(use_case)
        def run(self: S, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> R:
            def in_unit(unit: Unit) -> R:
                require(unit.actor.roles, right)
                return use_case(self, unit, *args, **kwargs)

            adapter = result_adapter(use_case)
            written = Written(
                name,
                params_hash(args, kwargs),
                lambda result: adapter.dump_json(result).decode(),
                adapter.validate_json,
            )
            result: R = self.store.write(in_unit, request, written, as_owner=as_owner)
            return result

        return run

    return decorate


@cache
def result_adapter(use_case: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(use_case)["return"])


_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def params_hash(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """The same parameters give the same hash in every process, so a reused id is told apart."""
    told = _ANYTHING.dump_python([args, kwargs], mode="json")
    return hashlib.sha256(canonical(told).encode()).hexdigest()
