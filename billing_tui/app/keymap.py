"""Keys of one's own: a file beside the settings that names a key's id and what to press instead."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from textual.binding import Keymap

from billing_tui.domain.errors import InputError
from billing_tui.resources import asset_text

FILE, KNOWN = "keys.toml", "keymap.toml"


class KeymapNotUnderstood(InputError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__("Keys not understood", f"{path}: {why} The usual keys stay.")


def defaults() -> dict[str, str]:
    """Every key there is, by its id."""
    return _flat(tomllib.loads(asset_text(KNOWN)))


def own(folder: Path) -> Keymap:
    """What the person's own file says, where there is one."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise KeymapNotUnderstood(path, "the file cannot be read.") from None
    try:
        said = _flat(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, TypeError):
        raise KeymapNotUnderstood(path, 'write lines such as new = "n" under [records].') from None
    known = defaults()
    for id in said:
        if id not in known:
            raise KeymapNotUnderstood(path, f"there is no key called {id[:60]!r}.")
    return said


def _flat(said: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for part, keys in said.items():
        if not isinstance(keys, dict):
            raise TypeError(part)
        for name, key in keys.items():
            if not isinstance(key, str) or not key.strip():
                raise TypeError(name)
            found[f"{part}.{name}"] = key
    return found
