import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing_tui.adapters.csv_files import open_csv
from billing_tui.domain.acts import Request
from billing_tui.domain.customers import CustomerFilter
from billing_tui.domain.errors import BillingError, InputError
from billing_tui.domain.imports import ColumnMissing, ColumnUnknown, Numbers, Problem
from billing_tui.domain.imports.report import (
    ImportReport,
    Outcome,
    RowLine,
    RowsDoubtful,
    RowsRefused,
)
from billing_tui.domain.money import Money
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.gl import Gl
from billing_tui.services.imports import TARGETS, Imports, NotWaiting, Wanted
from billing_tui.services.rates import Rates
from billing_tui.services.verify import Verify
from storage.repos import imports as repo
from storage.store import Store

HEADER = "number,name,currency,parent,credit_limit,tags\n"


def taken(store: Store, text: str, kind: str = "customers", **wanted: Any) -> ImportReport:
    table = open_csv(text.encode(), [column.name for column in TARGETS[kind].columns])
    return Imports(store).take_in(Request.new(), kind, table, Wanted(**wanted))


def refused(store: Store, text: str, kind: str = "customers", **wanted: Any) -> list[Problem]:
    with pytest.raises(RowsRefused) as caught:
        taken(store, text, kind, **wanted)
    return list(caught.value.report.problems)


def doubted(store: Store, text: str, kind: str = "customers") -> list[Problem]:
    with pytest.raises(RowsDoubtful) as caught:
        taken(store, text, kind)
    return list(caught.value.report.doubts)


def numbers(store: Store) -> list[str]:
    return [line.number for line in Customers(store).list(CustomerFilter(status=None)).items]


def rows_of(count: int, name: Callable[[int], str] = "Firm {}".format) -> str:
    return HEADER + "".join(f"K{n},{name(n)},EUR,,,\n" for n in range(count))


def test_customers_come_in_with_parents_that_follow_later(store: Store) -> None:
    text = HEADER + (
        'K-2,Tochter & Söhne,eur,K-1,"1.234,50",a; b\nK-1,Mutter AG,EUR,,,\n,Ohne Nummer,JPY,,7,\n'
    )
    report = taken(store, text)
    assert (report.outcome, report.rows, report.written) == (Outcome.WRITTEN, 3, 3)
    child = Customers(store).show("K-2")
    assert (child.parent, child.credit_limit) == ("K-1", Money(123450, "EUR"))
    assert child.tags == ("a", "b")
    assert Customers(store).show("C-00001").name == "Ohne Nummer"
    assert Verify(store).run().exit == 0


def test_numbers_are_drawn_around_those_the_file_gives(store: Store) -> None:
    drawn = 250  # more than a unit, so that one unit draws what a later one would be given
    given = [f"C-{n:05d},Given {n},EUR" for n in (3, 7, 230)]
    text = "number,name,currency\n" + "\n".join([f",Drawn {n},EUR" for n in range(drawn)] + given)
    assert taken(store, text).written == drawn + len(given)
    assert [Customers(store).show(f"C-{n:05d}").name for n in (3, 230)] == ["Given 3", "Given 230"]


def test_the_same_file_is_recognised(store: Store) -> None:
    text = rows_of(3)
    first = taken(store, text)
    again = taken(store, text)
    assert (again.outcome, again.run, again.written) == (Outcome.EARLIER, first.run, 0)
    assert len(numbers(store)) == 3
    assert taken(store, text, dry_run=True).bad == 3


def test_a_dry_run_writes_nothing(store: Store) -> None:
    before = Verify(store).run().last
    assert taken(store, rows_of(3), dry_run=True).outcome is Outcome.CHECKED
    assert (numbers(store), Verify(store).run().last) == ([], before)


def test_one_bad_row_refuses_the_file_and_every_trouble_is_said(store: Store) -> None:
    text = HEADER + (
        "K-1,Good,EUR,,,\n"
        "K-2,,EUR,,,\n"
        "K-3,Name,XYZ,,,\n"
        "K-4,Name,EUR,,12.345,\n"
        "K-1,Twice,EUR,,,\n"
        "K-6,Lost,EUR,K-99,,\n"
        "K-7,Short,EUR\n"
        "K-8,Circle,EUR,K-9,,\n"
        "K-9,Circle,EUR,K-8,,\n"
        "K-10,Nul\0,EUR,,,\n"
        "K-11,Limit,EUR,,1e308,\n"
        "K-12,Limit,EUR,,NaN,\n"
    )
    found = refused(store, text, numbers=Numbers.POINT)
    said = {(one.row, one.column): one.message for one in found}
    assert set(said) == {
        (3, "name"), (4, "currency"), (5, "credit_limit"), (6, "number"), (7, "parent"), (8, ""),
        (9, "parent"), (11, "name"), (12, "credit_limit"), (13, "credit_limit"),
    }  # fmt: skip
    assert said[6, "number"] == "K-1 stands in row 2 already."
    assert said[8, ""] == "the row has 3 cells, but the first row names 6."
    assert said[11, "name"] == "character 4 is a NUL; check how the file was made."
    assert numbers(store) == []


