import csv
import hashlib
import io
import stat
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_tui.adapters.csv_files import CsvWriter, open_csv
from billing_tui.adapters.signing import Checkpoint, SignedCheckpoint, SigningKey
from billing_tui.domain import rights
from billing_tui.domain.acts import Request
from billing_tui.domain.audit_log import AuditFilter
from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Allocation,
    Contact,
    Customer,
    CustomerDraft,
    CustomerFilter,
    Delivery,
)
from billing_tui.domain.departments import DepartmentDraft
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports import Row, columns_at, marks_of
from billing_tui.domain.imports import customers as columns
from billing_tui.domain.money import Money
from billing_tui.domain.rights import RightMissing
from billing_tui.domain.tax_ids import TaxId
from billing_tui.services import exports as exports_module
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.exports import (
    DepartmentFilter,
    Exports,
    FileExists,
    FileNotWritable,
    Format,
    FormatUnknown,
    format_of,
)
from storage.repos import audit
from storage.store import Store

KEY = SigningKey(bytes(range(32)))


def with_customers(store: Store, *drafts: CustomerDraft) -> Exports:
    for draft in drafts:
        Customers(store).create(Request.new(), draft, True)
    return Exports(store)


def test_customers_are_written_noted_and_signed(store: Store, tmp_path: Path) -> None:
    exports = with_customers(
        store,
        CustomerDraft("=1+1", "EUR", "K-1", credit_limit=Money(123450, "EUR")),
        CustomerDraft("Zoë", "EUR", "K-2", credit_limit=Money(0, "EUR"), tags=("a",)),
        CustomerDraft("Other", "USD", "K-3"),
    )
    out = tmp_path / "customers.csv"
    signed = KEY.sign(Checkpoint(store.identity.organisation, 9, "ab" * 32, datetime.now(UTC)))
    done = exports.to_file(
        Request.new(), CustomerFilter(currency="EUR"), out, Format.CSV, sign=lambda: signed
    )
    data = out.read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(row["name"], row["credit_limit"]) for row in rows] == [
        ("'=1+1", "1234.50"),
        ("Zoë", "0.00"),
    ]
    assert (done.rows, done.sha256) == (2, hashlib.sha256(data).hexdigest())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    beside = tmp_path / "customers.csv.checkpoint.json"
    assert SignedCheckpoint.parse(beside.read_text().strip()) == signed
    assert sorted(path.name for path in tmp_path.glob(".*")) == []
    last = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1]
    assert last.action == "customers.export"
    assert done.sha256 in last.body
    assert '"currency":"EUR"' in last.body


def test_spreadsheets_have_typed_cells(store: Store, tmp_path: Path) -> None:
    draft = CustomerDraft("=cmd|' /C calc'!A0", "EUR", "K-1", credit_limit=Money(5, "EUR"))
    out = tmp_path / "a.xlsx"
    with_customers(store, draft).to_file(Request.new(), CustomerFilter(), out, Format.XLSX)
    header, row = openpyxl.load_workbook(out)["Customers"].rows
    cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (cells["name"].value, cells["name"].data_type) == (draft.name, "s")
    assert (cells["credit_limit"].value, cells["credit_limit"].data_type) == (0.05, "n")


def test_pages_are_joined_without_a_gap(
    local_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [CustomerDraft(f"Firm {n}", "EUR", f"K-{n}") for n in range(11)]
    exports = with_customers(local_store, *drafts)
    monkeypatch.setattr(exports_module, "LARGEST_PAGE", 3)
    told: list[int] = []
    exports.to_file(
        Request.new(), CustomerFilter(), tmp_path / "a.csv", Format.CSV, tell=told.append
    )
    assert told == [3, 6, 9, 11]
    stream = io.BytesIO()
    exports.to_stream(Request.new(), CustomerFilter(), stream)
    lines = stream.getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["number", *(f"K-{n}" for n in range(11))]


def test_words_that_were_searched_for_are_only_hashed_in_the_chain(store: Store) -> None:
    exports = with_customers(store, CustomerDraft("Ada", "EUR"))
    asked = CustomerFilter(text="ada@example.com", tag="north")
    exports.to_stream(Request.new(), asked, io.BytesIO())
    told = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1].body
    assert "ada@example.com" not in told
    assert "sha256:" in told
    assert "north" in told


