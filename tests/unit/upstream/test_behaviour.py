"""A script in force."""

import json

import pytest

from perf.model.units import ms_to_ns
from perf.model.upstream import Fault, FaultKind, NormalDelay
from perf.model.wire import Dialect
from perf.upstream.behaviour import Behaviour
from perf.upstream.scripts import script

PATH = "/v1/chat/completions"
BODY = b'{"model":"m","messages":[]}'


def statuses(behaviour: Behaviour, count: int) -> list[int]:
    """The statuses of so many requests."""
    return [behaviour.answer(b"POST", PATH, body=BODY).delivery.status for _ in range(count)]


def failing(ratio: float, *, seed: int = 0) -> Behaviour:
    """A provider that fails at a ratio."""
    faults = (Fault(kind=FaultKind.STATUS, ratio=ratio, status=503),)
    return Behaviour(script(faults=faults, seed=seed), instance="a")


def test_a_ratio_of_one_always_hits() -> None:
    """Certainty does not depend on luck; nor does a ratio of nought."""
    assert statuses(failing(1.0), 500) == [503] * 500
    assert statuses(failing(0.0), 500) == [200] * 500


def test_a_ratio_is_met_on_the_whole() -> None:
    """One in five means about one in five."""
    assert 160 <= statuses(failing(0.2), 1_000).count(503) <= 240


def test_a_seed_fixes_who_fails() -> None:
    """The same seed fails the same requests, another seed others."""
    assert statuses(failing(0.5), 100) == statuses(failing(0.5), 100)
    assert statuses(failing(0.5), 100) != statuses(failing(0.5, seed=1), 100)


def test_instances_draw_apart() -> None:
    """Three instances of one script do not fail or dawdle in step."""
    slow = script(delay=NormalDelay(mean_ns=10**7, sd_ns=10**6))
    first, second = (Behaviour(slow, instance=name) for name in ("a", "b"))

    delays = [[one.answer(b"POST", PATH, body=BODY).delay_ns for _ in range(9)] for one in (first, second)]

    assert delays[0] != delays[1]


def test_answers_are_framed_once() -> None:
    """The second request of a shape gets the very bytes of the first."""
    behaviour = Behaviour(script(), instance="a")

    first, second = (behaviour.answer(b"POST", PATH, body=BODY) for _ in range(2))

    assert first.delivery is second.delivery


def test_many_model_names_do_not_pile_up() -> None:
    """Ten thousand models later, the first is still answered."""
    behaviour = Behaviour(script(tokens=1), instance="a")

    for number in range(5_000):
        body = b'{"model":"m%d","messages":[]}' % number
        assert b'"m%d"' % number in behaviour.answer(b"POST", PATH, body=body).delivery.rest


@pytest.mark.parametrize(
    "path", ["/health", "/v1/models", "/get_server_info", "/", "/v1/models/gpt-4o-mini", "/v1/models/"]
)
def test_probes_succeed_at_once(path: str) -> None:
    """A gateway's own calls neither wait nor draw, even of a provider that always fails."""
    answering = failing(1.0).answer(b"GET", path, body=b"")

    assert (answering.delay_ns, answering.delivery.status) == (0, 200)
    json.loads(answering.delivery.rest.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("number_ms", [0, 1, 1_500])
def test_an_image_comes_when_its_name_says(number_ms: int) -> None:
    """It is a picture of one pixel, whatever the provider does with requests."""
    answering = failing(1.0).answer(b"GET", f"/images/{number_ms}.png", body=b"")
    head, _, body = answering.delivery.head(1, nonce="").partition(b"\r\n\r\n")

    assert (answering.delay_ns, answering.delivery.status) == (ms_to_ns(number_ms), 200)
    assert b"image/png" in head
    assert (body[1:4], body[-8:-4]) == (b"PNG", b"IEND")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/v1/embeddings", BODY, 404, id="unknown-path"),
        pytest.param(PATH, b"{", 400, id="no-json"),
        pytest.param("/v1/messages", b"", 400, id="no-body"),
        pytest.param(PATH, b'{"model":"m"}', 400, id="no-messages"),
        pytest.param("/v1/messages", BODY, 400, id="no-max-tokens"),
        pytest.param("/v1/responses", BODY, 400, id="no-input"),
    ],
)
def test_bad_requests_are_refused(path: str, body: bytes, status: int) -> None:
    """What a provider would refuse, its mock refuses."""
    assert Behaviour(script(), instance="a").answer(b"POST", path, body=body).delivery.status == status


@pytest.mark.parametrize("dialect", Dialect)
def test_the_model_is_echoed(dialect: Dialect) -> None:
    """The answer names the model that was asked for."""
    path = {"openai-chat": PATH, "openai-responses": "/responses", "anthropic-messages": "/messages"}[dialect]

    body = b'{"model":"grande","messages":[],"input":"hi","max_tokens":9}'
    answering = Behaviour(script(), instance="a").answer(b"POST", path, body=body)

    assert b'"model":"grande"' in answering.delivery.rest


def test_only_a_whole_black_hole_swallows_probes() -> None:
    """An instance that hangs answers nobody; one that loses some requests still says that it is well."""
    for ratio, answered in ((1.0, False), (0.5, True)):
        hole = script(faults=(Fault(kind=FaultKind.BLACK_HOLE, ratio=ratio),))

        probed = Behaviour(hole, instance="a").answer(b"GET", "/v1/models", body=b"")

        assert bool(probed.delivery.opening) is answered


def test_more_faults_change_no_delay() -> None:
    """The draws of the two are apart, so that runs with and without faults wait alike."""
    slow = NormalDelay(mean_ns=10**7, sd_ns=10**6)
    fault = Fault(kind=FaultKind.STATUS, ratio=0.5, status=503)
    sound, failing_half = (
        Behaviour(script(delay=slow, faults=faults), instance="a") for faults in ((), (fault,))
    )

    waits = [
        [one.answer(b"POST", PATH, body=BODY).delay_ns for _ in range(9)] for one in (sound, failing_half)
    ]

    assert len(set(waits[0])) == 9
    assert waits[0] == waits[1]
