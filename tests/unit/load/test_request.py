"""The bytes of requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.load.errors import LoadError
from perf.load.request import Endpoint, PreparedRequest
from perf.load.terms import Terms
from perf.model.load import Abort, Phase, RequestTemplate, Spread
from perf.model.wire import Dialect
from tests.load.plans import a_plan, a_template

NONCE = b"0123456789ab00000007"


@given(
    prefix=st.binary(max_size=300), suffix=st.binary(max_size=300), path=st.sampled_from(["", "/gw", "/gw/"])
)
def test_a_payload_is_well_formed(prefix: bytes, suffix: bytes, path: str) -> None:
    """Head and body part at the first blank line, and the length is the body's."""
    template = RequestTemplate(
        name="any",
        path="/v1/messages",
        headers=(("x-api-key", "test-key-0000"),),
        body_prefix=prefix,
        body_suffix=suffix,
        dialect=Dialect.ANTHROPIC_MESSAGES,
        stream=False,
        expected_text="",
    )
    endpoint = Endpoint.of(f"http://gateway:8080{path}")

    head, _, body = PreparedRequest.of(template, endpoint=endpoint).payload(NONCE).partition(b"\r\n\r\n")
    start, *fields = head.split(b"\r\n")
    assert start == b"POST %s/v1/messages HTTP/1.1" % path.rstrip("/").encode()
    assert fields == [
        b"host: gateway:8080",
        b"x-api-key: test-key-0000",
        b"content-length: %d" % len(body),
        b"x-perfgate-nonce: " + NONCE,
    ]
    assert body == prefix + NONCE + suffix


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://127.0.0.1:8080", ("127.0.0.1", 8080, False, "127.0.0.1:8080", ""), id="port"),
        pytest.param("https://gw.test/api/", ("gw.test", 443, True, "gw.test", "/api"), id="https-and-path"),
        pytest.param("http://[::1]:9", ("::1", 9, False, "[::1]:9", ""), id="ipv6"),
        pytest.param("http://u:p@gw.test", ("gw.test", 80, False, "gw.test", ""), id="credentials"),
    ],
)
def test_an_endpoint_is_where_the_url_leads(url: str, expected: tuple[str, int, bool, str, str]) -> None:
    """Host, port, TLS, Host header and path prefix."""
    found = Endpoint.of(url)

    assert (found.host, found.port, found.tls, found.authority, found.prefix) == expected


@pytest.mark.parametrize(
    "url", ["", "gateway:80", "unix:///run/gateway", "http://gateway:port", "http://gw:99999"]
)
def test_an_endpoint_needs_an_http_url(url: str) -> None:
    """Anything else is an error that says what to give."""
    with pytest.raises(LoadError, match="HOST"):
        Endpoint.of(url)


@given(number=st.integers(0, 10_000), slot=st.integers(0, 10_000), templates=st.integers(1, 5))
def test_a_template_is_chosen_by_request_or_by_slot(number: int, slot: int, templates: int) -> None:
    """Modulo their number, either way."""
    for spread, chosen in ((Spread.BY_REQUEST, number), (Spread.BY_CONNECTION, slot)):
        plan = a_plan(templates=(a_template(),) * templates, spread=spread)
        terms = Terms.of(plan, endpoint=Endpoint.of(plan.base_url))

        assert terms.template_of(number=number, slot=slot) == chosen % templates


@given(warmup=st.integers(0, 50), every=st.integers(1, 10), number=st.integers(0, 500))
def test_aborts_fall_on_each_nth_steady_request(warmup: int, every: int, number: int) -> None:
    """Counted from one, after warm-up."""
    plan = a_plan(warmup_requests=warmup, abort=Abort(every=every, after_deltas=3))
    terms = Terms.of(plan, endpoint=Endpoint.of(plan.base_url))

    is_steady = number >= warmup
    assert terms.phase_of(number) is (Phase.STEADY if is_steady else Phase.WARM_UP)
    assert terms.abort_after(number) == (3 if is_steady and (number - warmup + 1) % every == 0 else -1)


@given(
    templates=st.integers(1, 40),
    every=st.integers(1, 30),
    warmup=st.integers(0, 50),
    deltas=st.integers(0, 3),
)
def test_each_template_has_its_turn_to_be_aborted(
    templates: int, every: int, warmup: int, deltas: int
) -> None:
    """Once in `every` laps: no client only ever leaves, and none never does."""
    plan = a_plan(
        templates=(a_template(),) * templates,
        warmup_requests=warmup,
        abort=Abort(every=every, after_deltas=deltas),
    )
    terms = Terms.of(plan, endpoint=Endpoint.of(plan.base_url))
    numbers = range(warmup, warmup + templates * every)
    left = [
        terms.template_of(number=number, slot=0) for number in numbers if terms.abort_after(number) == deltas
    ]

    assert sorted(left) == list(range(templates))


@given(pairs=st.integers(1, 40), halves=st.integers(1, 15))
def test_aborts_of_streams_keep_to_streams(pairs: int, halves: int) -> None:
    """Where every other template streams and an even number is counted, all of these have their turn."""
    kinds = (a_template(stream=False), a_template(stream=True))
    plan = a_plan(templates=kinds * pairs, abort=Abort(every=2 * halves, after_deltas=3))
    terms = Terms.of(plan, endpoint=Endpoint.of(plan.base_url))
    laps = 2 * pairs * 2 * halves
    left = [
        terms.template_of(number=number, slot=0) for number in range(laps) if terms.abort_after(number) > 0
    ]

    assert set(left) == set(range(1, 2 * pairs, 2))
