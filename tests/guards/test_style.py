"""Rules of the code that no linter knows, each with its reason."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.guards.project import PACKAGES, dotted, parsed, python_files, refuse

# Exceptions, each with its reason.
CLOCK_ALLOWED = {
    Path(
        "billing_tui/domain/ids.py"
    ): "an id carries the instant it was made, and nothing reads it",
}
FLOAT_ALLOWED: dict[Path, str] = {}

_CLOCKS = re.compile(
    r"(^|\.)((datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime))$"
)
_OPENERS = {
    "Session",
    "Settings",
    "connect",
    "create_engine",
    "create_pool",
    "engine_from_config",
    "load_settings",
    "sessionmaker",
}
_STYLE_NAMES = {"CSS", "DEFAULT_CSS", "INLINE_CSS"}
_STYLE_RULE = re.compile(r"[\w.#:*>-]+\s*\{\s*[a-z-]+\s*:\s*[^{};]+;[^{}]*\}")

Finder = Callable[[ast.Module], Iterator[ast.AST]]


def clock_reads(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _CLOCKS.search(dotted(node)):
            yield node
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (alias for alias in node.names if _CLOCKS.search(f"time.{alias.name}"))


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Every expression that importing the file evaluates, class bodies and defaults included."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults]
            waiting += [default for default in node.args.kw_defaults if default]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def opened_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    for node in run_at_import(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name.rpartition(".")[2] in _OPENERS or _CLOCKS.search(name):
                yield node


def floats(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            floating = any(
                isinstance(given, ast.Constant) and isinstance(given.value, float)
                for given in node.args
            )
            if name == "float" or (floating and name.endswith(("Decimal", "Money", "Fraction"))):
                yield node


def styles(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                named = any(dotted(target).rpartition(".")[2] in _STYLE_NAMES for target in targets)
            case ast.AnnAssign(target=target, value=value):
                named = dotted(target).rpartition(".")[2] in _STYLE_NAMES
            case ast.Constant(value=str(text)) if _STYLE_RULE.search(text):
                yield node
                continue
            case _:
                continue
        if named and not (isinstance(value, ast.Constant) and not value.value):
            yield node


RULES: list[tuple[str, Finder, tuple[str, ...], dict[Path, str]]] = [
    (
        "Rules take now and today as arguments, so that a test and a rerun get the same answer:",
        clock_reads,
        ("billing_tui/domain", "billing_tui/services"),
        CLOCK_ALLOWED,
    ),
    (
        "Importing opens nothing and reads no clock; what is opened at import cannot be closed:",
        opened_at_import,
        PACKAGES,
        {},
    ),
    (
        "Money and quantities are int or Decimal; a float has already lost the cent:",
        floats,
        ("billing_tui/domain", "billing_tui/services", "storage"),
        FLOAT_ALLOWED,
    ),
    (
        "Style lives in assets/*.tcss, where a theme can reach it:",
        styles,
        PACKAGES,
        {},
    ),
]


@pytest.mark.parametrize(
    ("reason", "finder", "folders", "allowed"),
    RULES,
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_rule_holds(
    reason: str, finder: Finder, folders: tuple[str, ...], allowed: dict[Path, str]
) -> None:
    refuse(
        reason,
        (
            f"{path}:{getattr(node, 'lineno', 1)}"
            for path in python_files(*folders)
            if path not in allowed
            for node in finder(parsed(path))
        ),
    )


def test_exceptions_are_still_needed() -> None:
    refuse(
        "These files no longer need their exception:",
        (
            str(path)
            for _, finder, _, allowed in RULES
            for path in allowed
            if path not in python_files(*PACKAGES) or not list(finder(parsed(path)))
        ),
    )


@pytest.mark.parametrize(
    ("finder", "line"),
    [
        (clock_reads, "now = datetime.now(UTC)"),
        (clock_reads, "stamp: datetime = field(default_factory=dt.datetime.utcnow)"),
        (clock_reads, "def due(day=date.today()): ..."),
        (clock_reads, "from time import time_ns"),
        (opened_at_import, "engine = sqlalchemy.create_engine(url)"),
        (opened_at_import, "class Store:\n    started = datetime.now(UTC)"),
        (opened_at_import, "def ask(settings=Settings()): ..."),
        (floats, "amount = float(text)"),
        (floats, "rate = Decimal(0.1)"),
        (styles, "class Tile(Widget):\n    DEFAULT_CSS = 'width: 1fr'"),
        (styles, "app.stylesheet.add_source('Tile { width: 1fr; }')"),
    ],
)
def test_rule_bites(finder: Finder, line: str) -> None:
    assert list(finder(ast.parse(line)))


@pytest.mark.parametrize(
    ("finder", "line"),
    [
        (clock_reads, "today = unit.today"),
        (clock_reads, "started = time.monotonic()"),
        (opened_at_import, "def open_store(url):\n    return create_engine(url)"),
        (opened_at_import, "make = lambda url: create_engine(url)"),
        (floats, "refused = isinstance(value, float)"),
        (styles, "class Tile(Widget):\n    DEFAULT_CSS = ''"),
        (styles, "shape = '{name: text}'"),
    ],
)
def test_rule_lets_pass(finder: Finder, line: str) -> None:
    assert not list(finder(ast.parse(line)))
