"""What the official clients, old or new, make of an answer; as a program, of every answer of the matrix."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import anthropic
import openai
from anthropic.types import Message, Usage
from openai.types.chat import ChatCompletion
from openai.types.responses import Response
from pydantic import BaseModel, ValidationError

from perf.model.wire import Dialect
from perf.upstream.process import UpstreamProcess
from tests.conformance.cells import (
    CELLS,
    FAILURES,
    MEETINGS,
    MODEL,
    Ending,
    Understood,
    Way,
    canonical,
    fault_of,
    script_of,
)

_TRANSPORT = import_module("httpx2" if find_spec("httpx2") else "httpx")
"""What carries the clients' requests: that of the newer, or that of the older."""
IN_TIME_S = 10.0
SOON_S = 0.3
"""How long to wait for an answer that never comes."""
_ENDINGS = {
    "RateLimitError": Ending.RATE_LIMIT,
    "InternalServerError": Ending.SERVER_ERROR,
    "OverloadedError": Ending.SERVER_ERROR,
    "APITimeoutError": Ending.LATE,
    "ReadTimeout": Ending.LATE,
    "APIConnectionError": Ending.CUT,
    "RemoteProtocolError": Ending.CUT,
    "ReadError": Ending.CUT,
    "JSONDecodeError": Ending.MALFORMED,
    "APIStatusError": Ending.ERROR_EVENT,
    "APIError": Ending.ERROR_EVENT,
    "RuntimeError": Ending.UNFINISHED,
    "AttributeError": Ending.NO_ANSWER,
}
"""By the names of the clients' exceptions and of those below them, the narrowest first."""
_RAISED = (
    openai.APIError,
    anthropic.APIError,
    _TRANSPORT.TransportError,
    json.JSONDecodeError,
    RuntimeError,
    AttributeError,
)
_OPENAI_USER: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "hello"}
_ANTHROPIC_USER: anthropic.types.MessageParam = {"role": "user", "content": "hello"}
_INCLUDED: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
_MAX_TOKENS = 99


class Told(NamedTuple):
    """What a client made of one call: its ending, the status of its exception, and the whole answer.

    `objects` are the client's own as JSON: the events of a stream, and last the whole answer; `lacks`
    says which of them do not have what their model demands.
    """

    ending: Ending
    status: int
    retry_after: tuple[str, str]
    understood: Understood | None
    objects: tuple[object, ...]
    lacks: tuple[str, ...]


class Clients(NamedTuple):
    """Both official clients of one instance."""

    openai: openai.OpenAI
    anthropic: anthropic.Anthropic


@contextmanager
def clients_of(url: str, *, timeout_s: float = IN_TIME_S) -> Iterator[Clients]:
    """Clients that try once, and keep no connection that a failure may have ended."""
    alone = {"connection": "close"}
    for_openai = openai.OpenAI(
        api_key="k", base_url=f"{url}/v1", max_retries=0, timeout=timeout_s, default_headers=alone
    )
    for_anthropic = anthropic.Anthropic(
        api_key="k", base_url=url, max_retries=0, timeout=timeout_s, default_headers=alone
    )
    with for_openai, for_anthropic:
        yield Clients(for_openai, for_anthropic)


def ask(clients: Clients, way: Way) -> Told:
    """Ask by the client of that dialect, and keep whatever comes."""
    objects: list[BaseModel] = []
    try:
        for each in _objects(clients, way):
            objects.append(each)
    except _RAISED as error:
        names = [kind.__name__ for kind in type(error).__mro__]
        ending = next(ending for name, ending in _ENDINGS.items() if name in names)
        response = getattr(error, "response", None)
        headers = response.headers if response is not None else {}
        waits = (headers.get("retry-after", ""), headers.get("retry-after-ms", ""))
        status = getattr(error, "status_code", 0)
        return Told(ending, status, waits, None, _dumped(objects), _lacks(objects))
    answer = understand(objects[-1])
    ending = Ending.WELL if answer else Ending.NO_ANSWER
    return Told(ending, 0, ("", ""), answer, _dumped(objects), _lacks(objects))


def understand(answer: BaseModel) -> Understood | None:
    """A client's whole answer in the words of the matrix; None where it holds no answer."""
    match answer:
        case ChatCompletion():
            return _of_chat(answer) if answer.choices else None
        case Response():
            return _of_response(answer) if answer.output else None
        case Message():
            return _of_message(answer) if answer.content else None
        case _:
            raise TypeError(answer)


def _objects(clients: Clients, way: Way) -> Iterator[BaseModel]:
    """The events of a stream, and then the whole answer as the client put it together."""
    match way.dialect:
        case Dialect.OPENAI_CHAT:
            yield from _chat(clients.openai, stream=way.stream)
        case Dialect.OPENAI_RESPONSES:
            yield from _responses(clients.openai, stream=way.stream)
        case Dialect.ANTHROPIC_MESSAGES:
            yield from _messages(clients.anthropic, stream=way.stream)


