"""The command: its arguments read, a subcommand carried out, an exit code.

Here belongs what every call goes through. `--version` and `--help` end here and load
no more than this; what a subcommand does, and loads, is in subcommands.py.
"""

import sys
from collections.abc import Sequence

from rolling.cli.arguments import WrongUsage, parsed
from rolling.cli.exit_codes import CLOSED_PIPE, SUCCEEDED, SYSTEM_FAILED
from rolling.cli.streams import abandon, write_complaint, write_out


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's); the exit code.

    Ctrl-C is passed on as KeyboardInterrupt, for entry.py to end the process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except BrokenPipeError:
        abandon(sys.stdout)
        return CLOSED_PIPE
    except OSError as error:
        abandon(sys.stdout)
        write_complaint(f"rolling: {error.strerror or error}\n")
        return SYSTEM_FAILED


def _run(arguments: Sequence[str]) -> int:
    try:
        chosen = parsed(arguments)
    except SystemExit:  # --help and --version, which have printed what they have to say
        write_out("")
        return SUCCEEDED
    except WrongUsage as wrong:
        from rolling.cli.subcommands import refuse
        from rolling.cli.usage import usage_error

        return refuse(usage_error(wrong, arguments), arguments)
    from rolling.cli.subcommands import carry_out

    return carry_out(chosen, arguments)
