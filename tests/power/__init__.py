"""The explorer's power: does it find every small change of the rules by their properties alone?

`python -m tests.power`, or `nox -s power`, makes small changes of the rules of
`rolling.core`, one at a time, and lets the explorer judge each core by a fixed set of
small updates: no test is run. survivors.toml lists the changes that it lets pass, each
with the reason: the core does the very same, or no property can see the difference.
"""
