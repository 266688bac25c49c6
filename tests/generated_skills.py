"""Valid skills of every odd kind, for tests that must hold for all of them."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from skillbooks.skill import Sign, Skill

_ODD = st.sampled_from(
    ["is", "(always)", "a (usually)", "x (always), which tells it from y", "when: a is b (always)", ": ", ", common",
     "v2]", "cure:", "ü\u00a0ß", "🔧 ok", "suspect a of b, rare", "\u0661", "#5", "a  b", "'", '"{}"']
)  # fmt: skip


def _is_line(text: str) -> bool:
    try:
        Sign(where="a", state=text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    try:
        Sign(where=text, state="a")
    except ValueError:
        return False
    return True


_HARMLESS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))
LINES = (_ODD | st.text(_HARMLESS, min_size=1, max_size=20)).filter(_is_line)
NAMES = st.sampled_from(
    ["belt_x.slack", "look:belt/tension", "brief/shift", "is", "v2]", "a,", "ü🔧", "'", "{}", "\u0661"]
)
NAMES |= st.text(_HARMLESS, min_size=1, max_size=6).filter(_is_name)
SIGNS = st.builds(Sign, where=NAMES, state=LINES, strength=st.sampled_from(["always", "usually", "sometimes"]))
SKILLS = st.builds(
    Skill,
    id=NAMES,
    version=st.integers(1, 2**31 - 1),
    suspect=NAMES,
    topic=NAMES,
    common=st.sampled_from(["common", "occasional", "rare"]),
    when=st.lists(SIGNS, max_size=3).map(tuple),
    unless=st.lists(SIGNS, max_size=2).map(tuple),
    check=st.none() | SIGNS,
    tells_from=st.just("") | NAMES,
    cure=st.lists(LINES, max_size=3).map(tuple),
    scope=st.just("") | LINES,
)
BOOKS = st.lists(SKILLS, max_size=3, unique_by=lambda skill: skill.id)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Books are large examples; on a machine that is busy their making takes its time."""
