"""perfgate.toml: what it may say, and what is said about what it may not."""

import re
import tomllib
from dataclasses import replace

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from perf.config import Config, find_target, load_config
from perf.config.schema import Document, Gate
from perf.errors import ConfigError, UsageError
from perf.model.metric import METRIC_BY_NAME
from perf.model.policy import DEFAULT_POLICY
from perf.model.scenario import Ask, Capability, Topology
from perf.model.speaking import CommentWhen
from perf.model.target import Address, CommandKind, PythonKind, RunningKind
from perf.targets import TARGETS
from tests.unit.targets.requests import a_request, an_endpoint

COMMAND = """
[targets.mine]
kind = "command"
capabilities = ["openai-chat"]
ready = { path = "/ready" }
inputs = ["src"]
build = ["make", "OUT={out}"]
start = ["{out}/gateway", "--port={port}"]
"""


def read(text: str | None) -> Config:
    """Load as from perfgate.toml."""
    return load_config(text, where="perfgate.toml")


def test_no_file_gives_the_defaults() -> None:
    """Without a file, or with an empty one, the reference gateway is judged by the default policy."""
    config = read(None)

    assert config == read("")
    assert (config.target, config.suite, config.policy) == ("reference", "fast", DEFAULT_POLICY)
    assert config.baseline_path(target="a", suite="b") == "baselines/a/b.json"


def test_what_the_gate_table_says_becomes_the_policy() -> None:
    """Each key of [gate] arrives."""
    config = read(
        """
        [gate]
        target = "mine"
        suite = "long"
        baseline = false
        alpha = 0.05
        looks = [4, 8]
        fail-on-inconclusive = true
        budget-seconds = 60
        collapse-ratio = 0.5
        max-engine-ratio = 0.7
        max-lag-ratio = 0.02
        max-neighbour-ratio = 0.3
        min-valid-ratio = 0.6
        creep-factor = 3
        comment = "on-change"
        limits = { rss = 0.02, "baseline/chat/e2e-p50" = 1 }
        """
    )

    read_too = (config.target, config.suite, config.wants_baseline, config.comment)
    assert read_too == ("mine", "long", False, CommentWhen.ON_CHANGE)
    assert config.policy == replace(
        DEFAULT_POLICY,
        alpha=0.05,
        looks=(4, 8),
        limits={"rss": 0.02, "baseline/chat/e2e-p50": 1.0},
        budget_ns=60_000_000_000,
        collapse_ratio=0.5,
        max_engine_ratio=0.7,
        max_lag_ratio=0.02,
        max_neighbour_ratio=0.3,
        min_valid_ratio=0.6,
        fail_on_inconclusive=True,
        creep_factor=3.0,
    )


def test_pyproject_is_read_from_its_own_table() -> None:
    """Of pyproject.toml only [tool.perfgate] counts, and another file has no such table."""
    text = "[project]\nname = 'x'\n[tool.perfgate.gate]\nsuite = 'long'\n"

    assert load_config(text, where="abc123:pyproject.toml").suite == "long"
    assert load_config("[project]\n", where="pyproject.toml").suite == "fast"
    with pytest.raises(ConfigError, match="unknown key 'project'"):
        read(text)


