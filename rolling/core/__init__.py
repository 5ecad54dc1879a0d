"""The pure core: a rolling deployment as a value, and the rules that turn it.

Standard library and attrs only. Nothing here knows a clock, a client or a log.
Read it in this order: stage, capacity, errors, fleet, policy, outcome, deployment,
events, desired, pace; then the rules: provisioning, shifting, baking, cleaning,
rollback, interrupting, ending, repair; then the table that orders them, lifecycle,
and the machine that follows it, transition. plan unfolds what the machine will do.
What must always hold is in properties; public lists the names that `rolling` gives.
"""
