"""Deployments to JSON and back. Whether one can exist is in possible.py."""

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.deployment import Deployment, Spec
from rolling.core.fleet import Fleet, FleetSpec
from rolling.core.policy import LONGEST_WAIT_SECONDS, Pace
from rolling.serialization.parts import (
    MOST_IN_ALL,
    cause_to_json,
    read_cause,
    read_deadline,
    read_share,
    read_stage,
    share_to_json,
    stage_to_json,
)
from rolling.serialization.possible import note_impossible
from rolling.serialization.reading import Field, read_header

DEPLOYMENT_FORMAT = "rolling-deployment"
DEPLOYMENT_VERSION = "2.0"

MOST_GENERATIONS = 2**53
"""The highest generation that a record may hold: what every reader of JSON keeps exactly."""


def deployment_to_json(deployment: Deployment) -> dict[str, object]:
    """A deployment as JSON values: `deployment_from_json` gives back an equal one."""
    spec, pace = deployment.spec, deployment.spec.pace
    return {
        "format": DEPLOYMENT_FORMAT,
        "version": DEPLOYMENT_VERSION,
        "spec": {
            "fleets": [
                {
                    "configuration": fleet.configuration,
                    "full": fleet.full,
                    "count": fleet.count,
                    "share": share_to_json(fleet.share),
                }
                for fleet in spec.fleets
            ],
            "pace": {
                "provision_batch": pace.provision_batch,
                "first_shift": pace.first_shift,
                "next_shift": pace.next_shift,
                "rollback_batch": pace.rollback_batch,
                "cleans_each_step": pace.cleans_each_step,
                "wait_interval_seconds": pace.wait_interval_seconds,
                "termination_wait_seconds": pace.termination_wait_seconds,
            },
            "alarms": list(spec.alarms),
            "deadline_seconds": spec.deadline_seconds,
            "generation": spec.generation,
        },
        "stage": stage_to_json(deployment.stage),
        "up": deployment.up,
        "fleets": [
            {
                "asked": fleet.asked,
                "in_service": fleet.in_service,
                "alive": fleet.alive,
                "share": share_to_json(fleet.share),
            }
            for fleet in deployment.fleets
        ],
        "settled": deployment.settled,
        "cause": cause_to_json(deployment.cause),
        "cut_short": cause_to_json(deployment.cut_short),
    }


def deployment_from_json(obj: object) -> Deployment:
    """The deployment that `obj`, a JSON document already parsed, describes.

    Raises UnreadableRecord with every problem of what cannot be read, or, when
    all of it can, with every reason why no deployment can be in that state.
    """
    record, top = read_header(obj, DEPLOYMENT_FORMAT, DEPLOYMENT_VERSION, _from_version_1)
    found = top.members(
        ("format", "version", "spec", "stage", "up", "fleets", "settled"),
        {"cause": None, "cut_short": None},
    )
    deployment = Deployment(
        spec=_read_spec(found["spec"]),
        stage=read_stage(found["stage"]),
        up=found["up"].whole_number(0, MOST_IN_ALL, " instances"),
        fleets=tuple([_read_fleet(item) for item in found["fleets"].items()]),
        settled=found["settled"].flag(),
        cause=read_cause(found["cause"]),
        cut_short=read_cause(found["cut_short"]),
    )
    record.check()
    note_impossible(deployment, record)
    record.check()
    return deployment


def _from_version_1(document: dict[str, object]) -> dict[str, object]:
    """Version 1 knew no generation, so every deployment was its endpoint's first; and it kept
    whether the interval of a bake was over, which the next reading of the alarms says again."""
    upgraded = {key: value for key, value in document.items() if key != "interval_elapsed"}
    if isinstance(spec := document.get("spec"), dict):
        upgraded["spec"] = {**spec, "generation": 1}
    return upgraded


def _read_spec(field: Field) -> Spec:
    found = field.members(("fleets", "pace", "alarms", "deadline_seconds", "generation"))
    return Spec(
        fleets=tuple([_read_fleet_spec(item) for item in found["fleets"].items()]),
        pace=_read_pace(found["pace"]),
        alarms=tuple([item.text() for item in found["alarms"].items()]),
        deadline_seconds=read_deadline(found["deadline_seconds"]),
        generation=found["generation"].whole_number(1, MOST_GENERATIONS),
    )


def _read_fleet_spec(field: Field) -> FleetSpec:
    found = field.members(("configuration", "full", "count", "share"))
    return FleetSpec(
        found["configuration"].text(),
        found["full"].whole_number(1, MOST_INSTANCES, " instances"),
        found["count"].whole_number(0, MOST_INSTANCES, " instances"),
        read_share(found["share"]),
    )


def _read_pace(field: Field) -> Pace:
    sizes = ("provision_batch", "first_shift", "next_shift", "rollback_batch")
    waits = ("wait_interval_seconds", "termination_wait_seconds")
    found = field.members((*sizes, "cleans_each_step", *waits))
    provision, first, following, back = (
        found[name].whole_number(1, MOST_IN_ALL, " instances") for name in sizes
    )
    wait, termination_wait = (
        found[name].whole_number(0, LONGEST_WAIT_SECONDS, " seconds") for name in waits
    )
    cleans = found["cleans_each_step"].flag()
    return Pace(provision, first, following, back, cleans, wait, termination_wait)


def _read_fleet(field: Field) -> Fleet:
    found = field.members(("asked", "in_service", "alive", "share"))
    asked, in_service, alive = (
        found[name].whole_number(0, MOST_IN_ALL, " instances")
        for name in ("asked", "in_service", "alive")
    )
    return Fleet(asked, in_service, alive, read_share(found["share"]))