def _chat(client: openai.OpenAI, *, stream: bool) -> Iterator[BaseModel]:
    if not stream:
        yield client.chat.completions.create(model=MODEL, messages=[_OPENAI_USER])
        return
    with client.chat.completions.stream(
        model=MODEL, messages=[_OPENAI_USER], stream_options=_INCLUDED
    ) as streamed:
        for event in streamed:
            if event.type == "chunk":
                yield event.chunk
        yield streamed.get_final_completion()


def _responses(client: openai.OpenAI, *, stream: bool) -> Iterator[BaseModel]:
    if not stream:
        yield client.responses.create(model=MODEL, input="hello")
        return
    with client.responses.stream(model=MODEL, input="hello") as streamed:
        yield from streamed
        yield streamed.get_final_response()


def _messages(client: anthropic.Anthropic, *, stream: bool) -> Iterator[BaseModel]:
    if not stream:
        yield client.messages.create(model=MODEL, max_tokens=_MAX_TOKENS, messages=[_ANTHROPIC_USER])
        return
    with client.messages.stream(model=MODEL, max_tokens=_MAX_TOKENS, messages=[_ANTHROPIC_USER]) as streamed:
        yield from streamed
        yield streamed.get_final_message()


def _of_chat(answer: ChatCompletion) -> Understood:
    (choice,) = answer.choices
    calls = [call.function for call in choice.message.tool_calls or () if call.type == "function"]
    assert choice.finish_reason == ("tool_calls" if calls else "stop")
    usage = answer.usage
    cached = usage.prompt_tokens_details.cached_tokens if usage and usage.prompt_tokens_details else None
    return Understood(
        answer.model,
        choice.message.content or "",
        tuple((call.name, canonical(call.arguments)) for call in calls),
        usage.prompt_tokens if usage else None,
        cached,
        usage.completion_tokens if usage else None,
    )


def _of_response(answer: Response) -> Understood:
    assert answer.status == "completed"
    usage = answer.usage
    return Understood(
        answer.model,
        answer.output_text,
        tuple(
            (item.name, canonical(item.arguments)) for item in answer.output if item.type == "function_call"
        ),
        usage.input_tokens if usage else None,
        usage.input_tokens_details.cached_tokens if usage else None,
        usage.output_tokens if usage else None,
    )


def _of_message(answer: Message) -> Understood:
    calls = [block for block in answer.content if block.type == "tool_use"]
    assert answer.stop_reason == ("tool_use" if calls else "end_turn")
    usage: Usage | None = answer.usage
    told = (usage.cache_creation_input_tokens, usage.cache_read_input_tokens) if usage else ()
    return Understood(
        answer.model,
        "".join(block.text for block in answer.content if block.type == "text"),
        tuple((call.name, canonical(json.dumps(call.input))) for call in calls),
        usage.input_tokens + sum(count or 0 for count in told) if usage else None,
        usage.cache_read_input_tokens if usage else None,
        usage.output_tokens if usage else None,
    )


def _dumped(objects: list[BaseModel]) -> tuple[object, ...]:
    """What was sent, without the fields that a generation of the client adds by itself."""
    return tuple(each.model_dump(mode="json", exclude_unset=True, warnings=False) for each in objects)


def _lacks(objects: list[BaseModel]) -> tuple[str, ...]:
    """The clients build their objects without a look at them; here each is looked at."""
    lacks = []
    for each in objects:
        try:
            type(each).model_validate_json(each.model_dump_json(exclude_unset=True, warnings=False))
        except ValidationError as error:
            lacks += [".".join(map(str, fault["loc"])) for fault in error.errors()]
    return tuple(lacks)


def whole_matrix(upstream: UpstreamProcess, *, instance: str, date: str) -> dict[str, Told]:
    """Every cell and every failure in every way, by name; the date is what a Retry-After tells."""
    told = {}
    url = upstream.urls[instance]
    with clients_of(url) as patient, clients_of(url, timeout_s=SOON_S) as hurried:
        for cell in CELLS:
            upstream.script(instance, script_of(tool=cell.tool, cache=cell.cache))
            told[str(cell)] = ask(patient, cell.way)
        for met in MEETINGS:
            fault = fault_of(met.name, date=date)
            upstream.script(instance, script_of(tool=met.laden, cache=met.laden, fault=fault))
            clients = hurried if FAILURES[met.name].ending is Ending.LATE else patient
            told[str(met)] = ask(clients, met.way)
    return told


def main() -> None:
    """Print the whole matrix as JSON; the one argument is the date of a Retry-After."""
    with UpstreamProcess.start(["a"], cpus=None) as upstream:
        json.dump(whole_matrix(upstream, instance="a", date=sys.argv[1]), sys.stdout)


if __name__ == "__main__":
    main()
