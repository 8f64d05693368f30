"""Settings: where the store is, where this machine keeps its state, how much is logged.

They come from the command line, then the environment, then one flat TOML file, then defaults.
No secret is ever a setting; an address that holds a password is refused from wherever it comes.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

APP = "billing-tui"
_FILE = "settings.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")
_KEYS = {
    "store": "BILLING_TUI_STORE",
    "state": "BILLING_TUI_STATE",
    "organisation": "BILLING_TUI_ORGANISATION",
    "log_level": "BILLING_TUI_LOG_LEVEL",
    "keyring": "BILLING_TUI_KEYRING",
    "theme": "BILLING_TUI_THEME",
}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_OPTIONS = frozenset(
    {
        *("channel_binding", "connect_timeout", "gssencmode", "passfile", "require_auth"),
        *("keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval"),
        *("sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslrootcert"),
        "target_session_attrs",
    }
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*"
_AUTHORITY = re.compile(rf"(?:(?P<user>[^:@]*):?@)?(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?")
_PASSWORD_KEY = re.compile(r"(?i)(?:^|[?&;\s])(?:ssl|pg)?(?:password|passwd|pwd)\s*=")
_USERINFO = re.compile(r"//[^@]*:[^@]+@|^[^/\\@]*:[^/\\@][^@]*@")
_CONNINFO = re.compile(r"\s*(?:host|hostaddr|port|user|dbname|service)\s*=")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class SettingsError(ValueError):
    """A setting that cannot be used, said as one title and one sentence."""

    def __init__(self, title: str, message: str) -> None:
        super().__init__(message)
        self.title = title
        self.message = message


class PasswordInAddress(SettingsError):
    """The sentence never repeats the address, since the address holds the secret."""

    def __init__(self, source: str) -> None:
        super().__init__(
            "Password in the store's address",
            f"The address from {source} holds a password. Take it out, and give the password by"
            " `billing-tui credentials set store-password`, by PGPASSFILE or by"
            " BILLING_TUI_STORE_PASSWORD_FILE.",
        )


class BadAddress(SettingsError):
    def __init__(self, source: str, problem: str) -> None:
        super().__init__(
            "Store address not understood",
            f"The address from {source} {problem}. Write the path of a file, sqlite:PATH or"
            " postgresql://USER@HOST:PORT/DATABASE?sslmode=MODE.",
        )


class Engine(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """The address of a store. It cannot hold a password."""

    engine: Engine
    path: Path = Path()
    user: str = ""
    host: str = ""
    port: int | None = None
    database: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str, source: str = "--store") -> StoreUrl:
        """Three slashes after `sqlite:` start a relative path and four an absolute one."""
        text = text.strip()
        if not text or _UNSAFE.search(text):
            raise BadAddress(source, "is empty or has characters that cannot be in an address")
        match = _SCHEME.fullmatch(text)
        scheme, rest = (match[1].lower(), match[2]) if match else ("", text)
        if _PASSWORD_KEY.search(unquote(text)) or (scheme != "sqlite" and _USERINFO.search(text)):
            raise PasswordInAddress(source)
        if scheme == "sqlite":
            return cls._file(_sqlite_path(rest, source), source)
        if scheme in ("postgresql", "postgres") and rest.startswith("//"):
            return _server(rest[2:], source)
        if scheme or _CONNINFO.match(text):
            raise BadAddress(source, "is of a kind this program does not know")
        return cls._file(text, source)

    @classmethod
    def file(cls, path: Path) -> StoreUrl:
        return cls(Engine.SQLITE, path=path.expanduser().resolve())

    @classmethod
    def _file(cls, path: str, source: str) -> StoreUrl:
        if path in ("", ":memory:", ".", "/") or path.endswith(("/", os.sep)):
            raise BadAddress(source, "names no file")
        try:
            return cls.file(Path(path))
        except RuntimeError:
            raise BadAddress(source, "begins with a home folder that does not exist") from None

    @property
    def sqlite(self) -> bool:
        return self.engine is Engine.SQLITE

    @property
    def text(self) -> str:
        """The same address in one spelling; `parse` reads it back."""
        options = "&".join(f"{key}={quote(value, safe='/')}" for key, value in self.options)
        return self.scope + (("&" if "?" in self.scope else "?") + options if options else "")

    @property
    def scope(self) -> str:
        """What credentials of this store are filed under: the address without its options."""
        if self.sqlite:
            return "sqlite:///" + quote(self.path.as_posix(), safe="/:@ ")
        folder = f"?host={quote(self.host, safe='/')}" if self.host.startswith("/") else ""
        return self._server_text() + folder

    def _server_text(self) -> str:
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        host = "" if self.host.startswith("/") else self.host
        host = f"[{host}]" if ":" in host else host
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{user}{host}{port}/{quote(self.database, safe='')}"

    def libpq(self) -> dict[str, str]:
        """The connection parameters of a Postgres store, without a password."""
        named = {"host": self.host, "user": self.user, "dbname": self.database}
        named["port"] = str(self.port or "")
        return {key: value for key, value in named.items() if value} | dict(self.options)

    def __str__(self) -> str:
        return self.text


def _sqlite_path(rest: str, source: str) -> str:
    if "?" in rest or "#" in rest:
        raise BadAddress(source, "has options after the file name, and a local store takes none")
    if rest.startswith("//"):
        if not rest.startswith("///"):
            raise BadAddress(source, "names a host, and a local store has none")
        rest = rest[3:]
    return unquote(rest)


def _server(rest: str, source: str) -> StoreUrl:
    # Nothing of the address is repeated in an error: an unescaped / ? or # in a password would
    # have moved a part of it to where a path or an option is expected.
    whole, _, query = rest.partition("?")
    authority, _, database = whole.partition("/")
    match = _AUTHORITY.fullmatch(authority)
    if not match or "#" in rest or "/" in database or "@" in database + query:
        raise BadAddress(source, "has no clear host, port and database")
    if not database:
        raise BadAddress(source, "names no database")
    options = _options(query, source)
    host = match["host"].strip("[]")
    folder, port = options.pop("host", ""), match["port"] or options.pop("port", "")
    if folder and (host or not folder.startswith("/")):
        raise BadAddress(source, "gives its host twice or in a way that is not a socket's folder")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise BadAddress(source, "has a port outside 1 to 65535")
    return StoreUrl(
        Engine.POSTGRESQL,
        user=unquote(match["user"] or ""),
        host=host or folder,
        port=int(port) if port else None,
        database=unquote(database),
        options=tuple(sorted(options.items())),
    )


def _options(query: str, source: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise BadAddress(source, "has options that are not key=value") from None
    options = dict(pairs)
    if len(options) < len(pairs) or set(options) - _OPTIONS - {"host", "port"}:
        known = ", ".join(sorted(_OPTIONS))
        raise BadAddress(source, f"has an option twice or one that is not of: {known}")
    if options.get("sslmode", "prefer") not in _SSL_MODES:
        raise BadAddress(source, f"has an sslmode that is not of: {', '.join(_SSL_MODES)}")
    return options


@dataclass(frozen=True, slots=True)
class Settings:
    store: StoreUrl
    store_from: str
    state: Path
    file: Path
    organisation: str | None = None
    log_level: str = "info"
    keyring: bool = True
    theme: str = ""  # of the console; without one, its own

    def state_dir(self) -> Path:
        """The state folder, made private to its owner when it does not exist yet."""
        try:
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.state.stat()
        except OSError as error:
            raise SettingsError(
                "State folder not usable",
                f"{self.state} cannot be made or read ({_reason(error)}). Free the path, or name"
                " another folder in BILLING_TUI_STATE.",
            ) from None
        # Read by others is bearable, since each file in it is 0600; written by others is not. It
        # is not changed here: the folder named may be a shared one such as /tmp.
        if os.name == "posix" and (found.st_mode & 0o022 or found.st_uid != os.geteuid()):
            raise SettingsError(
                "State folder not private",
                f"{self.state} belongs to or can be written by somebody else. Run"
                f" `chmod 700 {self.state}`, or name another folder in BILLING_TUI_STATE.",
            )
        return self.state

    def remember(self, key: str, value: str) -> None:
        """Keep one value in the settings file, and everything else in it."""
        values = _read_file(self.file) | {key: value}
        try:
            text = self.file.read_text(encoding="utf-8") if self.file.exists() else ""
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self.file, _with_line(text, key, values).encode())
        except OSError as error:
            raise SettingsError(
                "Settings not saved",
                f"{self.file} cannot be written ({_reason(error)}). Name another file in"
                " BILLING_TUI_CONFIG, or give it by its variable, such as BILLING_TUI_STORE.",
            ) from None


def _with_line(text: str, key: str, values: Mapping[str, str]) -> str:
    """The settings text with one line exchanged; comments stay where that is possible."""
    lines = [line for line in text.splitlines() if not re.match(rf"\s*{key}\s*=", line)]
    kept = "\n".join([f"{key} = {_toml_text(values[key])}", *lines]) + "\n"
    try:
        if tomllib.loads(kept) == values:
            return kept
    except tomllib.TOMLDecodeError:
        pass
    return "".join(f"{key} = {_toml_text(value)}\n" for key, value in values.items())


def load(store: str | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this run; `store` is what `--store` said."""
    from platformdirs import user_config_dir, user_data_dir, user_state_dir

    environ = os.environ if environ is None else environ
    named = environ.get("BILLING_TUI_CONFIG") or str(Path(user_config_dir(APP, False), _FILE))
    file = _path(named, "BILLING_TUI_CONFIG")
    values = {key: (text, str(file)) for key, text in _read_file(file).items() if text}
    values |= {key: (environ[name], name) for key, name in _KEYS.items() if environ.get(name)}
    if store is not None:
        values["store"] = (store, "--store")
    address, store_from = values.get("store", ("", "default"))
    default = StoreUrl.file(Path(user_data_dir(APP, False), "billing.db"))
    return Settings(
        store=default if store_from == "default" else StoreUrl.parse(address, store_from),
        store_from=store_from,
        state=_path(*values.get("state", (user_state_dir(APP, False), "state"))),
        file=file,
        organisation=values.get("organisation", (None, ""))[0],
        log_level=_choice("log level", LOG_LEVELS, *values.get("log_level", ("info", ""))),
        keyring=_choice("keyring", ("on", "off"), *values.get("keyring", ("on", ""))) == "on",
        theme=values.get("theme", ("", ""))[0],
    )


