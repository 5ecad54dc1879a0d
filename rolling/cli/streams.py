"""Streams: what is printed, and what becomes of it where it cannot be written."""

import errno
import os
import sys
from typing import TextIO


def write_out(text: str) -> None:
    """Print on standard output, all of it. Raises OSError where that cannot be."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "cannot write: standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise OSError(error.errno, f"cannot write: {error.strerror}") from error


def write_complaint(text: str) -> None:
    """Print on standard error, where that can be: there is nowhere left to say that it cannot."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)


def abandon(stream: TextIO | None) -> None:
    """Let Python close a stream that takes nothing any more without a complaint of its own."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
