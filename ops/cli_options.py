"""The flags that commands share, and how flags, environment and file become one set of settings."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import click

from configs.layers import Loaded, load_settings
from ops.console.screen import error_line

Command = Callable[..., Any]

_FLAGS: dict[str, tuple[str, str]] = {
    "world": ("NAME", "The trade that is practised.  [printer]"),
    "scenario": ("ID", "One scenario, by its id."),
    "scenarios": ("FILE", "Scenarios from a YAML or JSON file."),
    "set": ("NAME", "A named set of scenarios, such as curated."),
    "episodes": ("N", "How many episodes are practised.  [60]"),
    "difficulty": ("LEVEL", "easy, medium, hard or mixed.  [mixed]"),
    "agent": ("NAME", "Who plays the episodes.  [apprentice]"),
    "reflector": ("NAME", "Who draws lessons: counting, or a model such as anthropic:MODEL.  [counting]"),
    "curator": ("NAME", "Who makes changes of the book out of lessons: counting, or a model.  [counting]"),
    "base_url": ("URL", "Where the models are, such as a llama.cpp, Ollama or vLLM server.  [the provider's own]"),
    "prices": ("FILE", "Prices in YAML that go before the lists: MODEL: {input: 3, output: 15}."),
    "budget_usd": ("X", "Dollars that the run may spend on models; it ends cleanly before it passes them."),
    "budget_tokens": ("N", "Tokens that the run may spend on models, likewise."),
    "skillbook": ("NAME[@VERSION]", "The book that is read and written.  [a new one]"),
    "wave": ("N", "Episodes between two versions of the book.  [10]"),
    "workers": ("N", "Workers of each role; the results do not depend on it.  [one a core]"),
    "in_flight": ("N", "Episodes at a time.  [8 for each worker]"),
    "pools": ("POOL=N,…", "Workers of single pools, with --placement apart."),
    "placement": ("NAME", "On Ray: together (a team in each worker) or apart (a pool for each role).  [together]"),
    "episode_seconds": ("S", "When an episode that does not end is ended as failed.  [3600]"),
    "curriculum": ("NAME|FILE", "Levels to practise one after the other; `journeyman list` names those that ship."),
    "checkpoint_every": ("N", "Episodes between two checkpoints.  [1000]"),
    "repeats": ("N", "How often each scenario is played, for pass^k.  [1]"),
    "skill_tokens": ("N", "Most tokens that skills may take in a prompt.  [no limit]"),
    "retrieval": ("NAME", "With --skill-tokens: whole (in book order) or bm25 (a core, then what fits).  [whole]"),
    "dropout": (
        "SHARE",
        "Play each practised case again without this share of the skills, to learn what they do.  [0]",
    ),
    "held_out": ("N", "Scenarios of the held-out comparison; 0 for none.  [40]"),
    "resume": ("RUN", "Go on with a run that was stopped."),
    "store": ("URL", "Where the log is kept.  [sqlite:///journeyman.db]"),
    "runtime": ("NAME", "local (one process) or ray.  [ray]"),
    "ray_address": ("ADDRESS", "A running Ray; otherwise one is started or joined here."),
    "seed": ("N", "Decides scenarios, machines and the offline agent.  [0]"),
}
"""Placeholder and help of each flag. All are text here: one validator, of the settings, judges every layer."""

MODELS = ("agent", "base_url", "prices", "budget_usd", "budget_tokens", "yes")
"""Settings of every command that lets models play."""
ALL_SETTINGS = (*_FLAGS, "learning", "review", "yes", "log_json")
"""Every setting that has a flag, for commands that show settings."""


def settings_flags(*names: str, bare_config: bool = False, **wording: str) -> Callable[[Command], Command]:
    """Give a command `--config`, `--json` and the named flags; it is called with `loaded: Loaded`.

    Everything that is not a setting (a command's own flags) is handed through unchanged.

    Args:
        names: the settings that concern the command.
        bare_config: whether `--config` may stand without a file, as in `info --config`.
        wording: help of a flag that means something of its own to this command.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_settings(config: str | None, **given: Any) -> Any:
            flags = {name: given.pop(name) for name in (*names, "json") if name in given}
            return command(loaded=_load(config, flags), **given)

        decorated: Command = with_settings
        options = [_option(name, wording.get(name, "")) for name in names]
        for option in reversed([*options, _config_option(bare=bare_config), _json_option()]):
            decorated = option(decorated)
        return decorated

    return decorate


def json_flag(command: Command) -> Command:
    """Give a command `--json` as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(command)


def store_of(store: str | None) -> str:
    """The store's URL from a flag, the environment or the default.

    Raises:
        SettingsError: it is no URL of a store.
    """
    return _load(None, {"store": store}).settings.store


def store_flag(command: Command) -> Command:
    """Give a command `--store` as `store`, None when it was not given."""
    return click.option("--store", metavar="URL", help=_FLAGS["store"][1])(command)


def _load(config: str | None, flags: dict[str, Any]) -> Loaded:
    loaded = load_settings(config, os.environ, flags)
    for warning in loaded.warnings:
        error_line(f"warning: {warning}")
    return loaded


def _option(name: str, wording: str) -> Callable[[Command], Command]:
    if name == "yes":
        return click.option("--yes", "yes", is_flag=True, default=None, help="Begin a paid run without asking.")
    if name == "learning":
        text = "Practise without writing lessons."
        return click.option("--no-learning", "learning", flag_value=False, default=None, help=text)
    if name == "review":
        text = "Let every delta of the book wait for a person: journeyman skills review."
        return click.option("--review", "review", is_flag=True, default=None, help=text)
    if name == "log_json":
        text = "Log as one JSON object a line on standard error, for machines."
        return click.option("--log-json", "log_json", is_flag=True, default=None, help=text)
    placeholder, text = _FLAGS[name]
    return click.option("--" + name.replace("_", "-"), name, metavar=placeholder, help=wording or text)


def _config_option(*, bare: bool) -> Callable[[Command], Command]:
    text = "Settings from a YAML file; the environment and flags win over it."
    if bare:
        return click.option("--config", metavar="[FILE]", is_flag=False, flag_value="", help=text)
    return click.option("--config", metavar="FILE", help=text)


def _json_option() -> Callable[[Command], Command]:
    return click.option("--json", "json", is_flag=True, default=None, help="One JSON object on standard output.")
