"""Templates of configuration files."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.scenario import Provider
from perf.model.target import ConfigRequest
from perf.targets.template import TemplateError, mentions, parse, render, template_renderer
from tests.unit.targets.requests import REQUESTS, a_request, an_endpoint

TWO = a_request(
    an_endpoint(1, weight=1),
    an_endpoint(2, weight=2),
    an_endpoint(3, provider=Provider.ANTHROPIC),
    recovery_ns=1_500_000_000,
)


def filled(text: str, request: ConfigRequest = TWO) -> str:
    """Parse and render."""
    return render(parse(text), request)


@given(st.text(st.characters(exclude_characters="{}")))
def test_text_without_places_is_unchanged(text: str) -> None:
    """Only braces have a meaning."""
    assert filled(text) == text


JSON = st.recursive(
    st.none() | st.integers() | st.text("AB {}", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("AB{} ", max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(document=JSON, indent=st.none() | st.just(2))
def test_json_needs_no_escapes(document: object, indent: int | None) -> None:
    """Braces that enclose no lower-case word stand for themselves, however they nest."""
    text = json.dumps(document, indent=indent)

    assert filled(text) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{host}:{port}", "127.0.0.1:8080"),
        ("  {port}\n{port}\n", "  8080\n8080\n"),
        ("{{port}}", "{port}"),
        ('{"a":{"p":{port}}}', '{"a":{"p":8080}}'),
        ("{upstream_key}", "upstream-key"),
        ("{keys}", '["test-key-0000", "test-key-0001"]'),
        ("{keys[1]}", "test-key-0001"),
        ("{openai[1].url} {openai[1].weight}", "http://127.0.0.1:19002 2"),
        ("{anthropic[0].name}", "anthropic-3"),
        ("{endpoints[2].upstream_host}:{endpoints[2].upstream_port}", "127.0.0.1:19003"),
        ("{recovery_seconds}", "1.5"),
        ("level = {log_level}", "level = warn"),
        ("[{each openai}{number}{comma}{end}]", "[1,2]"),
        ("a\n{each openai}\n- {name}\n{end}\nb\n", "a\n- openai-1\n- openai-2\nb\n"),
        ("  {each keys}\n  {key}\n  {end}", "  test-key-0000\n  test-key-0001\n"),
        ("{each anthropic} {index} {end}|", " 0 |"),
        (
            "{each endpoints}{provider} {priority} {port};{end}",
            "openai 1 8080;openai 1 8080;anthropic 1 8080;",
        ),
    ],
    ids=lambda value: value.replace("\n", "|")[:40],
)
def test_places_and_loops_are_filled_in(text: str, result: str) -> None:
    """Each word gives its value; a mark that is alone on its line leaves no line."""
    assert filled(text) == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{prot}", r"\{prot\} is not known here; known are \{host\}, \{port\}"),
        ("{url}", r"\{url\} is not known here"),
        ("{openai[0]}", r"\{openai\[0\]\} is not known"),
        ("{openai[0].color}", r"\{openai\[0\].color\} is not known"),
        ("{keys[0].url}", r"is not known"),
        ("{routes[0]}", r"is not known"),
        ("{model}", r"\{model\} is not known here"),
        ("{each models}{end}", r"\{each models\} is not known"),
        ("{each keys}{name}{end}", r"\{name\} is not known here; .*\{key\}"),
        ("{each keys}", r"without \{end\}"),
        ("{end}", r"without \{each"),
        ("{each keys}{each openai}{end}{end}", "do not nest"),
    ],
)
def test_a_wrong_template_is_refused_when_it_is_read(text: str, message: str) -> None:
    """A typing error is found before anything is built, with the words that are possible."""
    with pytest.raises(TemplateError, match=message):
        parse(text)


def test_an_instance_that_is_not_there_is_refused() -> None:
    """A place for the third of two instances says how many there are."""
    with pytest.raises(TemplateError, match="has 2 of openai"):
        filled("{openai[2].url}")


def test_further_models_are_dealt_out_to_the_openai_instances() -> None:
    """Each has its name and the fields of its instance; no other provider's gets one."""
    two = [an_endpoint(number, provider=each) for number, each in enumerate(Provider)]
    request = a_request(*two, an_endpoint(2), routes=3)

    assert filled("{each routes}{model} {name}{comma}{end}", request) == (
        "route-00000 openai-0,route-00001 openai-2,route-00002 openai-0"
    )


@settings(max_examples=30)
@given(REQUESTS)
def test_a_loop_repeats_for_each_instance(request: ConfigRequest) -> None:
    """A JSON list written with a loop and {comma} always parses, and has an entry for each instance."""
    text = '[{each endpoints}{"url": "{url}", "weight": {weight}}{comma}{end}]'

    assert json.loads(filled(text, request)) == [
        {"url": each.base_url, "weight": each.weight} for each in request.endpoints
    ]


@settings(max_examples=30)
@given(REQUESTS)
def test_the_list_of_keys_is_valid_json_and_toml(request: ConfigRequest) -> None:
    """{keys} can stand wherever a list of texts can."""
    assert json.loads(filled("{keys}", request)) == list(request.client_keys)
    if all(ord(character) < 0x10000 for key in request.client_keys for character in key):
        assert tomllib.loads(filled("keys = {keys}", request))["keys"] == list(request.client_keys)


def test_a_renderer_gives_every_file_in_order() -> None:
    """The first file is what {config} names."""
    files = template_renderer({"b.toml": parse("{port}"), "a.toml": parse("{host}")})(TWO)

    assert list(files.items()) == [("b.toml", "8080"), ("a.toml", "127.0.0.1")]


def test_a_template_tells_what_it_mentions() -> None:
    """Words inside loops count."""
    assert mentions(parse("{each openai}{upstream_key}{end}"), "upstream_key")
    assert not mentions(parse("{{upstream_key}}"), "upstream_key")
