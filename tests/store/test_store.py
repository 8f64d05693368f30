from billing_tui.domain.acts import Request
from storage.repos import audit
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text


def test_founding_writes_the_first_rows_of_the_chain(store: Store) -> None:
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    assert [row.action for row in rows] == [
        "organisations.found", "users.add", "currencies.use", "entities.create",
    ]  # fmt: skip


def test_the_same_request_is_done_once(store: Store) -> None:
    done: list[int] = []

    def once(unit: Unit) -> str:
        done.append(1)
        unit.note("test.done", "test:1")
        return "first"

    request = Request.new()
    assert store.write(once, request, as_text()) == "first"
    assert store.write(once, request, as_text()) == "first"
    assert done == [1]
