"""Output is complete even when Python's streams are unbuffered."""

import io
import sys

import pytest

from rolling.cli.streams import write_out, write_whole


class Reluctant(io.RawIOBase):
    """Takes three bytes a write, as a terminal may when a signal comes."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.taken += bytes(data[:3])
        return min(3, len(data))


def test_an_unbuffered_stream_loses_nothing_of_a_write_that_is_cut_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = Reluctant()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "utf-8", write_through=True))  # type: ignore[type-var]
    write_whole()
    write_out("my-endpoint is updated\n")
    assert raw.taken == b"my-endpoint is updated\n"


def test_a_buffered_stream_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    buffered = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys, "stdout", buffered)
    write_whole()
    assert sys.stdout is buffered
