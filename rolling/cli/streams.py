"""Output to standard output and standard error, and what happens when a write fails."""

import errno
import io
import os
import sys
from typing import TextIO


def write_whole() -> None:
    """Buffer standard output and standard error if they are unbuffered.

    With PYTHONUNBUFFERED, Python drops the rest of a write that a signal cuts short.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(getattr(stream, "buffer", None), io.RawIOBase):
            continue
        encoding, errors = stream.encoding, stream.errors
        buffered = io.BufferedWriter(stream.detach())
        whole = io.TextIOWrapper(
            buffered, encoding, errors, line_buffering=True, write_through=True
        )
        setattr(sys, name, whole)


def write_out(text: str) -> None:
    """Print the whole text on standard output. Raises OSError if that fails."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "cannot write: standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise OSError(error.errno, f"cannot write: {error.strerror}") from error


def write_complaint(text: str) -> None:
    """Print on standard error. A failure is ignored: there is nowhere left to report it."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)


def abandon(stream: TextIO | None) -> None:
    """Redirect a broken stream to the null device, so that Python closes it without an error."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
