"""Simulation: what an update will take, and what becomes of it, without an AWS account.

Read it in this order: scenario (what is simulated, from JSON), run and report
(what becomes of it), narration (in words); then, before anything is begun,
forecast (what it will take), feasibility and alternatives (what will not work,
and its mend), plan (both, as JSON).
"""
