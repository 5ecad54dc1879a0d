"""Mutation testing of rolling.core: does some test fail for every small change of it?

`python -m tests.mutation`, or `nox -s mutation`, makes every change that mutmut knows,
one at a time, and runs the tests of the core against it. survivors.toml lists the
changes that no test notices, each with the reason why none has to; any other is a
promise of the core that nothing holds.
"""
