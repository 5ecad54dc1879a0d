"""Exit codes: what the command tells the shell."""

SUCCEEDED = 0
BROKEN = 1
"""Of `check`: a property is broken. Nothing else exits so."""
BAD_INPUT = 2
ROLLED_BACK = 3
ROLLBACK_FAILED = 4
SYSTEM_FAILED = 5
"""Not the input but the machine: nowhere to write, no process to be had, one that was killed, or
a search that came to its limit."""
INTERRUPTED = 130
CLOSED_PIPE = 141