@pytest.mark.parametrize(
    ("text", "what", "path", "cure"),
    [
        ("[gat]", "unknown key 'gat'", "gat", "gate, targets"),
        ("[gate]\nalfa = 1", "unknown key 'alfa'", "gate.alfa", "alpha, baseline"),
        (
            "[gate]\nfail_on_inconclusive = true",
            "unknown key",
            "gate.fail_on_inconclusive",
            "fail-on-inconclusive",
        ),
        ("[gate]\nalpha = 'x'", "expected a number, got a text", "gate.alpha", "configuration.md"),
        ("[gate]\nalpha = nan", "not a finite number", "gate.alpha", "Mend"),
        ("[gate]\nalpha = 0.9", "<= 0.5", "gate.alpha", "Mend"),
        ("[gate]\nalpha = 0", "> 0", "gate.alpha", "Mend"),
        ("[gate]\nlooks = [6, 6]", "looks must rise", "gate.looks", "[6, 10, 16]"),
        ("[gate]\nlooks = []", "length >= 1", "gate.looks", "Mend"),
        ("[gate]\nlooks = [1.5]", "whole number", "gate.looks[0]", "Mend"),
        ("[gate]\nbaseline = true", "not a baseline", "gate.baseline", "or false"),
        ("[gate]\nbaseline = '../x.json'", "not a baseline", "gate.baseline", "inside the repository"),
        ("[gate]\nbaseline = '/x.json'", "not a baseline", "gate.baseline", "inside the repository"),
        ("[gate.limits]\nfnord = 1", "no number is called", "gate.limits.fnord", "e2e-p50"),
        ("[gate.limits]\n'a/rss' = 1", "no number is called", 'gate.limits."a/rss"', "scenario/part/metric"),
        ("[gate.limits]\nrss = -0.1", "not a limit", "gate.limits.rss", "ratio"),
        ("[gate.limits]\nrss = inf", "not a finite number", "gate.limits.rss", "Mend"),
        ("[gate.limits]\nrss = true", "not a limit", "gate.limits.rss", "ratio"),
        ("gate = 3", "expected a table", "gate", "alpha"),
        ("targets = []", "expected a table", "targets", "Mend"),
        ("[targets.Big]\nkind = 'command'", "cannot be called", "targets.Big", "lower-case"),
        ("[targets.reference]\nkind = 'command'", "built in", "targets.reference", "another name"),
        ("[targets.a]\nkind = 'bazel'", "no such kind", "targets.a.kind", "cargo, go, npm, command"),
        ("targets.a = 3", "no such kind", "targets.a.kind", "python, cargo, go"),
        ("[targets.a]\nkind = 'running'", "is missing", "targets.a", "base-url"),
    ],
)
def test_a_wrong_key_is_named_with_its_cure(text: str, what: str, path: str, cure: str) -> None:
    """The error says what is wrong, at which key of which file, and what would be right."""
    with pytest.raises(ConfigError, match=re.escape(what)) as raised:
        read(text)

    assert raised.value.where == f"perfgate.toml: {path}"
    assert cure in raised.value.cure


@pytest.mark.parametrize(
    ("replaced", "by", "what", "path"),
    [
        ('["openai-chat"]', '["openai-chatt"]', "invalid enum value", ".capabilities[0]"),
        ('"/ready"', '"ready"', "matching regex", ".ready.path"),
        ('"/ready"', '"/ready", stat = 1', "unknown key 'stat'", ".ready.stat"),
        ('"/ready"', '"/ready", deadline-seconds = 0', "> 0.0", ".ready.deadline-seconds"),
        ('["src"]', "[]", "length >= 1", ".inputs"),
        ("{port}", "{prt}", "{prt} is not known", ".start"),
        ("{port}", "80", "nothing tells the gateway its port", ""),
        ("{port}", "{port}{python}", "{python} is not known", ".start"),
        ("OUT={out}", "all", "leaves nothing", ".build"),
        ("OUT={out}", "{dir}", "{dir} is not known", ".build"),
        ("\n[", '\nbuild-flags = 1\n[', "unknown key", "build-flags"),
        ('"command"', '"command"\nconfig = "yaml"', "no configuration is called", ".config"),
        ('"command"', '"command"\nconfig."/etc/x" = ""', "not a file inside", '.config."/etc/x"'),
        ('"command"', '"command"\nconfig."../x" = ""', "not a file inside", '.config."../x"'),
        ('"command"', '"command"\nconfig."a.yaml" = "{prt}"', "{prt} is not known", '.config."a.yaml"'),
        ('"command"', '"command"\naddresses.chatt = 1', "unknown key 'chatt'", ".addresses.chatt"),
        ('"command"', '"command"\nenv.A = "{prt}"', "{prt} is not known", ".env.A"),
        ('"command"', '"command"\nrequirements = "a"', "unknown key 'requirements'", ".requirements"),
    ],
)  # fmt: skip
def test_a_wrong_target_is_named_with_its_key(replaced: str, by: str, what: str, path: str) -> None:
    """A mistake in a target's description is found when it is read, not when the gateway is started."""
    with pytest.raises(ConfigError, match=re.escape(what)) as raised:
        read(COMMAND.replace(replaced, by, 1))

    assert raised.value.where.endswith(path)
    assert raised.value.where.startswith("perfgate.toml: ")


@pytest.mark.parametrize("text", ["[gate", "a = ", "\udce4 = 1"], ids=["bracket", "value", "encoding"])
def test_a_broken_file_is_a_configuration_error(text: str) -> None:
    """What is no TOML, or no UTF-8, is said to be so, with the file's name."""
    with pytest.raises(ConfigError, match=r"not valid TOML|not UTF-8") as raised:
        read(text)

    assert raised.value.where == "perfgate.toml"


VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from([field.encode_name for table in (Document, Gate) for field in fields(table)])


