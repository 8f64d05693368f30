"""Files that ship with the program: style, key map, help, mail and document texts, demo data."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries the folder inside the package; in a checkout it lies beside it.
_FOLDERS = (_PACKAGE / "assets", _PACKAGE.parent / "assets")


class AssetMissing(LookupError):
    """A programming or packaging error: the program asked for a file it does not carry."""


def asset(name: str) -> Path:
    """The path of `name`, given with slashes and relative to the assets folder."""
    for folder in _FOLDERS:
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.exists():
            return path
    raise AssetMissing(f"the program carries no file called {name}")


def asset_text(name: str) -> str:
    return asset(name).read_text(encoding="utf-8")