def test_departments_too(store: Store, tmp_path: Path) -> None:
    Departments(store).create(Request.new(), DepartmentDraft("OPS", "+Operations"))
    Exports(store).to_file(Request.new(), DepartmentFilter(), tmp_path / "d.csv", Format.CSV)
    text = (tmp_path / "d.csv").read_text("utf-8-sig")
    assert text.splitlines()[1] == "OPS,'+Operations,,,active,"


def test_a_file_that_is_there_stays_and_trouble_leaves_nothing(
    local_store: Store, tmp_path: Path
) -> None:
    exports, out = Exports(local_store), tmp_path / "a.csv"
    out.write_text("mine")
    with pytest.raises(FileExists):
        exports.to_file(Request.new(), CustomerFilter(), out, Format.CSV)
    assert out.read_text() == "mine"
    exports.to_file(Request.new(), CustomerFilter(), out, Format.CSV, force=True)
    assert out.read_text("utf-8-sig").startswith("number,")
    with pytest.raises(FileNotWritable, match="no such file"):
        exports.to_file(Request.new(), CustomerFilter(), tmp_path / "none" / "a.csv", Format.CSV)

    def fail() -> None:
        raise OSError(28, "No space left on device")

    other = tmp_path / "b.csv"
    with pytest.raises(FileNotWritable, match="no space left"):
        exports.to_file(Request.new(), CustomerFilter(), other, Format.CSV, sign=fail)
    assert not other.exists()
    assert list(tmp_path.glob(".*")) == []


