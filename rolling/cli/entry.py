"""The entry: the command as a process begins it.

Nothing else is imported before the way out of Ctrl-C stands.
"""

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""


def main() -> int:
    """Run the command with the process's arguments; the exit code."""
    try:
        from rolling.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        return INTERRUPTED
