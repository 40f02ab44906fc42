"""A prompt's digest follows its text, and nothing else."""

import json

from hypothesis import given
from hypothesis import strategies as st

from perf.model.wire import NONCE_BODY_MARK
from perf.wire.prompt import prompt_digest

TEXT = st.text(max_size=30)


def body(*contents: object) -> bytes:
    """A chat body with one user message for each content."""
    return json.dumps({"messages": [{"role": "user", "content": each} for each in contents]}).encode()


@given(text=TEXT, nonces=st.tuples(*[st.text("0123456789abcdef", min_size=20, max_size=20)] * 2))
def test_requests_of_one_template_agree(text: str, nonces: tuple[str, str]) -> None:
    """The nonce has no part in the digest."""
    one, other = (prompt_digest(body(f"{text}{NONCE_BODY_MARK}{nonce} end")) for nonce in nonces)

    assert one == other


@given(first=TEXT, second=TEXT)
def test_messages_and_parts_may_be_cut_anew(first: str, second: str) -> None:
    """Strings, parts and merged messages of the same text agree."""
    parts = [{"type": "text", "text": first}, {"type": "text", "text": second}]

    assert prompt_digest(body(first, second)) == prompt_digest(body(first + second))
    assert prompt_digest(body(parts)) == prompt_digest(body(first, second))


@given(system=TEXT, user=TEXT)
def test_the_system_prompt_may_stand_where_either_dialect_has_it(system: str, user: str) -> None:
    """A message of the role system says what the field `system` does, as text or in parts."""
    asked = {"role": "user", "content": user}
    chat = {"messages": [{"role": "system", "content": system}, asked]}
    plain = {"system": system, "messages": [asked]}
    parts = {"system": [{"type": "text", "text": system}], "messages": [asked]}

    digests = {prompt_digest(json.dumps(each).encode()) for each in (chat, plain, parts)}

    assert len(digests) == 1
    assert digests != {prompt_digest(json.dumps({"messages": [asked]}).encode())} or not system


@given(text=st.text(min_size=1, max_size=30))
def test_a_lost_character_shows(text: str) -> None:
    """A text without its last character has another digest."""
    assert prompt_digest(body(text)) != prompt_digest(body(text[:-1]))


def test_what_is_no_request_has_none() -> None:
    """Neither broken JSON nor a body without messages."""
    assert prompt_digest(b"{") == prompt_digest(b'{"model":"m"}') == ""
