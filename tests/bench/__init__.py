"""The benchmark: `python -m tests.bench`, or `nox -s bench`.

Speed is measured here and asserted nowhere. Every figure is the median of
several runs, taken in turn with what it is compared to, in one process.
"""
