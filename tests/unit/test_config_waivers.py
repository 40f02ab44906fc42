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
    ("metric", "text", "worst"),
    [
        ("qps", "1,800/s", 1_800.0),
        ("rss", "1,010 MiB", 1_010 * 1_048_576.0),
        ("success-ratio", "98.5 %", 0.985),
        ("success-ratio", "0.985", 0.985),
        ("stuck-ratio", "30 %", 0.3),
        ("attempts-per-request", "1.2", 1.2),
        ("connections-per-request", "3", 3.0),
    ],
)
def test_a_worst_value_is_read_as_it_is_meant(metric: str, text: str, worst: float) -> None:
    """A comma parts thousands; a share has its sign, or is one of one."""
    table = _waiver("expires = 2027-01-31", metric=metric).replace("ceiling = 0.1", f"worst = '{text}'")

    (waiver,) = load_config(table, where="perfgate.toml").policy.waivers
    assert isinstance(waiver.allows, Miss)
    assert waiver.allows.worst == pytest.approx(worst)


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
        *(
            (
                _waiver("expires = 2027-01-31", metric=metric).replace("ceiling = 0.1", f"worst = '{worst}'"),
                what,
                "gate.waivers[0].worst",
                cure,
            )
            for metric, worst, what, cure in (
                ("e2e-p99", "1,5 ms", "'1,5 ms' is no value of e2e-p99", "Decimals come after a point"),
                ("e2e-p99", "1,500 ms", "'1,500 ms' is no value", "Decimals come after a point"),
                ("qps", "1,5/s", "'1,5/s' is no value of qps", "a comma only parts thousands"),
                ("rss", "1,2345 MiB", "'1,2345 MiB' is no value of rss", "a comma only parts thousands"),
                ("success-ratio", "98,5 %", "'98,5 %' is no value", "Decimals come after a point"),
                ("success-ratio", "98", "'98' is more than the whole", '"98 %"'),
                ("stuck-ratio", "30", "'30' is more than the whole", '"30 %", or a share of one'),
            )
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
