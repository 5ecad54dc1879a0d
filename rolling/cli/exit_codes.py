"""The exit codes of the command."""

SUCCEEDED = 0
BROKEN = 1
"""Only for `check`: a property is broken."""
BAD_INPUT = 2
ROLLED_BACK = 3
ROLLBACK_FAILED = 4
SYSTEM_FAILED = 5
"""A system error, not bad input: output could not be written, a process could not be started or
was killed, or a search reached its limit."""
INTERRUPTED = 130
CLOSED_PIPE = 141
