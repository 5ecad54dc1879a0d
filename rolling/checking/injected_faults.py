"""What goes wrong on the walks of the state machine, and where: chosen before a walk begins.

Left to chance at every turn, walks end early and hardly come to some places.
Here belong the troubles as data; stateful.py brings them about.
"""

from attrs import frozen

from rolling.core.stage import Phase

LAST = 99
"""A step beyond the last: trouble that waits for it comes in the last step."""


@frozen
class Trouble:
    """One thing that goes wrong on a walk: what, and in which phase of which step.

    `kind`: alarm, stop, deadline, failure (of what the phase is doing), loss (of an
    instance in service), gate (it is not continued in time), found (what was lost is there
    again), early (the traffic is seen before the fleets are), or none. In a walk with
    fewer steps it comes in the last, and without the phase not at all.
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
"""All that may go wrong on the way forward."""

TROUBLES_BACK = (
    _NO_TROUBLE,
    *[
        Trouble(kind, phase, step)
        for kind in ("deadline", "failure", "loss")
        for phase in (Phase.PROVISIONING, Phase.SHIFTING, Phase.CLEANING)
        for step in _STEPS
    ],
)
"""All that may go wrong on the way back."""

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
"""What must go wrong, in an update of several steps, to come where few walks come: the first
on the way forward, the others on the way back. What stands here twice is twice as likely."""
