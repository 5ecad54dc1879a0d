"""Engine: the options of an update beyond SageMaker, as JSON and as a value.

`Engine` holds surge, unavailable instances and gates. It is our own extension and stands
beside an UpdateEndpoint request, never in it, so that the request stays valid for AWS.
This file reads and writes it, refuses requests that contain its fields, and finds the
nearest RollingUpdatePolicy. The core checks the limits of the numbers.
"""

import json
from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from rolling.core.capacity import CapacitySize, SizeType, instances, percent
from rolling.core.deployment import Gates, GateTimeoutAction
from rolling.core.errors import InvalidInput, Problem, nearest
from rolling.core.fleet import FleetSpec
from rolling.core.gate import LONGEST_GATE_SECONDS
from rolling.core.policy import (
    BATCH_PERCENT,
    RollingUpdatePolicy,
    SageMakerPolicy,
    SurgeRollingPolicy,
    UpdatePolicy,
    legal_counts,
    policy_problems,
)
from rolling.core.transition import start
from rolling.endpoint.deployment_config import (
    Number,
    as_is,
    capacity_size,
    limit_problems,
    meant,
    size_document,
    size_shape,
    untyped_size_problems,
)
from rolling.schema.shapes import (
    ListOf,
    OneOf,
    Structure,
    Whole,
    join,
    nearest_whole,
    shown,
)

ROOM = ("MaximumSurge", "MaximumUnavailable")
"""The fields for the room of a rolling update."""

ENGINE_FIELDS = ("Engine", "Gates", *ROOM)
"""The fields of an engine that may be in a request by mistake: SageMaker has none of them."""

_PARTS = ("DeploymentConfig", "RollingUpdatePolicy")
"""The parts of a request that are searched for them, too."""

ENGINE = Structure(
    "Engine",
    {
        "MaximumSurge": size_shape(10),
        "MaximumUnavailable": size_shape(10),
        "Gates": Structure(
            "Gates",
            {
                "Batches": ListOf(Whole(low=1), low=1),
                "TimeoutInSeconds": Whole(1, LONGEST_GATE_SECONDS, " seconds", example=3600),
                "TimeoutAction": OneOf(tuple([each.value for each in GateTimeoutAction])),
            },
            required=("TimeoutInSeconds", "TimeoutAction"),
            example={"TimeoutInSeconds": 3600, "TimeoutAction": "RollBack"},
        ),
    },
    example={"MaximumUnavailable": {"Type": "INSTANCE_COUNT", "Value": 1}},
)


@frozen
class Engine:
    """The options of an update beyond its UpdateEndpoint request.

    `maximum_surge`, `maximum_unavailable`: the room of a rolling update; they replace its
    MaximumBatchSize. If only one is given, the other is 0. `gates`: as for `start`.
    """

    maximum_surge: CapacitySize | None = None
    maximum_unavailable: CapacitySize | None = None
    gates: Gates | None = None

    def applied_to(self, policy: SageMakerPolicy) -> UpdatePolicy:
        """The policy to follow: SageMaker's, with this room."""
        if self.maximum_surge is None and self.maximum_unavailable is None:
            return policy
        assert isinstance(policy, RollingUpdatePolicy), "engine_problems would have said so"
        return within_room(
            policy, self.maximum_surge or instances(0), self.maximum_unavailable or instances(0)
        )

    def as_json(self) -> dict[str, object]:
        """The JSON for `parse_engine`."""
        sizes = zip(ROOM, (self.maximum_surge, self.maximum_unavailable), strict=True)
        document: dict[str, object] = {
            name: size_document(size) for name, size in sizes if size is not None
        }
        if self.gates is not None:
            batches = {} if self.gates.steps is None else {"Batches": list(self.gates.steps)}
            document["Gates"] = {
                **batches,
                "TimeoutInSeconds": self.gates.timeout_seconds,
                "TimeoutAction": self.gates.on_timeout.value,
            }
        return document


