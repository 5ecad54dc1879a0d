"""The command: parse the arguments, run a subcommand, return an exit code.

This file has what every call needs. `--version` and `--help` end here and load
nothing more; subcommands.py has the subcommands and their imports.
"""

import sys
from collections.abc import Sequence

from rolling.cli.arguments import WrongUsage, parsed
from rolling.cli.exit_codes import CLOSED_PIPE, SUCCEEDED, SYSTEM_FAILED
from rolling.cli.streams import abandon, write_complaint, write_out


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's); return the exit code.

    Ctrl-C raises KeyboardInterrupt, and entry.py ends the process.
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
    except SystemExit:  # --help and --version, after they have printed
        write_out("")
        return SUCCEEDED
    except WrongUsage as wrong:
        from rolling.cli.subcommands import refuse
        from rolling.cli.usage import usage_error

        return refuse(usage_error(wrong, arguments), arguments)
    from rolling.cli.subcommands import carry_out

    return carry_out(chosen, arguments)
