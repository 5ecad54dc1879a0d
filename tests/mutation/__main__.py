"""`python -m tests.mutation`: kill every mutant of rolling.core, or say why it may live.

Run it in the folder of pyproject.toml, where mutmut is told what to change and what to
run; it works on a copy in ./mutants. `--resume` goes on with a run that was interrupted.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.mutation.verdict import complaints, explained, read_results, what_changed

SURVIVORS = Path(__file__).with_name("survivors.toml")


def mutmut(*arguments: str) -> str:
    """What mutmut prints."""
    done = subprocess.run(["mutmut", *arguments], check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout


def main() -> int:
    """Exit code 0 when enough are killed and every survivor is explained, and 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--resume", action="store_true", help="keep what is in ./mutants")
    options = parser.parse_args()
    if not options.resume:
        shutil.rmtree("mutants", ignore_errors=True)
    began = time.monotonic()
    subprocess.run(["mutmut", "run", "--max-children", str(options.processes)], check=True)
    run = read_results(mutmut("results", "--all", "true"))
    if run.unchecked:
        print(f"{run.unchecked:,} mutants are left: --resume goes on with them.", file=sys.stderr)
        return 1
    survivors = [what_changed(name, mutmut("show", name)) for name in run.survivors]
    found = complaints(run, survivors, explained(SURVIVORS))
    for complaint in found:
        print(complaint, file=sys.stderr)
    print(
        f"{len(run.statuses):,} mutants, {len(survivors)} survived: "
        f"{run.killed_percent:.1f}% killed, in {(time.monotonic() - began) / 60:.0f} minutes."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
