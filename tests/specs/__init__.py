"""The core against the specs: `python -m tests.specs` checks both specs for real and compares.

A spec that is not compared with the program says nothing of it. Here the two
have the same states and steps, or the first difference is printed in words.
"""
