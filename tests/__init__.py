"""The tests: one file per promise, named after the promise."""
