"""Simulation: plans and simulates updates without an AWS account.

Read it in this order: scenario (the input, from JSON), run and report (the simulation
and its result). For plans: walk (the update and its times if nothing goes wrong),
rollback_estimate and forecast (what it will take), feasibility and alternatives
(problems and their fixes), plan (all of it, as JSON).
"""
