"""A proof about rolling.core for fleets of every size, by running it on unknown numbers.

README.md says what is proved, what is assumed, and how to read it.
Then read the modules in this order: logic and ratio (what the statements are
made of), invariant (what is true of every deployment), claims (what is to be
shown of it), states (the deployments and events with unknown numbers),
obligations and loop (the pieces of the proof), mutants (wrong cores, for each of
which it must fail), session (the command). What carries it, and knows nothing
of deployments: formula, unknown, arithmetic, search, stand_ins. Between the
two: replay and discharge.
"""
