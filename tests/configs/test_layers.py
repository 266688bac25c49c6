"""Settings: later layers win, each value knows its origin, and what is wrong is said with place and limits."""

from pathlib import Path
from typing import Any

import pytest

from configs.document import read_document
from configs.errors import SettingsError
from configs.layers import load_settings
from configs.settings import field_names

SHIPPED = Path(__file__).parents[2] / "configs"


def written(folder: Path, text: str) -> str:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def problems(**layers: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(**layers)
    return caught.value.problems


def test_each_layer_wins_over_the_one_before(tmp_path: Path) -> None:
    file = written(tmp_path, "episodes: 11\nwave: 12\nseed: 13\n")
    loaded = load_settings(file, {"JOURNEYMAN_WAVE": "22", "JOURNEYMAN_SEED": "23"}, {"seed": "33"})
    assert (loaded.settings.episodes, loaded.settings.wave, loaded.settings.seed) == (11, 22, 33)
    assert loaded.settings.held_out == 40


def test_every_value_knows_where_it_came_from(tmp_path: Path) -> None:
    file = written(tmp_path, "\nepisodes: 11\n")
    origins = load_settings(file, {"JOURNEYMAN_WAVE": "22"}, {"learning": False, "seed": None}).origins
    assert list(origins) == field_names()
    assert str(origins["episodes"]) == f"{file}:2"
    assert str(origins["wave"]) == "JOURNEYMAN_WAVE"
    assert str(origins["learning"]) == "--no-learning"
    assert str(origins["seed"]) == "default"


def test_an_error_in_a_file_names_file_line_field_and_what_is_allowed(tmp_path: Path) -> None:
    file = written(tmp_path, "episodes: 4\ndifficulty: hrd\nwave: 0\n")
    first, second = problems(file=file)
    assert first == (
        f"{file}:2: difficulty: 'hrd' is not allowed; it must be easy, medium, hard or mixed; did you mean 'hard'?"
    )
    assert second == f"{file}:3: wave: 0 is not allowed; it must be a whole number of at least 1"


def test_an_unknown_field_is_answered_with_the_nearest_known_one(tmp_path: Path) -> None:
    (problem,) = problems(file=written(tmp_path, "episods: 4\n"))
    assert problem.endswith(":1: episods: there is no such setting; did you mean 'episodes'?")
    (problem,) = problems(file=written(tmp_path, "zzzzzz: 4\n"))
    assert "known: world, scenario," in problem


@pytest.mark.parametrize("value", ["-3", "0", "many", "1.5", "1e99", ""])
def test_an_impossible_number_of_episodes_is_refused_at_every_door(value: str) -> None:
    assert problems(flags={"episodes": value})[0].startswith("--episodes: ")
    if value:
        assert problems(environment={"JOURNEYMAN_EPISODES": value})[0].startswith("JOURNEYMAN_EPISODES: episodes: ")


def test_an_unknown_kind_of_store_is_refused_with_the_known_ones() -> None:
    (problem,) = problems(flags={"store": "mysql://x"})
    assert problem == "--store: 'mysql://x' is not allowed; it must begin with sqlite:///, postgresql:// or memory://"


def test_a_file_and_a_named_set_of_scenarios_exclude_each_other_only_within_a_layer(tmp_path: Path) -> None:
    assert "give one of them" in problems(flags={"set": "curated", "scenarios": "mine.yaml"})[0]
    loaded = load_settings(written(tmp_path, "set: curated\n"), {}, {"scenarios": "mine.yaml"})
    assert (loaded.settings.set, loaded.settings.scenarios) == (None, "mine.yaml")


def test_foreign_variables_pass_and_likely_slips_are_warned_of() -> None:
    loaded = load_settings(None, {"JOURNEYMAN_PORT_80_TCP_ADDR": "10.0.0.1", "JOURNEYMAN_EPISODE": "5"})
    assert loaded.settings.episodes == 60
    (warning,) = loaded.warnings
    assert "JOURNEYMAN_EPISODES" in warning


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("episodes: [1\n", "is not valid YAML"),
        ("- episodes\n", ":1: settings must be"),
        ("seed: 1\nseed: 2\n", ":2: seed: already said on line 1"),
        ("world: !!python/object:os.system {}\n", "is not valid YAML"),
        ("world: \x00\n", "holds a character"),
    ],
)
def test_a_broken_file_is_one_clear_message_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(file=written(tmp_path, text))
    assert problem.startswith(str(tmp_path))
    assert said in problem


def test_a_missing_or_binary_file_is_one_clear_message(tmp_path: Path) -> None:
    assert "cannot be read" in problems(file=str(tmp_path / "none.yaml"))[0]
    (tmp_path / "run.yaml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in problems(file=str(tmp_path / "run.yaml"))[0]


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read_document(Path(written(tmp_path, "# nothing\n"))).values == {}


def test_the_book_is_the_worlds_own_unless_another_is_named() -> None:
    assert load_settings().settings.book == "printer"
    assert load_settings(flags={"skillbook": "mine@3"}).settings.book == "mine"


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.name)
def test_the_files_that_ship_are_in_order(file: Path) -> None:
    loaded = load_settings(str(file))
    assert str(file) in str(loaded.origins["episodes"])
