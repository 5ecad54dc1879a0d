"""The rules that are mutated: the modules of `rolling.core` that decide, and what in them does not.

events.py and outcome.py are values, errors.py is words, plan.py unfolds for a reader what the
rules decide, public.py names, and properties.py judges.
"""

from pathlib import Path

CORE = Path(__file__).parents[2] / "rolling" / "core"

MODULES = (
    "stage",
    "capacity",
    "fleet",
    "policy",
    "deployment",
    "desired",
    "pace",
    "provisioning",
    "shifting",
    "baking",
    "cleaning",
    "rollback",
    "ending",
    "repair",
    "interrupting",
    "lifecycle",
    "transition",
)

LEFT_OUT = {
    "what refuses a request, and its limits": frozenset(
        {
            "fleet.fleet_problems",
            "fleet._is_fleet_spec",
            "policy.BATCH_PERCENT",
            "policy.LONGEST_WAIT_SECONDS",
        }
    ),
}
