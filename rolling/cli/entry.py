"""The entry point of the command.

Slow imports come after the handling of Ctrl-C is in place.
"""

import signal

from rolling.cli.exit_codes import INTERRUPTED


def main() -> int:
    """Run the command with the process's arguments; return the exit code."""
    try:
        from rolling.cli.main import main as run
        from rolling.cli.streams import write_whole

        write_whole()
        exit_code = run()
    except KeyboardInterrupt:
        exit_code = INTERRUPTED
    if exit_code == INTERRUPTED:
        # All output is written: another Ctrl-C would only disturb Python's shutdown.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return exit_code
