"""Which provider serves a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.errors import GatewayError
from perf.gateway.routing import Router

_words = st.text("ab-.", min_size=1, max_size=4)


@given(st.dictionaries(_words, st.sampled_from(["openai", "anthropic"])), _words)
def test_the_longest_prefix_wins(rules: dict[str, str], model: str) -> None:
    """The answer is that of the longest rule that begins the model's name, now and when asked again."""
    router = Router(rules, default="fallback")
    fitting = [prefix for prefix in rules if model.startswith(prefix)]
    expected = rules[max(fitting, key=len)] if fitting else "fallback"

    assert router.provider_of(model) == expected
    assert router.provider_of(model) == expected


@pytest.mark.parametrize("model", ["", "x" * 257, "a b", "a\n", "naïve"])
def test_an_odd_model_name_is_refused(model: str) -> None:
    """Empty, too long, or with other characters than the contract's."""
    with pytest.raises(GatewayError) as caught:
        Router({}, default="openai").provider_of(model)

    assert (caught.value.status, caught.value.kind) == (400, "model_not_found")


def test_without_rule_and_default_there_is_no_route() -> None:
    """A model that nothing fits is told so."""
    with pytest.raises(GatewayError, match="No route"):
        Router({"gpt-": "openai"}, default=None).provider_of("claude-x")