def within_room(
    policy: RollingUpdatePolicy | SurgeRollingPolicy, surge: CapacitySize, unavailable: CapacitySize
) -> SurgeRollingPolicy:
    """A rolling policy with this room in place of its own, or of its batch size."""
    return SurgeRollingPolicy(
        surge,
        unavailable,
        policy.wait_interval_seconds,
        policy.rollback_maximum_batch_size,
        policy.maximum_execution_timeout_seconds,
    )


def parse_engine(document: object) -> Engine:
    """The engine of a document that has no `engine_problems`."""
    assert isinstance(document, Mapping)
    surge, unavailable = [
        capacity_size(document[name], as_is) if name in document else None for name in ROOM
    ]
    given = document.get("Gates")
    if not isinstance(given, Mapping):
        return Engine(surge, unavailable)
    action = GateTimeoutAction(given["TimeoutAction"])
    gates = Gates(given["TimeoutInSeconds"], action, given.get("Batches"))
    return Engine(surge, unavailable, gates)


def engine_problems(
    document: object, config: object, old_count: int, new_full: int, path: str = "Engine"
) -> list[Problem]:
    """All problems of an engine, for fleets of these sizes.

    `config`: the DeploymentConfig beside it, as JSON; None without one.
    A fleet size below 1 is unknown, and not checked against. `beginning_problems` checks
    what depends on the steps of the update.
    """
    found = ENGINE.problems(document, path)
    if not isinstance(document, Mapping):
        return found
    if not document:
        rule = f"must have one of {', '.join(ENGINE.fields)}; leave it out"
        found.append(Problem(path, {}, rule, ENGINE.example))
    given = [name for name in ROOM if name in document]
    if given:
        found += _room_problems(document, old_count, new_full, path)
        found += _no_rolling_policy(document, given, config, path)
    return found


def beginning_problems(
    engine: Engine,
    policy: UpdatePolicy,
    old: tuple[FleetSpec, ...],
    new: FleetSpec,
    path: str = "Engine",
) -> list[Problem]:
    """Why this engine, otherwise valid, prevents an update of these fleets from beginning.

    Other reasons are left out.
    """
    if engine == Engine():
        return []
    try:
        start(old, new, policy, gates=engine.gates)
    except InvalidInput as wrong:
        return [
            evolve(each, field=path, rule=_MIXED)
            if each.field == "SurgeRollingPolicy"
            else evolve(each, field=join(path, each.field))
            for each in wrong.problems
            if each.field == "SurgeRollingPolicy" or each.field.startswith("Gates.")
        ]
    return []


_MIXED = (
    "needs one old fleet that is completely in service; repair the endpoint first, with a "
    "request without MaximumSurge and MaximumUnavailable"
)


def _room_problems(
    document: Mapping[str, object], old_count: int, new_full: int, path: str
) -> list[Problem]:
    """The core's problems with surge and unavailable instances."""

    def judged(number: Number) -> list[Problem]:
        surge, unavailable = [
            capacity_size(document[name], number) if name in document else instances(0)
            for name in ROOM
        ]
        policy = SurgeRollingPolicy(surge, unavailable, 0)
        problems = policy_problems(policy, old_count, new_full)
        return [
            evolve(each, field=join(path, each.field.removeprefix("SurgeRollingPolicy.")))
            for each in problems
        ]

    found = limit_problems(judged)
    return [*found, *untyped_size_problems(document, ROOM, path, low=0)]


