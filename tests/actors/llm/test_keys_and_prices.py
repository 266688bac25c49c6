"""Keys come from the environment and are masked everywhere; prices are as the list says, or said to be unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.llm.keys import MASK, key, redacted
from actors.llm.port import KeyMissing, Usage
from actors.llm.prices import PricesInvalid, charged, price_of, read_prices


def test_a_key_is_stripped_and_then_masked_wherever_it_stands() -> None:
    found = key("SOME_KEY", environment={"SOME_KEY": "  planted-0123456789\n"})
    assert found == "planted-0123456789"
    assert redacted("Illegal header value b'Bearer planted-0123456789'") == f"Illegal header value b'Bearer {MASK}'"


@pytest.mark.parametrize("value", ["sk-one two", "sk-half\nsk-other", "schlüssel-0123", ""])
def test_what_cannot_be_a_key_is_refused_by_the_name_of_its_variable_alone(value: str) -> None:
    with pytest.raises(KeyMissing, match="SOME_KEY") as refused:
        key("SOME_KEY", environment={"SOME_KEY": value})
    assert not value or value not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["sk-ant-api03-abcdefghijkl", "Bearer abcdefghijklmnop", "https://x/?key=abcdefghijk", "AIza" + "x" * 35],
)
def test_what_looks_like_a_key_is_masked_too(text: str) -> None:
    assert MASK in redacted(f"said: {text}!")
    assert text[-8:] not in redacted(f"said: {text}!")


def test_a_call_costs_what_the_list_says_with_cached_tokens_apart() -> None:
    """claude-opus-5: 5 and 25 dollars a million, reads 0.50, writes 6.25; so 1000 fresh, 8000 read, 2000 written."""
    price = price_of("anthropic:claude-opus-5")
    usage = charged(Usage(11_000, 400, 8_000, 2_000), price)
    by_hand = (1_000 * 5 + 8_000 * 0.5 + 2_000 * 6.25 + 400 * 25) / 1e6
    assert usage.cost_usd == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.0315)
    assert price is not None
    assert price.cost(usage, batched=True) == pytest.approx(by_hand / 2)


def test_long_requests_cost_what_the_upper_tier_says() -> None:
    price = price_of("anthropic:claude-haiku-5-5")
    assert price is not None
    assert price.cost(Usage(100_000, 0)) == pytest.approx(0.01)
    assert price.cost(Usage(200_000, 0)) == pytest.approx(0.1)


def test_an_unknown_price_is_said_and_is_not_nothing() -> None:
    assert price_of("litellm:openai/my-own-model") is None
    assert charged(Usage(10, 10), None).priced is False


def test_a_file_goes_before_every_list(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("claude-opus-5: {input: 1, output: 2}\nopenai/mine: {input: 0, output: 0}\n")
    price = price_of("anthropic:claude-opus-5", str(file))
    assert price is not None
    assert (price.input, price.read) == (1, None)
    assert price.cost(Usage(1_000_000, 0, 500_000)) == 1
    own = price_of("litellm:openai/mine", str(file))
    assert own is not None
    assert charged(Usage(10, 10), own) == Usage(10, 10, cost_usd=0.0, priced=True)


def test_a_wrong_price_file_is_named_with_its_field(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("mine: {input: -1, output: 2}\n")
    with pytest.raises(PricesInvalid, match=r"prices\.yaml: mine\.input"):
        read_prices(str(file))


def test_the_shipped_list_is_in_order() -> None:
    assert price_of("anthropic:claude-sonnet-5") is not None
