"""Simulation: what an update will take, and what becomes of it, without an AWS account.

Read it in this order: scenario (what is simulated, from JSON), run and report
(what becomes of it); then, before anything is begun,
walk (what happens if nothing goes wrong, and when), rollback_estimate and
forecast (what it will take), feasibility and alternatives (what will not work,
and its mend), plan (all of it, as JSON).
"""
