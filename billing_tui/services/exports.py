"""Lists as files: streamed page by page, noted in the chain, with a signed checkpoint beside them.

A file is written under another name and only gets its own when it is whole and noted.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from billing_tui.adapters.csv_files import Cell, CsvWriter
from billing_tui.adapters.signing import SignedCheckpoint
from billing_tui.domain import audit_columns
from billing_tui.domain.acts import Request
from billing_tui.domain.audit_log import AuditFilter
from billing_tui.domain.customers import CustomerFilter, CustomerSort
from billing_tui.domain.departments import DepartmentStatus
from billing_tui.domain.errors import InputError, Refused
from billing_tui.domain.fields import FieldsRefused, Findings
from billing_tui.domain.imports import Column
from billing_tui.domain.imports import customers as customer_columns
from billing_tui.domain.imports import departments as department_columns
from billing_tui.domain.imports.report import RowLine
from billing_tui.domain.pages import LARGEST_PAGE, Page, Place
from billing_tui.domain.rights import Right
from billing_tui.settings import write_private
from storage.repos import audit_log, customer_search, customers, departments
from storage.uow import Unit

from .cases import Service, reads, writes

Rows = list[Sequence[Cell]]
Tell = Callable[[int], None]
Sign = Callable[[], SignedCheckpoint | None]
LONGEST_FILTER = 200


class Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class FormatUnknown(InputError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Which format?", f"{name} ends in neither .csv nor .xlsx; say --format csv or xlsx."
        )


class FileExists(Refused):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__("File exists", f"{path} is there already; name another, or use --force.")


class FileNotWritable(InputError):
    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__("File not written", f"{path}: {why}. Nothing was left behind.")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `sha256` is that of the file's bytes, as it stands in the chain."""

    kind: str
    format: Format
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DepartmentFilter:
    text: str = ""
    status: DepartmentStatus | None = DepartmentStatus.ACTIVE


Asked = CustomerFilter | DepartmentFilter | AuditFilter


def format_of(name: str, said: str = "") -> Format:
    try:
        return Format(said or Path(name).suffix.lower().removeprefix("."))
    except ValueError:
        raise FormatUnknown(name) from None


class Exports(Service):
    def to_file(
        self, request: Request, asked: Asked, path: Path, form: Format, *, force: bool = False,
        sign: Sign = lambda: None, tell: Tell = lambda _rows: None,
    ) -> Exported:  # fmt: skip
        """Write the list to `path`, and the checkpoint beside it."""
        if path.exists() and not force:
            raise FileExists(path)
        _checked(asked)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            done = self._written(asked, partial, form, tell)
            self._noted(request, done, asked)
            signed = sign()
            with nullcontext() if force else _claimed(path):
                if signed is not None:
                    beside = path.with_name(f"{path.name}.checkpoint.json")
                    write_private(beside, f"{signed.text()}\n".encode())
                partial.replace(path)
            return done
        except OSError as error:
            raise FileNotWritable(path, (error.strerror or str(error)).lower()) from None
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def to_stream(
        self, request: Request, asked: Asked, stream: Sink, tell: Tell = lambda _rows: None
    ) -> Exported:
        """CSV without a mark in front, for whatever reads it next; no checkpoint goes with it."""
        _checked(asked)
        hashing = _Hashing(stream)
        kind, columns, pages = self._list(asked)
        rows = _write_csv(hashing, columns, pages, tell, mark=False)
        done = Exported(kind, Format.CSV, rows, hashing.digest())
        return self._noted(request, done, asked)

    def pages(self, asked: Asked) -> Iterator[Rows]:
        """The rows of a list, some at a time."""
        return self._list(asked)[2]

    @reads("exports.customers", Right.BULK_CUSTOMERS)
    def customers(self, unit: Unit, asked: CustomerFilter, cursor: str) -> Page[Sequence[Cell]]:
        """By number, which never changes: nobody is missed or told twice when names do."""
        page = customer_search.ids(unit, asked, CustomerSort.NUMBER, cursor, LARGEST_PAGE)
        found = customers.by_ids(unit, page.items)
        return Page(tuple(customer_columns.told(one) for one in found), page.next)

    @reads("exports.departments", Right.BULK_CUSTOMERS)
    def departments(self, unit: Unit, asked: DepartmentFilter, cursor: str) -> Page[Sequence[Cell]]:
        page = departments.page(unit, asked.status, asked.text, cursor, LARGEST_PAGE)
        return Page(tuple(department_columns.told(one) for one in page.items), page.next)

    @reads("exports.trail", Right.EXPORT_TRAIL)
    def trail(self, unit: Unit, asked: AuditFilter, cursor: str) -> Page[Sequence[Cell]]:
        """The newest first: what is written meanwhile stands above, and moves nothing."""
        found = audit_log.slice_of(unit, asked, Place(after=cursor), LARGEST_PAGE)
        more = len(found.items) == LARGEST_PAGE
        return Page(tuple(map(audit_columns.told, found.items)), found.last if more else "")

    @reads("exports.now")
    def now(self, unit: Unit) -> datetime:
        return unit.now

    @writes("exports.note", Right.BULK_CUSTOMERS)
    def note(self, unit: Unit, done: Exported, asked: Mapping[str, str]) -> Exported:
        return _said(unit, done, asked)

    @writes("exports.note_trail", Right.EXPORT_TRAIL)
    def note_trail(self, unit: Unit, done: Exported, asked: Mapping[str, str]) -> Exported:
        return _said(unit, done, asked)

    def _noted(self, request: Request, done: Exported, asked: Asked) -> Exported:
        note = self.note_trail if isinstance(asked, AuditFilter) else self.note
        return note(request, done, _told(asked))

    def _written(self, asked: Asked, partial: Path, form: Format, tell: Tell) -> Exported:
        kind, columns, pages = self._list(asked)
        # Made before anything is in it, so that it is never open to others.
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if form is Format.XLSX:
            rows = _write_xlsx(partial, kind, columns, pages, self.now(), tell)
        else:
            with partial.open("wb") as file:
                rows = _write_csv(file, columns, pages, tell, mark=True)
                file.flush()
                os.fsync(file.fileno())
        with partial.open("rb") as file:
            return Exported(kind, form, rows, hashlib.file_digest(file, "sha256").hexdigest())

    def _list(self, asked: Asked) -> tuple[str, Sequence[Column], Iterator[Rows]]:
        if isinstance(asked, CustomerFilter):
            pages = _pages(lambda cursor: self.customers(asked, cursor))
            return "customers", customer_columns.COLUMNS, pages
        if isinstance(asked, AuditFilter):
            return "audit", audit_columns.COLUMNS, _pages(lambda cursor: self.trail(asked, cursor))
        pages = _pages(lambda cursor: self.departments(asked, cursor))
        return "departments", department_columns.COLUMNS, pages


@contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """The name is ours or somebody else's, also when they took it while we were writing."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise FileExists(path) from None
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _said(unit: Unit, done: Exported, asked: Mapping[str, str]) -> Exported:
    """Who took which list out, and the hash of what they got. Words that were searched for may be
    somebody's name or address, so the chain has them as it has contact details."""
    name = f"export:{done.sha256}"
    said = {
        key: unit.hashed(name, value) if key == "text" else value for key, value in asked.items()
    }
    unit.note(f"{done.kind}.export", name, asdict(done) | {"filter": said})
    return done


def _told(asked: Asked) -> dict[str, str]:
    return {name: str(value or "") for name, value in asdict(asked).items()}


def _checked(asked: Asked) -> None:
    """What is asked for stays in the audit trail, so it is judged like a text that is kept."""
    found = Findings()
    for name, value in _told(asked).items():
        found.text(name, value, LONGEST_FILTER)
    if found.errors:
        raise FieldsRefused("The export", found.errors)


def _pages(page: Callable[[str], Page[Sequence[Cell]]]) -> Iterator[Rows]:
    cursor = ""
    while True:
        found = page(cursor)
        yield list(found.items)
        cursor = found.next
        if not cursor:
            return


def _write_csv(
    file: Sink,
    columns: Sequence[Column],
    pages: Iterator[Rows],
    tell: Tell,
    *,
    mark: bool,
) -> int:
    """A page at a time through memory; the mark is what tells a spreadsheet that it is UTF-8."""
    text, total = io.StringIO(newline=""), 0
    writer = CsvWriter(text, [column.name for column in columns])
    if mark:
        file.write(b"\xef\xbb\xbf")
    for rows in pages:
        writer.rows(rows)
        file.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
        total += len(rows)
        tell(total)
    return total


def _write_xlsx(
    path: Path,
    kind: str,
    columns: Sequence[Column],
    pages: Iterator[Rows],
    made: datetime,
    tell: Tell,
) -> int:
    from billing_tui.adapters.xlsx_files import XlsxFile

    book, total = XlsxFile(path, kind.title(), [column.name for column in columns], made), 0
    for rows in pages:
        book.rows(rows)
        total += len(rows)
        tell(total)
    book.close()
    return total


def write_report(path: Path, lines: Iterator[RowLine]) -> None:
    """The outcome of every row of an import, as a file of one's own."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileExists(path) from None
    except OSError as error:
        raise FileNotWritable(path, (error.strerror or str(error)).lower()) from None
    with open(handle, "w", encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - a handle
        told = ((one.row, one.key, one.name, one.outcome.value, one.message) for one in lines)
        CsvWriter(file, ["row", "number", "name", "outcome", "message"]).rows(told)


class _Hashing:
    """Passes bytes on and remembers their hash."""

    def __init__(self, file: Sink) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def digest(self) -> str:
        return self._hash.hexdigest()
