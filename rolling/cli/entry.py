"""The entry: the command as a process begins it.

Nothing that takes time is imported before the way out of Ctrl-C stands.
"""

import signal

from rolling.cli.exit_codes import INTERRUPTED


def main() -> int:
    """Run the command with the process's arguments; the exit code."""
    try:
        from rolling.cli.main import main as run

        exit_code = run()
    except KeyboardInterrupt:
        exit_code = INTERRUPTED
    if exit_code == INTERRUPTED:
        # All is said: one more Ctrl-C would only cut Python's own end short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return exit_code