def test_what_is_in_the_store_already_is_said(store: Store) -> None:
    taken(store, rows_of(1, "Paypal".format))
    (one,) = refused(store, HEADER + "K0,Other,EUR,,,\n")
    assert one == Problem(2, "number", "customer K0 is in the store already.")
    (one,) = doubted(store, HEADER + "K1,Pаypal,EUR,,,\n")
    assert one.message == "looks like 'Paypal' (K0), but is written differently."
    assert taken(store, HEADER + "K1,Pаypal,EUR,,,\n", anyway=True).written == 1
    (one,) = doubted(store, HEADER + "K2,Modern,EUR,,,\nK3,Modem,EUR,,,\n")
    assert one.message == "looks like 'Modern' in row 2, but is written differently."


def test_a_name_that_is_there_already_is_a_doubt(store: Store) -> None:
    taken(store, rows_of(1, "Zeta Test GmbH".format))
    (one,) = doubted(store, HEADER + "K1,zeta test GmbH,EUR,,,\n")
    assert one == Problem(2, "name", "customer K0 is called 'Zeta Test GmbH' already.")
    (one,) = doubted(store, HEADER + "K1,Twice,EUR,,,\nK2,Twice,EUR,,,\n")
    assert one == Problem(3, "name", "row 2 is called 'Twice' already.")


def test_parents_in_the_store_must_be_able_to_have_children(store: Store) -> None:
    taken(store, rows_of(2))
    customers = Customers(store)
    customers.merge(Request.new(), "K1", "K0")
    (one,) = refused(store, HEADER + "K2,X,EUR,K1,,\n")
    assert one == Problem(2, "parent", "K1 was merged into another customer.")
    deep = "".join(f"D{n},X{n},EUR,{f'D{n - 1}' if n else 'K0'},,\n" for n in range(10))
    assert {one.column for one in refused(store, HEADER + deep)} == {"parent"}
    assert taken(store, HEADER + "".join(deep.splitlines(keepends=True)[:9])).written == 9


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1,234.56", "7"], 123456),
        (["1.234,56", "7"], 123456),
        (["1,234", "1,5"], None),
        (["1234,5", "7"], 123450),
        (["1 234,50"], 123450),
        (["12"], 1200),
    ],
)
def test_the_column_shows_how_its_numbers_are_written(
    local_store: Store, column: list[str], expected: int | None
) -> None:
    rows = "".join(f'K{n},Firm {n},EUR,,"{text}",\n' for n, text in enumerate(column))
    if expected is None:
        refused(local_store, HEADER + rows)
        return
    taken(local_store, HEADER + rows)
    assert Customers(local_store).show("K0").credit_limit == Money(expected, "EUR")


def test_unclear_numbers_are_refused_until_it_is_said(local_store: Store) -> None:
    text = HEADER + 'K1,A,EUR,,"1,234",\n'
    with pytest.raises(InputError, match=r"'1,234' in row 2 can be read in two ways.*--numbers"):
        taken(local_store, text)
    with pytest.raises(InputError, match="in row 3 are written in two"):
        taken(local_store, HEADER + 'K1,A,EUR,,"1,000.5",\nK2,B,EUR,,"1.000,5",\n')
    taken(local_store, text, numbers=Numbers.POINT)
    assert Customers(local_store).show("K1").credit_limit == Money(123400, "EUR")


def test_columns_are_known_or_refused(local_store: Store) -> None:
    with pytest.raises(ColumnUnknown, match="Did you mean 'currency'"):
        taken(local_store, "name,curency\nA,EUR\n")
    with pytest.raises(ColumnMissing, match="currency"):
        taken(local_store, "name\nA\n")
    with pytest.raises(InputError, match="twice"):
        taken(local_store, "name,currency,Name\nA,EUR,B\n")
    assert taken(local_store, "CURRENCY,Name,Created-at\nEUR,A,x\n").ignored == ("created_at",)


def test_every_row_can_be_told(local_store: Store) -> None:
    told: list[RowLine] = []
    refused(local_store, HEADER + "K1,A,EUR,,,\nK2,,EUR,,,\n", every_row=told.extend)
    assert [(one.row, one.key, one.outcome) for one in told] == [
        (2, "K1", "good"),
        (3, "K2", "bad"),
    ]
    assert told[1].message == "name: must be filled in."


def test_departments_with_owner_and_parents(store: Store) -> None:
    login = store.identity.login
    text = f"code,name,parent,owner\nEU,Europe,ALL,\nALL,All,,{login}\n"
    assert taken(store, text, "departments").written == 2
    assert Departments(store).show("EU").parent == "ALL"
    found = refused(
        store, "code,name,parent,owner\nEU,E,,\nX,X,NONE,\nY,Y,,nobody\n", "departments"
    )
    assert [(one.row, one.column) for one in found] == [(2, "code"), (3, "parent"), (4, "owner")]


