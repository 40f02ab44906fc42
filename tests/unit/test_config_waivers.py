"""[[gate.waivers]]: what is taken, and what is refused."""

import re

import pytest

from perf.config import load_config
from perf.errors import ConfigError
from perf.model.metric import Key
from perf.model.policy import Loss, Miss, Waiver


def _waiver(expires: str, *, metric: str = "rss") -> str:
    """A waiver as TOML."""
    names = f"scenario = 'a'\npart = 'b'\nmetric = '{metric}'\n"
    return f"[[gate.waivers]]\n{names}ceiling = 0.1\n{expires}\nreason = 'why'\n"


def test_a_waiver_arrives_as_it_stands() -> None:
    """Number, ceiling, last day and reason."""
    policy = load_config(_waiver("expires = 2027-01-31"), where="perfgate.toml").policy

    assert policy.waivers == (
        Waiver(key=Key("a", "b", "rss"), allows=Loss(ceiling_ratio=0.1), expires="2027-01-31", reason="why"),
    )


def test_a_waiver_of_a_criterion_arrives_as_it_stands() -> None:
    """The worst value is written as reports show it, and read in the unit of its metric."""
    text = _waiver("expires = 2027-01-31", metric="e2e-p99").replace("ceiling = 0.1", "worst = '42.5 ms'")

    (waiver,) = load_config(text, where="perfgate.toml").policy.waivers
    assert waiver.allows == Miss(worst=42_500_000.0)


@pytest.mark.parametrize(
    ("text", "what", "path", "cure"),
    [
        ("[[gate.waivers]]\nscenario = 'a'", "'part' is missing", "gate.waivers[0]", "Add it"),
        (_waiver("expires = 'soon'"), "not a date", "gate.waivers[0].expires", "Mend"),
        (_waiver("expires = 2027-01-31", metric="rsss"), "no metric is called", "gate.waivers[0]", "rss"),
        (
            _waiver("expires = 2027-01-31").replace("ceiling = 0.1", ""),
            "either `ceiling` or `worst`",
            "gate.waivers[0]",
            'worst = "12 MiB"',
        ),
        (
            _waiver("expires = 2027-01-31").replace("ceiling = 0.1", "worst = '12 ms'"),
            "'12 ms' is no value of rss",
            "gate.waivers[0].worst",
            "12 MiB",
        ),
        (_waiver("expires = 2027-01-31") * 2, "waived twice", "gate.waivers[1]", "Remove"),
    ],
)
def test_a_wrong_waiver_is_named_with_its_cure(text: str, what: str, path: str, cure: str) -> None:
    """A waiver that cannot be read forgives nothing, and the error says where it stands."""
    with pytest.raises(ConfigError, match=re.escape(what)) as raised:
        load_config(text, where="perfgate.toml")

    assert path in raised.value.where
    assert cure in raised.value.cure