def test_a_file_made_meanwhile_stays(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    signed = KEY.sign(Checkpoint(store.identity.organisation, 9, "ab" * 32, datetime.now(UTC)))

    def made_by_another() -> SignedCheckpoint:
        out.write_text("theirs")
        return signed

    given = (Request.new(), CustomerFilter(), out, Format.CSV)
    with pytest.raises(FileExists):
        Exports(store).to_file(*given, sign=made_by_another)
    assert out.read_text() == "theirs"
    left = {path.name for path in tmp_path.iterdir() if "store.db" not in path.name}
    assert left == {"a.csv"}


def test_the_format_follows_the_name() -> None:
    assert (format_of("a.CSV"), format_of("b.xlsx"), format_of("c", "csv")) == (
        Format.CSV, Format.XLSX, Format.CSV,
    )  # fmt: skip
    with pytest.raises(FormatUnknown):
        format_of("a.ods")


TEXTS = st.text(
    st.one_of(
        st.sampled_from("=+-@'\";,|:[]{} \t\r\n\u00a0\ufeff\u202e\x1b＝a"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=8,
)
NAMES = TEXTS.filter(lambda text: bool(text.strip()))
CUSTOMERS = st.builds(
    Customer,
    id=st.just(new_id()),
    version=st.just(1),
    number=st.from_regex(r"[A-Z][A-Z0-9-]{0,5}[0-9]", fullmatch=True),
    name=NAMES,
    currency=st.just("EUR"),
    parent=st.just(""),
    terms=st.just("net30"),
    credit_limit=st.none() | st.integers(0, 10**17).map(lambda n: Money(n, "EUR")),
    delivery=st.sampled_from(Delivery),
    language=st.just("de-AT"),
    addresses=st.lists(
        st.builds(
            Address,
            st.sampled_from(AddressKind),
            st.just("DE"),
            st.lists(TEXTS, max_size=3).map(tuple),
            TEXTS,
            TEXTS,
            TEXTS,
        ),
        max_size=3,
    ).map(tuple),
    contacts=st.lists(st.builds(Contact, NAMES, TEXTS, TEXTS, TEXTS), max_size=3).map(tuple),
    tax_ids=st.lists(st.just(TaxId("DE", "136695976")), max_size=2).map(tuple),
    allocations=st.sampled_from(
        [(), (Allocation("A", Decimal("33.5")), Allocation("B", Decimal("66.5")))]
    ),
    brakes=st.just({}),
    tags=st.lists(NAMES, max_size=3).map(tuple),
    meta_data=st.dictionaries(st.sampled_from(["a", "b"]), TEXTS, max_size=2),
    merged_into=st.just(""),
    archived_at=st.none(),
    created_at=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CUSTOMERS, min_size=1, max_size=3), st.sampled_from(",;\t"))
def test_whatever_goes_out_comes_back(people: list[Customer], delimiter: str) -> None:
    file = io.StringIO(newline="")
    names = [column.name for column in columns.COLUMNS]
    CsvWriter(file, names, delimiter).rows(columns.told(one) for one in people)
    table = open_csv(file.getvalue().encode(), names)
    at = columns_at(table.header, columns.COLUMNS)
    marks = marks_of(table.rows(), {"credit_limit": at["credit_limit"]}, None)
    rows = [Row(number, cells, at, marks) for number, cells in table.rows()]
    assert [columns.read(row) for row in rows] == [one.draft() for one in people]
    assert not any(row.problems for row in rows)


def test_auditors_may_not_take_lists_out(
    local_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = {right: frozenset({rights.Role.AUDITOR}) for right in rights.Right}
    monkeypatch.setattr(rights, "MATRIX", none)
    with pytest.raises(RightMissing):
        Exports(local_store).to_file(
            Request.new(), CustomerFilter(), tmp_path / "a.csv", Format.CSV
        )
    assert list(tmp_path.glob("*.csv")) == []


def test_the_trail_is_written_and_that_stands_in_it(store: Store, tmp_path: Path) -> None:
    exports = with_customers(store, CustomerDraft("A", "EUR", "K-1"))
    customers, out = Customers(store), tmp_path / "audit.csv"
    customers.archive(Request(new_id(), "=gone"), "K-1")
    done = exports.to_file(Request.new(), AuditFilter(object="customer"), out, Format.CSV)
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert [(row["action"], row["label"], row["reason"]) for row in rows] == [
        ("customers.archive", "K-1", "'=gone"),
        ("customers.create", "K-1", ""),
    ]
    assert (done.kind, done.rows) == ("audit", 2)
    last = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1]
    assert (last.action, done.sha256 in last.body) == ("audit.export", True)
    assert '"object":"customer"' in last.body
    book = tmp_path / "audit.xlsx"
    exports.to_file(Request.new(), AuditFilter(), book, Format.XLSX)
    first = next(openpyxl.load_workbook(book)["Audit"].iter_rows(min_row=2))
    assert (first[0].value, first[3].value) == (last.seq, "audit.export")


def test_no_act_is_missed_or_told_twice(
    local_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = with_customers(local_store, *[CustomerDraft(f"F {n}", "EUR") for n in range(5)])
    monkeypatch.setattr(exports_module, "LARGEST_PAGE", 2)
    head = len(local_store.read(lambda unit: list(audit.rows_after(unit, 0))))
    stream = io.BytesIO()
    told: list[int] = []

    def meanwhile(rows: int) -> None:
        told.append(rows)
        Customers(local_store).create(Request.new(), CustomerDraft(f"M {rows}", "EUR"), True)

    exports.to_stream(Request.new(), AuditFilter(), stream, meanwhile)
    lines = stream.getvalue().decode().splitlines()[1:]
    assert [int(line.split(",")[0]) for line in lines] == list(range(head, 0, -1))
    assert told[0] == 2


def test_only_who_may_takes_the_trail_out(
    local_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = rights.MATRIX | {rights.Right.EXPORT_TRAIL: frozenset({rights.Role.AUDITOR})}
    monkeypatch.setattr(rights, "MATRIX", none)
    with pytest.raises(RightMissing, match="export the audit trail"):
        Exports(local_store).to_file(Request.new(), AuditFilter(), tmp_path / "a.csv", Format.CSV)
    assert list(tmp_path.glob("*.csv")) == []