def _choice(what: str, known: tuple[str, ...], text: str, source: str) -> str:
    if text.lower() not in known:
        raise SettingsError(
            "Setting not understood",
            f"The {what} from {source} must be one of: {', '.join(known)}.",
        )
    return text.lower()


def _path(text: str, source: str) -> Path:
    try:
        if not _UNSAFE.search(text):
            return Path(text).expanduser().resolve()
    except RuntimeError:
        pass  # a home folder that does not exist
    raise SettingsError("Path not usable", f"{source} is not the path of a file or folder.")


def _read_file(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = _reason(error) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(
            "Settings not readable", f"The settings file {file} cannot be read: {reason}."
        ) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line [0-9]+, column [0-9]+", str(error))
        raise SettingsError(
            "Settings not readable",
            f"The settings file {file} is not TOML at {place[0] if place else 'its end'}.",
        ) from None
    for key, value in values.items():
        if key not in _KEYS:
            problem = f"has a key that is not of: {', '.join(_KEYS)}. Secrets do not belong there"
        elif not isinstance(value, str):
            problem = f"must have a text in quotes for {key}"
        else:
            continue
        raise SettingsError("Settings not understood", f"The settings file {file} {problem}.")
    return values


def _toml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step by one only its owner can read; after a crash it is old or new."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
