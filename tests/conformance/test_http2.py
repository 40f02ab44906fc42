"""The mock providers behind TLS, by HTTP/2 and by HTTP/1.1."""

import asyncio
import ssl
from collections.abc import Iterator

import anthropic
import httpx
import httpx2
import openai
import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Down, Fault, FaultKind, Tls
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import expected_text, script
from tests.conformance.frames import Frames
from tests.conformance.log import drained

PATH = "/v1/chat/completions"
NONCE = "0123456789ab0000000f"
STREAMS = 5
ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def serving() -> Iterator[UpstreamProcess]:
    """One instance that offers HTTP/2, one that speaks only HTTP/1.1 over TLS, one without TLS."""
    tls = {"h2": Tls(http2_streams=STREAMS), "h1": Tls(http2_streams=0)}
    with UpstreamProcess.start(["h2", "h1", "plain"], cpus=None, tls=tls) as process:
        yield process


@pytest.fixture
def secured(serving: UpstreamProcess) -> UpstreamProcess:
    """The process with plain scripts and an empty log."""
    for name in serving.urls:
        serving.script(name, script())
    serving.drain()
    return serving


def trusting(upstream: UpstreamProcess) -> ssl.SSLContext:
    """What a client needs to believe the mock."""
    return ssl.create_default_context(cadata=upstream.ca_pem)


def client(upstream: UpstreamProcess, *, name: str = "h2") -> httpx.Client:
    """A client of the instance that would speak HTTP/2."""
    return httpx.Client(http2=True, verify=trusting(upstream), base_url=upstream.urls[name], trust_env=False)


@pytest.mark.parametrize(
    ("name", "version"), [pytest.param("h2", "HTTP/2", id="h2"), pytest.param("h1", "HTTP/1.1", id="h1")]
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_protocol_changes_no_answer(
    secured: UpstreamProcess, name: str, version: str, *, stream: bool
) -> None:
    """Over TLS, by either protocol, body and headers are those of plain HTTP/1.1, and so is the log."""
    body = {**ASK, "stream": stream}
    sent = {"x-perfgate-nonce": NONCE, "authorization": "Bearer secret", "anthropic-version": "2026-10-21"}
    with client(secured, name=name) as http:
        answer = http.post(PATH, json=body, headers=sent)
    with client(secured, name="plain") as http:
        plain = http.post(PATH, json=body, headers=sent)
    arrival, other = drained(secured, 2)
    told = {key for key in plain.headers if key not in ("transfer-encoding", "x-request-id")}

    assert answer.http_version == version
    assert (answer.status_code, answer.text) == (200, plain.text)
    assert {key: answer.headers[key] for key in told} == {key: plain.headers[key] for key in told}
    assert arrival.http2 is (version == "HTTP/2")
    assert arrival[2:4] == other[2:4] == (NONCE, PATH)
    assert (arrival.status, arrival.credential) == (200, "secret")
    assert arrival.version == other.version == "2026-10-21"


def test_the_sdks_are_served(secured: UpstreamProcess) -> None:
    """The official clients, over HTTP/2: an answer, a stream, and an error that is theirs."""
    secured.script("h2", script(tokens=40))
    with httpx2.Client(http2=True, verify=trusting(secured), trust_env=False) as http:
        chat = openai.OpenAI(
            api_key="k", base_url=f"{secured.urls['h2']}/v1", http_client=http, max_retries=0
        )
        whole = chat.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
        with chat.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}], stream=True
        ) as chunks:
            streamed = "".join(each.choices[0].delta.content or "" for each in chunks)
        messages = anthropic.Anthropic(
            api_key="k", base_url=secured.urls["h2"], http_client=http, max_retries=0
        )
        with messages.messages.stream(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
        ) as stream:
            told = stream.get_final_text()
        secured.script("h2", script(faults=(Fault(kind=FaultKind.STATUS, ratio=1, status=429),)))
        with pytest.raises(openai.RateLimitError):
            chat.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])

    assert whole.choices[0].message.content == streamed == told == expected_text(script(tokens=40))
    assert {arrival.connection for arrival in drained(secured, 4)} == {secured_connection(secured)}


def secured_connection(upstream: UpstreamProcess) -> int:
    """The number of the connection before the next one."""
    with client(upstream) as http:
        http.get("/health")
    (probe,) = drained(upstream, 1)
    return probe.connection - 1


def test_a_client_waits_for_a_stream(secured: UpstreamProcess) -> None:
    """On the one connection that httpx has, no more requests are under way than it offers."""
    secured.script("h2", script(delay=ms_to_ns(50)))

    async def crowd() -> list[httpx.Response]:
        url = secured.urls["h2"]
        async with httpx.AsyncClient(
            http2=True, verify=trusting(secured), base_url=url, trust_env=False
        ) as http:
            await http.get("/health")
            return await asyncio.gather(*(http.post(PATH, json=ASK) for _ in range(3 * STREAMS)))

    answers = asyncio.run(crowd())
    arrivals = [each for each in drained(secured, 3 * STREAMS + 1) if each.path == PATH]
    at_once = [
        sum(each.arrival_ns <= at.arrival_ns < each.first_byte_ns for each in arrivals) for at in arrivals
    ]

    assert {each.status_code for each in answers} == {200}
    assert len({each.connection for each in arrivals}) == 1
    assert max(at_once) == STREAMS


