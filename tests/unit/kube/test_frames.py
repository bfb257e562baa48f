"""WebSocket frames, as RFC 6455 draws them."""

import pytest

from fedfleet.kube import frames


def unmasked(payload: bytes, opcode: int = frames.BINARY, *, final: bool = True) -> bytes:
    """A frame as a server sends it."""
    first = bytes(((0x80 if final else 0) | opcode,))
    if len(payload) < 126:
        return first + bytes((len(payload),)) + payload
    if len(payload) < 1 << 16:
        return first + b"\x7e" + len(payload).to_bytes(2, "big") + payload
    return first + b"\x7f" + len(payload).to_bytes(8, "big") + payload


def test_the_masked_example_of_the_rfc_is_read() -> None:
    # Section 5.7: a single-frame masked text message.
    frame = bytes.fromhex("818537fa213d7f9f4d5158")
    assert frames.Decoder().feed(frame) == [frames.Message(frames.TEXT, b"Hello")]


def test_the_fragmented_example_of_the_rfc_is_put_together() -> None:
    decoder = frames.Decoder()
    assert decoder.feed(bytes.fromhex("010348656c")) == []
    assert decoder.feed(bytes.fromhex("80026c6f")) == [frames.Message(frames.TEXT, b"Hello")]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_what_is_encoded_is_decoded(length: int) -> None:
    payload = bytes(index % 251 for index in range(length))
    assert frames.Decoder().feed(frames.encode(payload)) == [frames.Message(frames.BINARY, payload)]


@pytest.mark.parametrize("length", [5, 300, 70_000])
def test_a_message_may_come_in_any_pieces(length: int) -> None:
    decoder, found = frames.Decoder(), []
    stream = unmasked(b"x" * length) + unmasked(b"y")
    step = max(1, len(stream) // 7)
    for start in range(0, len(stream), step):
        found += decoder.feed(stream[start : start + step])
    assert found == [frames.Message(frames.BINARY, b"x" * length), frames.Message(frames.BINARY, b"y")]


def test_a_ping_between_fragments_is_told_at_once() -> None:
    decoder = frames.Decoder()
    stream = unmasked(b"a", final=False) + unmasked(b"?", frames.PING) + unmasked(b"b", 0x0)
    assert decoder.feed(stream) == [frames.Message(frames.PING, b"?"), frames.Message(frames.BINARY, b"ab")]


def test_what_a_client_sends_is_masked_anew_every_time() -> None:
    assert frames.encode(b"secret") != frames.encode(b"secret")
    assert frames.encode(b"secret")[1] & 0x80
