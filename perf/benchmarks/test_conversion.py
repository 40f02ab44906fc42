"""Conversion between the dialects: the request one way, the answer back, whole and streamed."""

import json

from perf.benchmarks.messages import anthropic_answer, anthropic_stream, chat_request
from perf.benchmarks.rounds import Benchmark, timed
from perf.gateway.convert.request import CachePolicy, convert_request
from perf.gateway.convert.response import convert_response
from perf.gateway.convert.stream import StreamConverter

DELTAS = 100


def test_request_conversion(benchmark: Benchmark) -> None:
    """An OpenAI request with tools and ten turns becomes an Anthropic one."""
    body = chat_request()
    cache = CachePolicy(system=True, min_system_tokens=1_024, tools=True)

    converted = timed(benchmark, lambda: convert_request(body, cache=cache), calls=40)

    assert json.loads(converted.body)["max_tokens"] == 512


def test_response_conversion(benchmark: Benchmark) -> None:
    """A whole Anthropic answer becomes an OpenAI one."""
    body = anthropic_answer()

    converted = timed(benchmark, lambda: convert_response(body, created=1), calls=200)

    assert json.loads(converted)["choices"][0]["finish_reason"] == "tool_calls"


def test_stream_conversion(benchmark: Benchmark) -> None:
    """An Anthropic stream of a hundred deltas, fed frame by frame, becomes an OpenAI one."""
    frames = anthropic_stream(DELTAS)

    def converted() -> bytes:
        converter = StreamConverter(created=1, include_usage=True)
        return b"".join([converter.feed(frame) for frame in frames])

    stream = timed(benchmark, converted, calls=2)

    assert stream.endswith(b"data: [DONE]\n\n")
