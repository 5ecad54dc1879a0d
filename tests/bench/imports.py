"""(e) What `import rolling` costs, and what it brings along."""

import json
import statistics
import subprocess
import sys

_PROBE = """
import json, sys, time
before = set(sys.modules)
began = time.perf_counter()
import rolling
seconds = time.perf_counter() - began
unwanted = {"boto3", "botocore", "rich", "hypothesis", "cattrs", "transitions"}
print(json.dumps([seconds, sorted(unwanted & (set(sys.modules) - before))]))
"""


def report(runs: int = 9) -> list[str]:
    """Lines that say how long an import takes in a fresh interpreter."""
    answers = [
        json.loads(subprocess.check_output([sys.executable, "-c", _PROBE])) for _ in range(runs)
    ]
    seconds = statistics.median(answer[0] for answer in answers)
    extra = ", ".join(answers[0][1]) or "none of boto3, botocore, rich, hypothesis"
    return [f"import rolling: {seconds * 1e3:.0f} ms (goal 60); brings along: {extra}"]
