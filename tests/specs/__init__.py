"""The core against the specs: `python -m tests.specs` checks both specs for real and compares.

A spec that nobody holds against the program says nothing of it. Here the two
have the very same states and steps, or the first difference is told in words.
"""
