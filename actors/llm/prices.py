"""What tokens cost: a file of the user's, else litellm's table where it is installed, else the list that ships with us.

An unknown price is `None`, never 0.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actors.llm.port import Usage

MILLION = 1e6
HERE = Path(__file__).parent
_TABLE = "model_prices_and_context_window_backup.json"
_TIER = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")


class PricesInvalid(Exception):  # noqa: N818 - errors read as facts
    """Raised when a price file cannot be used; the text says where, and what is allowed."""

    @property
    def problems(self) -> tuple[str, ...]:
        """The text, as wrong settings have it."""
        return (str(self),)


class Rates(BaseModel):
    """US dollars for a million tokens; cached reads and writes cost as other input does unless they say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    read: float | None = Field(default=None, ge=0)
    written: float | None = Field(default=None, ge=0)


class Price(Rates):
    """Rates of a model; beyond so many tokens of a request those `above`; `batch` is the share that batches cost."""

    beyond: int | None = Field(default=None, ge=1)
    above: Rates | None = None
    batch: float = Field(default=1.0, ge=0, le=1)

    def cost(self, usage: Usage, *, batched: bool = False) -> float:
        """US dollars of one call."""
        rates: Rates = self.above if self.above and self.beyond and usage.tokens_in > self.beyond else self
        read = rates.input if rates.read is None else rates.read
        written = rates.input if rates.written is None else rates.written
        fresh = usage.tokens_in - usage.tokens_cached - usage.tokens_cache_written
        dollars = fresh * rates.input + usage.tokens_cached * read + usage.tokens_cache_written * written
        total = (dollars + usage.tokens_out * rates.output) / MILLION
        return round(total * (self.batch if batched else 1.0), 9)

    def most(self, tokens_in: int, tokens_out: int) -> float:
        """US dollars that a call of this size can cost, nothing of it cached or all of it written."""
        dear = Usage(tokens_in, tokens_out, 0, tokens_in if (self.written or 0.0) > self.input else 0)
        return self.cost(dear)


def price_of(model: str, file: str = "") -> Price | None:
    """The price of a model, by `adapter:rest`, `provider/model` or the model's bare name; None if nobody knows it.

    Raises:
        PricesInvalid: the user's file cannot be used.
    """
    adapter, colon, rest = model.partition(":")
    names = [model, rest if colon else model]
    names += [names[1].partition("/")[2]] if "/" in names[1] else []
    own = read_prices(file) if file else {}
    for name in names:
        if name in own:
            return own[name]
    provider = names[1].partition("/")[0] if adapter == "litellm" else "anthropic"
    for name in names[1:]:
        found = _listed(name, provider)
        if found is not None:
            return found
    return read_prices(str(HERE / "data" / "prices.yaml")).get(names[1]) if provider == "anthropic" else None


def charged(usage: Usage, price: Price | None, *, batched: bool = False) -> Usage:
    """The usage with its cost."""
    cost = 0.0 if price is None else price.cost(usage, batched=batched)
    return Usage(
        usage.tokens_in,
        usage.tokens_out,
        usage.tokens_cached,
        usage.tokens_cache_written,
        cost_usd=cost,
        priced=price is not None,
    )


@lru_cache(maxsize=8)
def read_prices(file: str) -> dict[str, Price]:
    """Prices by model from a YAML file: `MODEL: {input: 3, output: 15, read: 0.3, written: 3.75}`.

    Raises:
        PricesInvalid: the file cannot be read, or a field is wrong.
    """
    try:
        told = yaml.safe_load(Path(file).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PricesInvalid(f"{file}: cannot be read as YAML: {error}") from None
    if not isinstance(told, dict):
        raise PricesInvalid(f"{file}: prices are lines 'MODEL: {{input: 3, output: 15}}', dollars a million tokens")
    return {str(name): _validated(file, str(name), fields) for name, fields in told.items()}


def _validated(file: str, name: str, fields: Any) -> Price:
    try:
        return Price.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([name, *map(str, first["loc"])])
        raise PricesInvalid(f"{file}: {where}: {first['msg']}; prices are dollars a million tokens") from None


def _listed(name: str, provider: str) -> Price | None:
    """The entry of litellm's table; read as a file, for the package itself takes seconds to import."""
    entry = _litellm_table().get(name)
    if not entry or entry.get("litellm_provider") != provider or "input_cost_per_token" not in entry:
        return None
    tier = next((int(m[1]) for m in map(_TIER.fullmatch, entry) if m), None)
    above = None if tier is None else _rates(entry, f"_above_{tier}k_tokens")
    batched, full = entry.get("input_cost_per_token_batches"), entry["input_cost_per_token"]
    share = min(batched / full, 1.0) if batched and full else 1.0
    beyond = None if tier is None else tier * 1000
    return Price(**_rates(entry).model_dump(), beyond=beyond, above=above, batch=round(share, 6))


def _rates(entry: dict[str, Any], suffix: str = "") -> Rates:
    names = {
        "input": "input_cost_per_token",
        "output": "output_cost_per_token",
        "read": "cache_read_input_token_cost",
        "written": "cache_creation_input_token_cost",
    }
    found = {ours: entry.get(theirs + suffix, entry.get(theirs)) for ours, theirs in names.items()}
    return Rates(**{ours: round(value * MILLION, 9) for ours, value in found.items() if value is not None})


@lru_cache(maxsize=1)
def _litellm_table() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / _TABLE).is_file():
        return {}
    table: dict[str, dict[str, Any]] = json.loads((folder / _TABLE).read_text(encoding="utf-8"))
    return table