@settings(max_examples=60)
@given(st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_any_toml_is_read_or_refused(document: dict[str, object]) -> None:
    """Whatever a file holds, the answer is a configuration or a ConfigError, and never another exception."""
    try:
        config = read(tomli_w.dumps(document))
    except ConfigError as refused:
        named, cured = refused.where.startswith("perfgate.toml"), bool(refused.cure)
    else:
        named = cured = config.policy.looks == tuple(sorted(set(config.policy.looks)))

    assert named
    assert cured


@settings(max_examples=40)
@given(
    alpha=st.floats(0.0001, 0.5),
    looks=st.lists(st.integers(1, 1000), min_size=1, max_size=5, unique=True).map(sorted),
    limits=st.dictionaries(st.sampled_from(sorted(METRIC_BY_NAME)), st.floats(0, 10), max_size=3),
)
def test_what_is_written_is_read(alpha: float, looks: list[int], limits: dict[str, float]) -> None:
    """Every allowed policy comes back as it was written."""
    policy = read(tomli_w.dumps({"gate": {"alpha": alpha, "looks": looks, "limits": limits}})).policy

    assert (policy.alpha, policy.looks, policy.limits) == (alpha, tuple(looks), limits)


def test_a_described_target_has_sensible_defaults() -> None:
    """Seven keys describe a gateway that speaks the usual paths with a bearer key."""
    target = find_target(read(COMMAND), "mine")

    assert target.kind == CommandKind(build=("make", "OUT={out}"))
    assert target.capabilities == {Capability.OPENAI_CHAT}
    assert (target.auth_header, target.auth_value) == ("authorization", "Bearer {key}")
    assert target.addresses[Ask.CHAT] == Address(path="/v1/chat/completions", model="gpt-4o-mini")
    assert set(target.addresses) == set(Ask)
    assert not target.proves_by_key
    assert target.render(a_request()) == {}


@given(table=st.fixed_dictionaries({}, optional={"usual": st.text(), "requests": st.text()}))
def test_log_levels_are_the_words_that_a_gateway_knows(table: dict[str, str]) -> None:
    """The usual one, and the one for a log of requests; each stays what most gateways call it."""
    told = find_target(
        read(COMMAND + tomli_w.dumps({"targets": {"mine": {"log-levels": table}}})), "mine"
    ).log_levels
    topology = Topology(name="any", instances=(), keys=1, recovery_ns=0)

    assert told.of(topology) == table.get("usual", "warn")
    assert told.of(replace(topology, request_log=True)) == table.get("requests", "info")


def test_a_template_with_the_upstream_key_proves_by_it() -> None:
    """A gateway that is configured with our key is expected to send it, unless it is said not to."""
    text = COMMAND + 'config."a.ini" = "key={upstream_key}"\n'

    assert find_target(read(text), "mine").proves_by_key
    assert not find_target(read(f"{text}proves-by-key = false\n"), "mine").proves_by_key


def test_the_contract_is_a_ready_made_configuration() -> None:
    """`config = "contract"` writes the contract's TOML, without what only the reference gateway knows."""
    target = find_target(read(COMMAND + 'config = "contract"\n'), "mine")
    document = tomllib.loads(target.render(a_request(an_endpoint(), recovery_ns=10**9))["config.toml"])

    assert document["server"]["port"] == 8080
    assert "resilience" not in document
    assert target.proves_by_key


def test_python_and_running_targets_are_described_too() -> None:
    """Each kind has its own keys."""
    config = read(
        """
        [targets.py]
        kind = "python"
        capabilities = []
        ready = { path = "/" }
        inputs = ["."]
        requirements = "lock.txt"
        benchmarks = "mine.benchmarks"
        start = ["{python}", "-m", "mine", "{port}"]
        [targets.up]
        kind = "running"
        capabilities = ["streaming"]
        ready = { path = "/" }
        base-url = "http://127.0.0.1:8080"
        key = "sk-{number}"
        """
    )
    py, up = config.targets["py"], config.targets["up"]

    assert py.kind == PythonKind(project=".", requirements="lock.txt")
    assert py.benchmarks == "mine.benchmarks"
    assert up.kind == RunningKind(base_url="http://127.0.0.1:8080")
    assert up.key_template == "sk-{number}"


def test_an_unknown_target_is_answered_with_the_known_ones() -> None:
    """A wrong --target lists the built-in and the described targets."""
    with pytest.raises(UsageError, match="no target") as raised:
        find_target(read(COMMAND), "yours")

    assert "mine" in raised.value.cure
    assert all(target.name in raised.value.cure for target in TARGETS)
