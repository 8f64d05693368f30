import unicodedata
from dataclasses import replace
from datetime import date

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import CustomerFilter, examined
from billing_tui.domain.demo import GROUP
from billing_tui.services.customers import Customers
from billing_tui.services.seed import Seed, Seeded, SeedInProduction, demo
from billing_tui.services.verify import Verify
from storage.repos import organisations
from storage.store import Store


def test_the_store_is_filled_once_and_holds(store: Store) -> None:
    seed = Seed(store)
    first = seed.fill(Request.new(), 7, 250)
    assert first.customers == 250
    assert min(first.departments, first.mappings, first.rates) > 0
    assert seed.fill(Request.new(), 7, 250) == Seeded(0, 0, 0, 0)
    assert seed.fill(Request.new(), 7, 260).customers == 10
    assert seed.fill(Request.new(), 8, 20).customers == 20
    assert Verify(store).run().exit == 0
    child = Customers(store).show(str(demo(7).id(1)))
    assert child.parent == Customers(store).show(str(demo(7).id(0))).number
    braked = Customers(store).list(CustomerFilter(), limit=300).items
    assert any(line.brakes for line in braked)


def test_the_same_seed_gives_the_same_customers() -> None:
    one, two = demo(1), demo.__wrapped__(1)
    assert [one.customer(n) for n in range(GROUP)] == [two.customer(n) for n in range(GROUP)]
    assert one.customer(3) != demo(2).customer(3)
    assert one.rates(date(2026, 11, 21)) == two.rates(date(2026, 11, 21))
    assert len({one.id(n) for n in range(1000)}) == 1000


def test_every_made_up_customer_would_be_taken_as_typed() -> None:
    made = [demo(1).customer(n).draft for n in range(2000)]
    assert [examined(draft) for draft in made] == [(draft, ()) for draft in made]
    scripts = {unicodedata.name(draft.name[0]).split()[0] for draft in made}
    assert len(scripts) > 12
    assert len({draft.currency for draft in made}) > 20
    assert sum(bool(draft.tax_ids) for draft in made) > 400


def test_real_books_stay_clean(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = organisations.organisation
    monkeypatch.setattr(
        organisations, "organisation", lambda unit: replace(real(unit), production=True)
    )
    for refused in (Seed(store).departments, lambda request: Seed(store).accounts(request, 1)):
        with pytest.raises(SeedInProduction):
            refused(Request.new())
    with pytest.raises(SeedInProduction):
        Seed(store).customers(Request.new(), 1, 0, 10)
