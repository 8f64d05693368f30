"""The audit record as anyone can check it without the program: from raw rows and a few lines."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata

import pytest

from tests.services.acceptance.conftest import Place

HASHED = (
    "organisation", "seq", "prev", "at", "actor", "database_user", "origin", "request", "action",
    "object", "version", "reason", "body",
)  # fmt: skip
ADDRESS = {"kind": "billing", "country": "DE", "lines": ["Geheimweg 7"], "city": "Ulm"}
CONTACT = {"name": "Zoë Private", "email": "zoe@private.example", "phone": "+49 731 555"}
PRIVATE = ("Geheimweg", "Ulm", "Private", "private.example", "731 555")


def _live(place: Place) -> None:
    """A little of everything that is kept."""
    run = place.machine.does
    draft = {"name": "Café Zoë", "currency": "EUR", "addresses": [ADDRESS], "contacts": [CONTACT]}
    file = place.write("draft.json", json.dumps(draft))
    run("customers", "create", "--file", file)
    run("customers", "edit", "C-00001", "--set", "name=Cafe\u0301 Zwei", "--reason", "renamed")
    run("customers", "brake", "C-00001", "hold", "--reason", "late")
    run("customers", "note", "C-00001", "called")
    run("departments", "create", "--file", place.write("d.json", '{"code":"OPS","name":"Ops"}'))
    run("rates", "set", "EUR", "USD", "1.1", "--from", "2026-01-01", "--source", "ECB")
    run("seed", "--customers", "5")


def _framed(*values: object) -> bytes:
    texts = [None if value is None else str(value).encode() for value in values]
    return b"\x01" + b"".join(b"-," if t is None else b"%d:%s," % (len(t), t) for t in texts)


def test_the_chain_is_recomputed_from_its_rows(place: Place) -> None:
    _live(place)
    before = "0" * 64
    rows = place.raw(f"SELECT hash, {', '.join(HASHED)} FROM audit_log ORDER BY seq")
    for n, (own, *values) in enumerate(rows, start=1):
        row = dict(zip(HASHED, values, strict=True))
        assert (row["seq"], row["prev"]) == (n, before)
        before = hashlib.sha256(_framed(*values)).hexdigest()
        assert own == before, n
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["at"])
        body = json.loads(row["body"], parse_float=lambda text: pytest.fail(f"a float: {text}"))
        assert row["body"] == json.dumps(
            body, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert row["body"] == unicodedata.normalize("NFC", row["body"])
    assert place.raw("SELECT seq, hash FROM audit_head") == [(len(rows), before)]
    assert len(rows) > 10


def test_each_row_is_sealed_with_the_key_of_the_recovery_code(local: Place) -> None:
    _live(local)
    code = re.search(r"^(?:\w{5}-){13}\w{5}$", local.setup, re.MULTILINE)
    assert code is not None
    letters = "".join(group[:4] for group in code[0].split("-")[:13])
    number = 0
    for letter in letters:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    key = (number >> len(letters) * 5 - 256).to_bytes(32)
    for own, key_id, mac in local.raw("SELECT hash, key_id, mac FROM audit_log"):
        assert mac == hmac.new(key, _framed(key_id, own), "sha256").hexdigest()


def test_each_version_of_each_row_stands_in_the_chain_once(place: Place) -> None:
    _live(place)
    source = {
        "sqlite": "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p"
        " WHERE m.type = 'table'",
        "postgres": "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'",
    }
    columns = place.raw(source[place.engine])
    tables = {t for t, column in columns if column == "version" and t != "audit_log"}
    assert {"customer", "customer_note", "department", "app_user", "exchange_rate"} <= tables
    wanted = {
        (f"{table}:{id}", n)
        for table in tables
        for id, version in place.raw(f"SELECT id, version FROM {table}")
        for n in range(1, version + 1)
    }
    said = place.raw("SELECT object, version FROM audit_log WHERE version IS NOT NULL")
    assert len(said) == len(set(said))
    assert set(said) == wanted


def test_personal_details_are_hashes_and_can_be_forgotten(place: Place) -> None:
    _live(place)
    bodies = "".join(body for (body,) in place.raw("SELECT body FROM audit_log"))
    assert not [word for word in PRIVATE if word in bodies]
    kept = place.raw("SELECT digest, salt, value FROM personal_value")
    assert {digest for digest, _, _ in kept} == set(re.findall(r"sha256:(\w{64})", bodies))
    for digest, salt, value in kept:
        assert hashlib.sha256(f"{salt}:{value}".encode()).hexdigest() == digest
    emptied = place.write("emptied.json", '{"contacts": [], "addresses": []}')
    place.machine.does("customers", "edit", "C-00001", "--file", emptied)
    (id,) = place.raw("SELECT id FROM customer WHERE number = 'C-00001'")[0]
    place.raw("UPDATE personal_value SET salt = '', value = '' WHERE object = ?", f"customer:{id}")
    assert place.machine("verify").code == 0


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE audit_log SET reason = 'x'",
        "DELETE FROM audit_log",
        "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log WHERE seq = 2",
        "UPDATE customer SET name = 'x'",
        "UPDATE customer SET version = version + 2",
        "DELETE FROM customer",
        "UPDATE OR REPLACE customer SET number = 'C-00002', version = version + 1",
        "INSERT OR REPLACE INTO customer SELECT * FROM customer WHERE number = 'C-00001'",
    ],
)
def test_plain_sqlite_cannot_change_what_stands(local: Place, act: str) -> None:
    local.machine.does("seed", "--customers", "2")
    with pytest.raises(Exception, match=r"^(audit_log|customer): "):
        local.raw(act)


@pytest.mark.parametrize("act", ["UPDATE {} SET organisation = organisation", "DELETE FROM {}",
                                 "TRUNCATE {} CASCADE"])  # fmt: skip
def test_not_even_the_superuser_changes_the_record_by_accident(shared: Place, act: str) -> None:
    for table in ("audit_log", "ledger_entry", "posting"):
        with pytest.raises(Exception, match="rows are only added"):
            shared.raw(act.format(table))


def _found(place: Place) -> dict[str, set[str]]:
    """What verify finds wrong: the rows by invariant. Each invariant is named in any case."""
    ran = place.machine("verify", "--json")
    invariants = {each["id"]: each["findings"] for each in ran.doc["invariants"]}
    assert {"I1", "I2", "I12", "I13", "I14", "I23"} <= invariants.keys()
    found = {id: {one["key"] for one in rows} for id, rows in invariants.items() if rows}
    assert ran.code == (1 if found else 0), ran
    return found


def test_a_change_of_any_column_is_located(place: Place) -> None:
    place.machine.does("seed", "--customers", "3")
    columns = [*HASHED, "hash", "key_id", "mac"]
    assert _found(place) == {}
    for column in columns:
        (value,) = place.raw(f"SELECT {column} FROM audit_log WHERE seq = 5")[0]
        if column in ("organisation", "seq"):
            continue  # then the row is not in its place: it is missing, as below
        other = "0" if isinstance(value, int) else "'" + ("x" + str(value or ""))[:64] + "'"
        kept = "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
        place.unguarded(f"UPDATE audit_log SET {column} = {other} WHERE seq = 5")
        assert "5" in _found(place)["I13"], column
        place.unguarded(f"UPDATE audit_log SET {column} = {kept} WHERE seq = 5")
    assert _found(place) == {}
    place.unguarded("DELETE FROM audit_log WHERE seq = 5")
    assert "5" in _found(place)["I13"]


def test_verifying_writes_nothing_to_the_store(place: Place) -> None:
    tables = ("request", "audit_log", "app_user", "counter", "job_run")
    before = [place.raw(f"SELECT * FROM {table}") for table in tables]
    assert _found(place) == {}
    assert [place.raw(f"SELECT * FROM {table}") for table in tables] == before


def test_a_cut_tail_is_shown_by_what_the_machine_remembers(place: Place) -> None:
    place.machine.does("seed", "--customers", "3")
    assert _found(place) == {}
    seq, own = place.raw("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1 OFFSET 1")[0]
    place.unguarded(
        f"DELETE FROM audit_log WHERE seq > {seq}",
        f"UPDATE audit_head SET seq = {seq}, hash = '{own}'",
    )
    assert _found(place)["I14"] == {str(seq + 1)}


def test_a_change_behind_the_back_is_a_version_without_its_line(place: Place) -> None:
    place.machine.does("seed", "--customers", "1")
    place.raw("UPDATE customer SET name = 'Forged', version = version + 1")
    (id,) = place.raw("SELECT id FROM customer")[0]
    assert str(id) in " ".join(_found(place)["I12"])
