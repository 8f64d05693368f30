"""What the guards look at: the files of the project, parsed once."""

import ast
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("billing_tui", "screens", "storage")
_MADE_BY_TOOLS = {".git", ".venv", "build", "dist", "__pycache__"}


def refuse(reason: str, offenders: Iterable[str]) -> None:
    """Fails with the reason first, because the rule matters more than the line that broke it."""
    found = sorted(offenders)
    assert not found, "\n  ".join([reason, *found])


@cache
def files() -> tuple[Path, ...]:
    """Everything that is or could be committed, relative to the project."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        found = {Path(name) for name in listing.stdout.split("\0") if name}
    else:  # an unpacked archive, or a checkout that belongs to somebody else
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        found = {path for path in paths if not _tool_made(path)}
    return tuple(sorted(path for path in found if (ROOT / path).is_file()))


def _tool_made(path: Path) -> bool:
    return any(
        part in _MADE_BY_TOOLS or part.endswith(("_cache", ".egg-info", ".hypothesis"))
        for part in path.parts
    )


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for path in files()
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders)
    ]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def dotted(node: ast.AST) -> str:
    """The written name of an expression such as `datetime.now`, or nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""
