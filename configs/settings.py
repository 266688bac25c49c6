"""The settings that decide what a run does: one validated, frozen model for all commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

STORES = ("sqlite:///", "postgresql://", "memory://")
"""What a store's URL may begin with."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Size = Annotated[int, Field(ge=1, le=100_000)]
Pool = Literal["generators", "printers", "agents", "evaluators", "reflectors"]
"""Pools of the placement `apart`; the journal is always one."""


class Settings(BaseModel):
    """What `train`, `try`, `evaluate` and `stress` go by; a command reads the fields that concern it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    world: Name = Field(default="printer", description="the trade that is practised")
    scenario: Name | None = Field(default=None, description="one scenario by its id")
    scenarios: Name | None = Field(default=None, description="a file of scenarios, YAML or JSON")
    set: Name | None = Field(default=None, description="a named set of scenarios, such as curated")
    episodes: int = Field(default=60, ge=1, le=100_000_000, description="how many episodes are practised")
    difficulty: Literal["easy", "medium", "hard", "mixed"] = Field(
        default="mixed", description="of generated scenarios"
    )
    agent: Name = Field(default="apprentice", description="who plays the episodes")
    reflector: Name = Field(default="counting", description="who draws lessons: counting, or a model")
    curator: Name = Field(default="counting", description="who changes the book: counting, or a model")
    base_url: Name | None = Field(default=None, description="address of the models, such as a local server's")
    prices: Name | None = Field(default=None, description="a YAML file of prices that goes before the lists")
    budget_usd: float | None = Field(default=None, ge=0, description="US dollars that a run may spend on models")
    budget_tokens: int | None = Field(default=None, ge=0, description="tokens that a run may spend on models")
    yes: bool = Field(default=False, description="begin a paid run without asking")
    model_seconds: float = Field(default=120.0, gt=0, le=86_400, description="that one attempt at a model may take")
    model_tries: int = Field(default=6, ge=1, le=100, description="attempts at one request to a model")
    model_calls: int = Field(default=1024, ge=1, le=100_000, description="requests to a model at a time, in all")
    requests_per_minute: float = Field(
        default=0.0, ge=0, description="limit of the account at the provider, 0 for none"
    )
    tokens_per_minute: float = Field(default=0.0, ge=0, description="limit of the account at the provider, 0 for none")
    skillbook: Name | None = Field(default=None, description="the book, NAME or NAME@VERSION; default: the world's")
    wave: int = Field(default=10, ge=1, le=1_000_000, description="episodes between two versions of the book")
    workers: int | None = Field(default=None, ge=1, le=100_000, description="of each pool; default: one a core")
    in_flight: int | None = Field(
        default=None, ge=1, le=1_000_000, description="episodes at a time; default: eight for each worker"
    )
    pools: dict[Pool, Size] = Field(default_factory=dict, description="workers of single pools, instead of 'workers'")
    placement: Literal["apart", "together"] = Field(
        default="together", description="on Ray: a team of all roles in each worker, or a pool for each role"
    )
    episode_seconds: float = Field(
        default=3600.0, gt=0, le=1e9, description="after which an episode that does not end is ended as failed"
    )
    curriculum: Annotated[str, Field(min_length=1, max_length=1_000_000)] | None = Field(
        default=None, description="a plan of levels: one that ships, or a YAML file"
    )
    checkpoint_every: int = Field(default=1000, ge=1, le=1_000_000, description="episodes between two checkpoints")
    repeats: int = Field(default=1, ge=1, le=1000, description="how often each scenario of a stress run is played")
    held_out: int = Field(default=40, ge=0, le=1_000_000, description="pairs of the held-out comparison, 0 for none")
    skill_tokens: int | None = Field(
        default=None, ge=50, le=10_000_000, description="most tokens of the skills in a prompt; default: no limit"
    )
    retrieval: Literal["whole", "bm25"] = Field(
        default="whole", description="with skill_tokens: the book's first skills, or a core and what fits the case"
    )
    review: bool = Field(default=False, description="whether a person has to accept each delta of the book")
    dropout: float = Field(
        default=0.0,
        ge=0.0,
        lt=1.0,
        description="share of skills that a second play of each practised case goes without",
    )
    from_wave: int = Field(default=0, ge=0, le=100_000_000, description="waves of practice that a fork passes over")
    learning: bool = Field(default=True, description="whether lessons are written into the book")
    resume: Name | None = Field(default=None, description="the run to go on with")
    store: Name = Field(default="sqlite:///journeyman.db", description="where the log is kept")
    runtime: Literal["local", "ray"] = Field(default="ray", description="one process, or actors on Ray")
    ray_address: Name | None = Field(default=None, description="a running Ray; default: start or join one here")
    seed: int = Field(default=0, ge=0, lt=2**63, description="decides scenarios, machines and the offline agent")
    log_json: bool = Field(default=False, description="one JSON object a line on standard error, for machines")
    json_output: bool = Field(default=False, alias="json", description="one JSON object instead of people's text")

    @property
    def book(self) -> str:
        """The skillbook's name without a version: the one asked for, or the world's own."""
        return (self.skillbook or self.world).partition("@")[0]

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.scenarios and self.set:
            raise ValueError("'scenarios' and 'set' both say where scenarios come from; give one of them")
        return self

    @field_validator("pools", mode="before")
    @classmethod
    def _pairs(cls, pools: object) -> object:
        if not isinstance(pools, str):
            return pools
        pairs = [pair.partition("=") for pair in pools.split(",") if pair.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise ValueError("it must be pairs such as printers=4,agents=2")
        return {name.strip(): size.strip() for name, _, size in pairs}

    @field_validator("store")
    @classmethod
    def _known_store(cls, store: str) -> str:
        if not store.startswith(STORES):
            raise ValueError(f"it must begin with {_either(STORES)}")
        return store


def choices(name: str) -> tuple[str, ...]:
    """The values of a setting that has only a few; empty for the others."""
    schema = Settings.model_json_schema(by_alias=True)["properties"].get(name, {})
    return tuple(schema.get("enum", ()))


def field_names() -> list[str]:
    """The settings as users write them, in the order in which they are explained."""
    return [field.alias or name for name, field in Settings.model_fields.items()]


def attribute(name: str) -> str:
    """The attribute that holds the setting which users write as `name`."""
    return "json_output" if name == "json" else name


def allowed(name: str) -> str:
    """What a setting may be, in words, read off its definition; empty for an unknown name."""
    return _in_words(Settings.model_json_schema(by_alias=True)["properties"].get(name, {}))


def _in_words(schema: dict[str, Any]) -> str:
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _in_words(choice)
    if "enum" in schema:
        return _either(schema["enum"])
    if schema.get("type") == "object":
        return f"pairs such as printers=4,agents=2; the pools are {_either(Pool.__args__)}"  # type: ignore[attr-defined]
    if schema.get("type") == "number":
        return f"a number of at least {schema['minimum']:g} and below {schema['exclusiveMaximum']:g}"
    if schema.get("type") == "integer":
        return f"a whole number of at least {schema['minimum']}"
    return {"boolean": "true or false", "string": "a text"}.get(schema.get("type", ""), "")


def _either(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1]