def test_each_frame_of_a_stream_is_a_frame_of_its_own(secured: UpstreamProcess) -> None:
    """Those that are due at once, too: the role, two tokens, the end and the terminator."""
    secured.script("h2", script(tokens=2))
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        number = frames.ask(PATH, nonce=NONCE, stream=True)
        frames.read_until(lambda: number in frames.ended)

    assert [data.count(b"data: ") for data in frames.pieces[number]] == [1] * 5


def test_a_stream_too_many_is_refused(secured: UpstreamProcess) -> None:
    """Beyond what it has acknowledged, a client's streams are refused, and only they: it may ask again."""
    secured.script("h2", script(delay=ms_to_ns(50)))
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        numbers = [frames.ask(PATH, nonce=f"{number:020d}") for number in range(STREAMS + 2)]
        frames.read_until(lambda: len(frames.ended | frames.reset.keys()) == STREAMS + 2)
        again = frames.ask(PATH, nonce=NONCE)
        frames.read_until(lambda: again in frames.ended)
    refused = [each for each in drained(secured, STREAMS + 3) if not each.status]

    assert frames.offered == STREAMS
    assert frames.ended == {*numbers[:STREAMS], again}
    assert frames.reset == dict.fromkeys(numbers[STREAMS:], "REFUSED_STREAM")
    assert [each.nonce for each in refused] == [f"{number:020d}" for number in (STREAMS, STREAMS + 1)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_cancelled_stream_is_an_abort(secured: UpstreamProcess, *, stream: bool) -> None:
    """RST_STREAM ends the answer under way and is logged as the client's doing; the connection stays."""
    secured.script("h2", script(delay=0 if stream else s_to_ns(60), interval_ns=s_to_ns(60)))
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        number = frames.ask(PATH, nonce=NONCE, stream=stream)
        if stream:
            frames.read_until(lambda: b"tok0" in frames.bodies[number])
        frames.cancel(number)
        (arrival,) = drained(secured, 1)
        secured.script("h2", script())
        after = frames.ask(PATH, nonce=NONCE)
        frames.read_until(lambda: after in frames.ended)

    assert arrival.client_aborted
    assert (arrival.status, arrival.bytes_out > 0) == ((200, True) if stream else (0, False))


def test_a_client_that_hangs_up_has_aborted_all(secured: UpstreamProcess) -> None:
    """Every request under way on the connection is logged so."""
    secured.script("h2", script(delay=s_to_ns(60)))
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        for number in range(3):
            frames.ask(PATH, nonce=f"{number:020d}")
        unknown = frames.ask("/unknown", nonce=NONCE)
        frames.read_until(lambda: unknown in frames.ended)
    arrivals = [each for each in drained(secured, 4) if each.path == PATH]

    assert [each.client_aborted for each in arrivals] == [True] * 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        pytest.param(Fault(kind=FaultKind.FIN, ratio=1, after_frames=3), "CANCEL", id="fin"),
        pytest.param(Fault(kind=FaultKind.RST, ratio=1, after_bytes=100), "INTERNAL_ERROR", id="rst"),
    ],
)
def test_a_cut_concerns_one_stream(secured: UpstreamProcess, fault: Fault, code: str) -> None:
    """An answer is cut by RST_STREAM, after what was to come before; the connection goes on."""
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        secured.script("h2", script(faults=(fault,)))
        cut = frames.ask(PATH, nonce=NONCE, stream=True)
        frames.read_until(lambda: cut in frames.reset)
        secured.script("h2", script())
        whole = frames.ask(PATH, nonce=NONCE, stream=True)
        frames.read_until(lambda: whole in frames.ended)

    assert frames.reset == {cut: code}
    assert frames.bodies[cut]
    assert frames.bodies[whole].startswith(frames.bodies[cut][:20])


def test_a_megabyte_goes_both_ways_through_the_windows(secured: UpstreamProcess) -> None:
    """Large prompts and answers are whole, though far beyond the windows of flow control."""
    secured.script("h2", script(tokens=120_000))
    with client(secured) as http:
        answer = http.post(PATH, json={**ASK, "padding": "x" * 1_000_000})
    (arrival,) = drained(secured, 1)

    assert answer.json()["choices"][0]["message"]["content"] == expected_text(script(tokens=120_000))
    assert arrival.bytes_in > 1_000_000
    assert arrival.bytes_out > len(answer.content) > 1_000_000


def test_a_breach_of_the_protocol_ends_the_connection(secured: UpstreamProcess) -> None:
    """Data for no stream, for example; the mock goes on."""
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        frames.say(b"\x00\x00\x01" + b"\x00" * 6 + b"x")
        frames.read_to_end()
    with client(secured) as http:
        assert http.get("/health").status_code == 200


def test_down_cuts_a_secured_connection(secured: UpstreamProcess) -> None:
    """As without TLS: the present ones end, new ones are refused, and it can come back."""
    with Frames(secured.urls["h2"], trusting(secured)) as frames:
        secured.script("h2", Down())
        frames.read_to_end()
    with client(secured) as http:
        with pytest.raises(httpx.ConnectError):
            http.get("/health")
        secured.script("h2", script())
        assert http.get("/health").status_code == 200


def test_a_stranger_is_not_trusted(secured: UpstreamProcess) -> None:
    """Without the authority nobody talks to it, and it survives whoever tries."""
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(secured.urls["h2"], trust_env=False)
    with client(secured) as http:
        assert http.get("/health").status_code == 200
