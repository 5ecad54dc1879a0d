"""`python -m tests.power`: every change of the rules is caught by a property, or says why not."""

import argparse
import os
import random
import sys
import time
from pathlib import Path

from tests.power.rules import mutants, trees
from tests.power.running import judged
from tests.power.verdict import caught_percent, complaints, explained, kind_of, table

SURVIVORS = Path(__file__).with_name("survivors.toml")


def main() -> int:
    """Exit code 0 when enough are caught and all others are explained, and 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, help="take so many of them, always the same ones")
    parser.add_argument("--only", default="", help="take those that have this in their names")
    parser.add_argument("--verbose", action="store_true", help="say what became of each")
    options = parser.parse_args()
    began, of = time.monotonic(), trees()
    chosen = [mutant for mutant in mutants(of) if options.only in mutant.name]
    if options.sample is not None:
        chosen = random.Random(0).sample(chosen, min(options.sample, len(chosen)))
    verdicts = []
    for verdict in judged(of, chosen, options.processes):
        verdicts.append(verdict)
        if options.verbose:
            found = verdict.found
            print(kind_of(verdict), found.update, found.detail, verdict.mutant.name, sep=" | ")
        elif len(verdicts) % 100 == 0:
            print(f"{len(verdicts):,} of {len(chosen):,}", file=sys.stderr)
    whole = not options.only and options.sample is None
    wrong = list(complaints(verdicts, explained(SURVIVORS), whole=whole))
    print(*table(verdicts), sep="\n")
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    print(
        f"{len(verdicts):,} mutants; of those that run and do something else "
        f"{caught_percent(verdicts):.1f}% are caught by a property; "
        f"{(time.monotonic() - began) / 60:.0f} minutes."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