def _no_rolling_policy(
    document: Mapping[str, object], given: list[str], config: object, path: str
) -> Iterator[Problem]:
    policies = config if isinstance(config, Mapping) else {}
    if "RollingUpdatePolicy" in policies:
        return
    if "BlueGreenUpdatePolicy" in policies:
        rule = (
            "is only for a rolling update, and blue/green launches the whole new fleet; leave it "
            "out, or replace the BlueGreenUpdatePolicy with a RollingUpdatePolicy"
        )
        yield from [Problem(join(path, each), shown(document[each]), rule) for each in given]
        return
    rule = (
        f"is required beside {path}.{given[0]}: its wait, timeout and rollback batch apply, "
        "and SageMaker would follow its MaximumBatchSize"
    )
    fix = {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 10},
        "WaitIntervalInSeconds": 300,
    }
    yield Problem("DeploymentConfig.RollingUpdatePolicy", None, rule, fix)


# --- requests to SageMaker -------------------------------------------


def nearest_batch(surge: CapacitySize, unavailable: CapacitySize, new_full: int) -> CapacitySize:
    """The MaximumBatchSize valid for SageMaker that is nearest to this room.

    It is the sum of surge and unavailable, within 5–50% of a new fleet of `new_full`
    instances. 0 means an unknown fleet size: counts are then not limited.
    """
    sizes = [each for each in (surge, unavailable) if each.value] or [instances(1)]
    if all(each.type is SizeType.CAPACITY_PERCENT for each in sizes):
        return percent(nearest(sum(each.value for each in sizes), *BATCH_PERCENT))
    if new_full < 1:
        known = [each.value for each in sizes if each.type is SizeType.INSTANCE_COUNT]
        return instances(sum(known))
    counts = legal_counts(new_full, *BATCH_PERCENT)
    if not counts:
        return percent(BATCH_PERCENT[1])
    room = SurgeRollingPolicy(surge, unavailable, 0)
    wanted = room.surge_in(new_full) + room.unavailable_in(new_full)
    return instances(nearest(wanted, counts[0], counts[-1]))


def without_engine(request: Mapping[str, object]) -> dict[str, object]:
    """An UpdateEndpoint request without the fields of an engine."""
    return {
        key: without_engine(value) if key in _PARTS and isinstance(value, Mapping) else value
        for key, value in request.items()
        if key not in ENGINE_FIELDS
    }


def misplaced_engine_problems(
    request: Mapping[str, object], new_full: int = 0, path: str = ""
) -> list[Problem]:
    """The problems with the fields of an engine in an UpdateEndpoint request.

    `new_full`: the size of the new fleet; 0 if unknown.
    """
    found: list[Problem] = []
    strangers = {key: request[key] for key in ENGINE_FIELDS if key in request}
    for key, value in strangers.items():
        where = 'it stands beside "UpdateEndpoint"'
        near = nearest_in_words(value, new_full)
        if key != "Engine":
            where = 'it belongs in "Engine", beside "UpdateEndpoint"'
            near = nearest_in_words(strangers, new_full) if key in ROOM else ""
        rule = f"is not a SageMaker field: in a scenario {where}{near}"
        found.append(Problem(join(path, key), shown(value), rule))
    for key in _PARTS:
        part = request.get(key)
        if isinstance(part, Mapping):
            found += misplaced_engine_problems(part, new_full, join(path, key))
    return found


def nearest_in_words(engine: object, new_full: int = 0) -> str:
    """The nearest valid RollingUpdatePolicy for an engine's room, as the end of a rule, or "".

    `engine`: JSON, valid or not; or the fields found where they do not belong.
    """
    sizes = engine if isinstance(engine, Mapping) else {}
    surge, unavailable = [_size_of(sizes.get(name)) for name in ROOM]
    if surge is None and unavailable is None:
        return ""
    nothing = instances(0)
    batch = size_document(nearest_batch(surge or nothing, unavailable or nothing, new_full))
    return f"; the nearest RollingUpdatePolicy has the MaximumBatchSize {json.dumps(batch)}"


def _size_of(document: object) -> CapacitySize | None:
    if size_shape(10).problems(document, "") or not isinstance(document, Mapping):
        return None
    value = nearest_whole(document["Value"])
    return None if value is None or value < 0 else capacity_size(document, meant)
