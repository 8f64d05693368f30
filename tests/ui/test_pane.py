"""The pane of facts at every width, and the small parts around the lists."""

from __future__ import annotations

import pytest

from screens.formatting import Badge, branches, field_name, readable
from screens.widgets.figures import bars
from screens.widgets.keys_bar import Key, fitting
from screens.widgets.pane import Changed, Event, Fact, Pane, Part, Rule, Title, Words
from screens.widgets.views_bar import MOST_KEYS, View, ViewsBar, all_views
from tests.hostile import TEXTS
from tests.ui.stage import Stage, inert, picture

ON_HOLD = Badge("■", "on hold", "error")
PARTS: tuple[Part, ...] = (
    Title("A name that is rather long for a narrow pane", ON_HOLD),
    Words("C-00001 · EUR"),
    Rule(),
    Fact("Credit limit", "1,200.00 EUR"),
    Fact("Billing", "High Street 1\n12345 Town"),
    Fact("A label that is quite long", "and a value that is too long to stand beside it at all"),
    Changed("terms", "net30", "net14"),
    Changed("tags", "", "gold"),
    Changed("note", "what it was before it was changed", "what it is now that it was changed"),
    Event("16 Nov 10:07", "edited by somebody for a reason that is long", "ann"),
)


async def test_what_was_written_in_lines_is_shown_in_lines() -> None:
    pane = Pane()
    app = Stage(pane)
    async with app.run_test(size=(40, 10)) as pilot:
        pane.show((Event("10:07", "called them\nthey pay", "ann"),))
        await pilot.pause()
        shown = [line.strip("│ ") for line in picture(app)]
        assert shown[:2] == ["10:07 ● called them", "they pay · ann"]


async def test_another_theme_gives_it_another_ground() -> None:
    pane = Pane()
    app = Stage(pane)
    async with app.run_test(size=(60, 10)) as pilot:
        pane.show((Title("Acme"), Fact("Credit limit", "5.00 EUR")))
        app.theme = "textual-light"
        await pilot.pause()
        line = next(
            strip for strip in app.screen._compositor.render_strips() if "Credit" in strip.text
        )
        grounds = {part.style.bgcolor for part in line if part.style and part.text.strip("│ ")}
        assert len(grounds) == 1


@pytest.mark.parametrize("width", [26, 40, 56, 80, 120, 200])
async def test_nothing_is_cut_and_nothing_runs_over(width: int) -> None:
    pane = Pane(title="[bold]x[/]")
    app = Stage(pane)
    async with app.run_test(size=(width, 60)) as pilot:
        pane.show(PARTS)
        await pilot.pause()
        lines = picture(app)
        assert all(len(line) <= width for line in lines)
        words = " ".join(" ".join(lines).replace("│", " ").split())
        for text in ("rather long for", "■ on hold", "1,200.00 EUR", "12345 Town", "gold", "ann"):
            assert text in words
        assert "net30 → net14" in words
        assert pane._border_title is not None
        assert pane._border_title.plain == "[bold]x[/]"
        await pilot.resize_terminal(max(26, width // 2), 60)
        await pilot.pause()
        assert all(len(line) <= max(26, width // 2) for line in picture(app))


async def test_a_wide_one_sets_values_beside_labels_a_narrow_one_at_the_edge() -> None:
    pane = Pane()
    app = Stage(pane)
    async with app.run_test(size=(100, 20)) as pilot:
        pane.show((Fact("Credit limit", "5.00 EUR"),))
        await pilot.pause()
        assert next(line for line in picture(app) if "Credit" in line).index("5.00") < 25
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        line = next(line for line in picture(app) if "Credit" in line)
        assert line.index("5.00") > 25


@pytest.mark.parametrize("name", TEXTS)
async def test_hostile_text_is_inert_in_every_part(name: str) -> None:
    text = TEXTS[name]
    pane = Pane(title=text)
    app = Stage(pane)
    async with app.run_test(size=(60, 60)) as pilot:
        pane.show((Title(text), Fact(text, text), Words(text), Changed(text, text, text),
                   Event(text, text, text)))  # fmt: skip
        await pilot.pause()
        assert inert(app)
        assert "\x1b" not in pane.text


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("net30", "net30"),
        ('["gold","retail"]', "gold, retail"),
        ('{"hold":"late"}', "hold: late"),
        ('[{"city":"Bonn","country":"DE","kind":"billing","lines":["A 1","B 2"]}]',
         "billing, A 1, B 2, Bonn, DE"),
        ('[{"country":"SE","number":"5567","valid":true},{"country":"DE","number":"8","valid":false}]',
         "SE, 5567\nDE, 8"),
        ("[not json", "[not json"),
        ("[]", ""),
    ],
)  # fmt: skip
def test_values_of_the_record_are_told_in_words(kept: str, told: str) -> None:
    assert readable(kept) == told


def test_bars_reach_from_nothing_to_full() -> None:
    assert bars([]) == ""
    assert bars([0, 0]) == "▁▁"
    assert bars([0, 1, 1000]) == "▁▁█"
    assert bars([1, 2], wide=3) == "▄▄▄███"


def test_the_programs_keys_always_stand() -> None:
    own = [Key(str(n), "Own key", f"own{n}", None, True, False) for n in range(9)]
    program = [Key("?", "Keys", "keys", None, True, True)]
    for room in range(10, 130):
        kept = fitting([*own, *program], room)
        assert kept[-1].name == "Keys"
        assert list(kept[:-1]) == own[: len(kept) - 1]
        assert sum(key.width for key in kept) <= room or len(kept) == 1
    assert len(fitting([*own, *program], 200)) == 10


async def test_views_that_have_no_room_are_counted() -> None:
    fixed = [View("All"), View("On hold", "brake:hold")]
    bar = ViewsBar(all_views(fixed, []))
    app = Stage(bar)
    async with app.run_test(size=(40, 5)) as pilot:
        bar.show([View(f"[b]View {n}[/b]", f"tag:{n}") for n in range(12)], None)
        bar.mark("tag:10", "", descending=False)
        await pilot.pause()
        line = picture(app)[0]
        assert "[b]View 10[/b]" in line
        assert "+" in line
        assert bar.at_key(MOST_KEYS) is bar.views[MOST_KEYS - 1]
        assert bar.at_key(0) is None
        assert bar.here is bar.views[10]


def test_fields_are_called_as_their_forms_call_them() -> None:
    assert field_name("credit_limit") == "credit limit"
    assert field_name("allocations") == "cost shares"


def test_the_lines_of_a_tree_lead_to_those_that_follow() -> None:
    assert branches([0, 1, 2, 2, 1, 0, 1]) == [
        "", "├─ ", "│  ├─ ", "│  └─ ", "└─ ", "", "└─ ",
    ]  # fmt: skip
    assert branches([]) == []
