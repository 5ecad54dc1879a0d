"""The faults on the walks of the state machine: chosen before a walk begins.

If chance decided at every step, walks would end early and rarely reach some places.
This file has the faults as data; stateful.py injects them.
"""

from attrs import frozen

from rolling.core.stage import Phase

LAST = 99
"""A step beyond the last: a fault planned for it comes in the last step."""


@frozen
class Trouble:
    """One fault on a walk: its kind, and the phase and step it comes in.

    `kind`: alarm, stop, deadline, failure (of the phase's operation), loss (of an
    instance in service), gate (not continued in time), found (a lost instance is there
    again), early (the traffic is seen before the fleets), or none. In a walk with fewer
    steps it comes in the last step; in a walk without the phase it does not come.
    """

    kind: str
    phase: Phase
    step: int


_STEPS = (1, 2, LAST)
_NO_TROUBLE = Trouble("none", Phase.CLEANING, LAST)

TROUBLES_FORWARD = (
    *[Trouble(kind, Phase.BAKING, step) for kind in ("none", "alarm") for step in _STEPS],
    *[
        Trouble(kind, phase, step)
        for kind in ("stop", "deadline", "failure", "loss")
        for phase in (Phase.PROVISIONING, Phase.SHIFTING, Phase.BAKING, Phase.CLEANING)
        for step in _STEPS
    ],
    *[Trouble("gate", Phase.BAKING, step) for step in _STEPS] * 2,
)
"""All faults on the way forward."""

TROUBLES_BACK = (
    _NO_TROUBLE,
    *[
        Trouble(kind, phase, step)
        for kind in ("deadline", "failure", "loss")
        for phase in (Phase.PROVISIONING, Phase.SHIFTING, Phase.CLEANING)
        for step in _STEPS
    ],
)
"""All faults on the way back."""

_LATE_STOP = Trouble("stop", Phase.BAKING, 2)

HARD_PLACES: tuple[tuple[Trouble, ...], ...] = (
    *[
        (Trouble(kind, Phase.CLEANING, step), _NO_TROUBLE)
        for kind in ("stop", "deadline", "failure")
        for step in (1, LAST)
    ],
    *[
        (_LATE_STOP, Trouble(kind, phase, step))
        for kind in ("deadline", "failure")
        for phase, step in (
            (Phase.PROVISIONING, 2),
            (Phase.CLEANING, 1),
            (Phase.CLEANING, 1),
            (Phase.CLEANING, LAST),
        )
    ],
    *[
        (_LATE_STOP, Trouble("loss", Phase.PROVISIONING, 1), Trouble("found", Phase.SHIFTING, 1)),
    ]
    * 2,
    *[(Trouble("alarm", Phase.BAKING, step), _NO_TROUBLE) for step in (1, 2)],
    (Trouble("stop", Phase.PROVISIONING, 1), Trouble("early", Phase.PROVISIONING, 1)),
)
"""The faults that lead, in an update of several steps, to rarely visited places: the first on
the way forward, the others on the way back. An entry listed twice is twice as likely."""
