import random

import pytest

from billing_tui.domain.cards import CardNumberRefused, card_number_in, refuse_cards
from billing_tui.domain.ids import new_id

VISA = "4111111111111111"
SPACINGS = ("{}", " ", "-", ".", "  ", "\u00a0", "\u2009", "–", "_", "/", "\t", "\n", " - ")
PREFIXES = [("4", 16), ("4", 19), ("51", 16), ("2221", 16), ("34", 15), ("37", 15), ("36", 14)]
PREFIXES += [("6011", 16), ("3528", 16), ("62", 16), ("6304", 12), ("6759", 19), ("2200", 16)]


def luhn(body: str) -> str:
    total = sum(sum(divmod(int(d) * (1 + (i % 2 == 0)), 10)) for i, d in enumerate(body[::-1]))
    return body + str(-total % 10)


def spaced(number: str, gap: str) -> str:
    if gap == "{}":
        return number
    sizes = (4, 6, 5) if len(number) == 15 else (4, 6, 4) if len(number) == 14 else (4,) * 5
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return gap.join(part for part in parts if part)


@pytest.mark.parametrize(
    "digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
)
@pytest.mark.parametrize("gap", SPACINGS)
def test_cards_are_found_in_every_spacing_and_script(digits: str, gap: str) -> None:
    rng = random.Random(gap + digits)
    for prefix, length in PREFIXES * 2:
        number = luhn(prefix + "".join(rng.choices("0123456789", k=length - len(prefix) - 1)))
        text = f"Karte {spaced(number, gap)}, danke".translate(str.maketrans("0123456789", digits))
        assert card_number_in(text), text


@pytest.mark.parametrize(
    "text",
    [
        VISA,
        f"card:{VISA}.",
        f"Visa{VISA}",
        "4111 1111 1111 1111 12/28 123",
        "ref 2026 4111 1111 1111 1111",
        "4\u200b111\u200b1111\u200b1111\u200b1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41 11 11 11 11 11 11 11",
        "4111 111111111111",
        "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣",
        "4222222222222",
        "378282246310005",
        "3782-822463-10005",
        "30569309025904",
        "6011111111111117",
        "5555555555554444",
        "DE00 4111 1111 1111 1111",
    ],
)
def test_card_numbers(text: str) -> None:
    assert card_number_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me",
        "4111111111111112",
        f"9{VISA}",
        f"{VISA}0000",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "MT84MALT011000012345MTLCAST001S",
        "NO93 8601 1117 947",
        "RF18 5390 0754 7034",
        "RF18539007547034",
        "+49 151 12345678",
        "+4915112345676",
        "4006381333931",
        "2026-11-21 20:45:39.123456",
        "INV-00001 INV-00002",
        "4111111111 / 111111",
        "PO-2026-0000123456",
        "1234567890123456",
        "1,234,567,890,123.00",
        "SE556188840401",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert not card_number_in(text)


def test_our_own_ids_pass() -> None:
    for _ in range(2000):
        assert not card_number_in(f"see {new_id()}")


@pytest.mark.parametrize(
    ("country", "number"),
    [("FR", "36252187900034"), ("BR", "11222333000181"), ("LT", "100001919017")],
)
def test_a_tax_id_passes_by_its_own_check(country: str, number: str) -> None:
    assert refuse_cards(number, "Tax id", country) == number


@pytest.mark.parametrize("country", ["FR", "DE", "XX", "../x", "", "12"])
def test_a_card_is_no_tax_id(country: str) -> None:
    with pytest.raises(CardNumberRefused):
        refuse_cards(VISA, "Tax id", country)


def test_order_numbers_are_hardly_ever_refused() -> None:
    rng = random.Random(7)
    orders = [f"PO-{rng.randrange(2020, 2030)}-{rng.randrange(10**10):010}" for _ in range(5000)]
    orders += [f"45{rng.randrange(10**8):08} / {rng.randrange(10**6)}" for _ in range(5000)]
    assert sum(map(card_number_in, orders)) <= 10


def test_the_refusal_names_the_field_and_never_the_number() -> None:
    with pytest.raises(CardNumberRefused) as refused:
        refuse_cards(f"pay with {VISA}", "Note")
    assert refused.value.message.startswith("Note:")
    assert "1111" not in f"{refused.value.message}{vars(refused.value)}"
