"""What one change to many does to each: changed, the same, or refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from billing_tui.domain.customers import Brake
from billing_tui.domain.customers.bulk import (
    BulkChange,
    BulkDiff,
    Outcome,
    Standing,
    checked_change,
    lines,
)
from billing_tui.domain.errors import InputError
from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.history import Change
from billing_tui.domain.ids import new_id
from tests.hostile import CARD, TEXTS, UNREADABLE


def standing(**fields: Any) -> Standing:
    usual: dict[str, Any] = {
        "id": new_id(), "version": 3, "number": "C-1", "name": "Acme", "merged_into": "",
        "archived": False, "terms": "net30", "tags": ("VIP", "north"),
        "brakes": {Brake.HOLD: "late"},
    }  # fmt: skip
    return Standing(**(usual | fields))


def verdict(change: BulkChange, **fields: Any) -> tuple[Outcome, str, str, str, str]:
    (line,) = lines(checked_change(change), [standing(**fields)])
    return line.outcome, line.field, line.before, line.after, line.why


MANY = tuple(f"t{n}" for n in range(20))
NO, SAME = Outcome.REFUSED, Outcome.SAME


@pytest.mark.parametrize(
    ("change", "fields", "told"),
    [
        (BulkChange(("south",)), {}, ("tags", "VIP, north", "VIP, north, south")),
        (BulkChange(("vip", " North")), {}, SAME),
        (BulkChange(remove_tags=("vip", "none")), {}, ("tags", "VIP, north", "north")),
        (BulkChange(remove_tags=("none",)), {}, SAME),
        (BulkChange(("x",), ("vip",)), {}, ("tags", "VIP, north", "north, x")),
        (BulkChange(("x",)), {"tags": MANY}, "would have 21 tags"),
        (BulkChange(("x",), ("t1",)), {"tags": MANY[:2]}, ("tags", "t0, t1", "t0, x")),
        (BulkChange(terms="NET 14"), {}, ("terms", "net30", "net14")),
        (BulkChange(terms="net30"), {}, SAME),
        (BulkChange(brake=Brake.HOLD, reason="late"), {}, SAME),
        (BulkChange(brake=Brake.HOLD, reason="other"), {}, "already has hold"),
        (
            BulkChange(brake=Brake.NO_DUNNING, reason="kind", release=Brake.HOLD), {},
            ("brakes", "hold: late", "no_dunning: kind"),
        ),
        (BulkChange(release=Brake.HOLD), {}, ("brakes", "hold: late", "")),
        (BulkChange(release=Brake.NO_DUNNING), {}, SAME),
        (BulkChange(release=Brake.HOLD), {"archived": True}, ("brakes", "hold: late", "")),
        (BulkChange(("x",)), {"archived": True}, "is archived"),
        (BulkChange(release=Brake.HOLD), {"merged_into": "C-9"}, "was merged into C-9"),
        (
            BulkChange(("x",), terms="eom", release=Brake.HOLD), {},
            ("tags, terms, brakes", "VIP, north; net30; hold: late", "VIP, north, x; eom; "),
        ),
    ],
)  # fmt: skip
def test_what_a_change_does(change: BulkChange, fields: dict[str, Any], told: Any) -> None:
    outcome, *said, why = verdict(change, **fields)
    if told is SAME:
        assert (outcome, said, why) == (Outcome.SAME, ["", "", ""], "")
    elif isinstance(told, str):
        assert (outcome, said) == (Outcome.REFUSED, ["", "", ""])
        assert told in why
    else:
        assert (outcome, tuple(said), why) == (Outcome.CHANGED, told, "")


def test_of_tags_and_brakes_each_that_comes_or_goes_is_a_step() -> None:
    change = BulkChange(("big, old", "x"), ("vip",), "eom", Brake.NO_DUNNING, "kind", Brake.HOLD)
    (line,) = lines(checked_change(change), [standing()])
    assert line.steps == (
        Change("tags", "", "big, old"),
        Change("tags", "", "x"),
        Change("tags", "VIP", ""),
        Change("terms", "net30", "eom"),
        Change("brakes", "", "no_dunning: kind"),
        Change("brakes", "hold: late", ""),
    )


def test_lines_are_of_what_was_seen() -> None:
    one = standing()
    diff = BulkDiff(tuple(lines(checked_change(BulkChange(terms="eom")), [one, standing()])))
    assert (diff.lines[0].id, diff.lines[0].version) == (one.id, 3)
    assert diff.lines[0].changes == (Change("terms", "net30", "eom"),)
    assert (diff.count(Outcome.CHANGED), diff.count(Outcome.SAME)) == (2, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (BulkChange(), "change"),
        (BulkChange(reason="only why"), "change"),
        (BulkChange(("",)), "add_tags[0]"),
        (BulkChange((" ",)), "add_tags[0]"),
        (BulkChange(("x" * 41,)), "add_tags[0]"),
        (BulkChange((CARD,)), "add_tags[0]"),
        (BulkChange(remove_tags=("a", UNREADABLE["nul"])), "remove_tags[1]"),
        (BulkChange((UNREADABLE["half"],)), "add_tags[0]"),
        (BulkChange((*MANY, "x")), "add_tags"),
        (BulkChange(("Vip",), ("vip",)), "remove_tags"),
        (BulkChange(terms="soon"), "terms"),
        (BulkChange(brake=Brake.HOLD), "reason"),
        (BulkChange(brake=Brake.HOLD, reason="x" * 501), "reason"),
        (BulkChange(brake=Brake.HOLD, reason="a", release=Brake.HOLD), "release"),
    ],
)
def test_a_change_that_cannot_be_used(change: BulkChange, field: str) -> None:
    with pytest.raises(FieldsRefused) as refused:
        checked_change(change)
    assert field in {error.field for error in refused.value.errors}


def test_hostile_tags_are_kept_as_given() -> None:
    for text in TEXTS.values():
        tag = text[:40]
        try:
            kept = checked_change(BulkChange((tag, tag)))
        except InputError:
            continue
        assert kept.add_tags == (tag,)