def test_rates_and_ledger_codes_replace_only_when_told(store: Store) -> None:
    rates = "base,quote,day,rate,source\nEUR,USD,2026-11-20,1.0834,ECB\n"
    assert taken(store, rates, "rates").written == 1
    assert taken(store, rates + "EUR,JPY,2026-11-20,171.25,ECB\n", "rates").written == 2
    changed = rates.replace("1.0834", "1.0900")
    (one,) = doubted(store, changed, "rates")
    assert one.message == "is 1.0834 of ECB in the store; this replaces it."
    assert taken(store, changed, "rates", anyway=True).written == 1
    kept = {(rate.quote, rate.rate) for rate in Rates(store).list(until=date(2026, 12, 1)).items}
    assert kept == {("USD", Decimal("1.0900")), ("JPY", Decimal("171.25"))}
    codes = "entity,account,valid_from,code\nMAIN,receivable,2026-01-01,1400\n"
    assert taken(store, codes, "mappings").written == 1
    (one,) = doubted(store, codes.replace("1400", "1410"), "mappings")
    assert one.column == "code"
    assert [mapping.code for mapping in Gl(store).list()] == ["1400"]
    wrong = "entity,account,valid_from,code,department\nNONE,x,2026-13-01,!,Z\n"
    assert {one.column for one in refused(store, wrong, "mappings")} == {
        "account", "code", "valid_from",
    }  # fmt: skip


def test_units_are_small_and_a_stopped_run_is_finished_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(Exception):
        pass

    take, calls = repo.take, []

    def stop_at_second(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise Stop
        return take(*given)

    monkeypatch.setattr(repo, "take", stop_at_second)
    with pytest.raises(Stop):
        taken(store, rows_of(450))
    assert len(numbers(store)) == 50  # a page of the first 200
    (run,) = Imports(store).pending()
    assert (run.units, run.written) == (3, 1)
    assert Imports(store).finish_pending(Request.new()) == []
    assert Imports(store).pending() == []
    assert taken(store, rows_of(450)).outcome is Outcome.EARLIER
    assert store.read(lambda unit: len(_all(unit))) == 450
    assert Verify(store).run().exit == 0


def _all(unit: Any) -> set[str]:
    from storage.repos import customers

    return set(customers.ids_of(unit, [f"K{n}" for n in range(1000)]))


def test_what_clashes_meanwhile_waits_and_keeps_nobody_from_working(
    local_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = Imports(local_store)
    monkeypatch.setattr(Imports, "_write_units", lambda *_given: None)
    taken(local_store, rows_of(2))
    monkeypatch.undo()
    with monkeypatch.context() as patched:
        patched.setattr(Imports, "_write_units", lambda *_given: None)
        taken(local_store, HEADER + "K1,Faster,EUR,,,\n")
    local = {run.rows: run for run in imports.pending()}
    imports.write_unit(Request.new(), "customers", local[1].id, 0)
    (trouble,) = imports.finish_pending(Request.new())
    assert "K1" in trouble.message
    assert taken(local_store, HEADER + "K9,Other,EUR,,,\n").written == 1
    (waiting,) = imports.pending()
    assert imports.give_up(Request.new(), waiting.id) == 1
    assert imports.pending() == []
    with pytest.raises(NotWaiting):
        imports.give_up(Request.new(), waiting.id)
    assert Verify(local_store).run().exit == 0


def test_thousands_of_odd_files_leave_nothing_behind(local_store: Store) -> None:
    """Whatever a file says, it is taken in whole or refused in sentences."""
    dice = random.Random(3)
    pieces = [
        "K1", "Firm", "EUR", "", "1,234.56", "1.234,56", "NaN", "1e308", "-0", "٣", "=1+1", "[1",
        "{}", '{"a":1}', "[[]]", "\u202e", "a" * 300, "4111 1111 1111 1111", "DE:1", "X=50",
        "\ud7ff", '"q"', "\x00", "9" * 30, "2026-02-30", "'", "'=x", "１", "ß", "\r", "\x1b[31m",
    ]  # fmt: skip
    before = Verify(local_store).run().last
    outcomes = {True: 0, False: 0}
    for _ in range(2000):
        kind = dice.choice(list(TARGETS))
        names = [column.name for column in TARGETS[kind].columns]
        needed = [column.name for column in TARGETS[kind].columns if column.needed]
        header = list(dict.fromkeys([*needed, *dice.sample(names, dice.randrange(len(names)))]))
        rows = [
            [dice.choice(pieces) for _ in range(len(header) - (dice.random() < 0.05))]
            for _ in range(dice.randrange(1, 4))
        ]
        lines = [
            ",".join(f'"{cell}"' if dice.random() < 0.9 else cell for cell in row) for row in rows
        ]
        said = trouble(local_store, "\n".join([",".join(header), *lines]), kind)
        outcomes[said == ""] += 1
        assert said in ("", "bad") or said.endswith(".")
    assert outcomes[False] > 1900
    assert Verify(local_store).run().last == before


def trouble(store: Store, text: str, kind: str) -> str:
    try:
        report = taken(store, text, kind, dry_run=True)
    except BillingError as error:
        return error.message
    assert all(problem.message for problem in report.problems)
    return "bad" if report.bad else ""
