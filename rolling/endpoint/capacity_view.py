"""The variants of an endpoint that is created or scaled, or is not one fleet, as SageMaker's JSON.

Our own choice where AWS publishes nothing: a change of weights shows when it is done;
scaling in uses the words of scaling out.
"""

from rolling.endpoint.capacities import Level, VariantCapacity
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.variant_status import Json, given, launching, statuses, terminating


def variants_there(endpoint: Endpoint, start: int | float | None) -> list[Json]:
    """ProductionVariants; `start`: when the change in progress began."""
    return [
        _shown(each) | (statuses(_changes(each), start) if endpoint.launching else {})
        for each in endpoint.capacities
    ]


def variants_to_come(endpoint: Endpoint, start: int | float | None) -> list[Json]:
    """The pending ProductionVariants of an endpoint that is being created."""
    found = []
    for variant, capacity in zip(endpoint.config.variants, endpoint.capacities, strict=True):
        missing = capacity.desired.units - (capacity.current.instance_count or 0)
        kind = given({"InstanceType": variant.instance_type})
        creating: Json = {"Status": "Creating"} if variant.serverless else launching(missing)
        status = statuses([creating] if missing else [], start)
        found.append(_shown(capacity) | kind | status)
    return found


def _shown(capacity: VariantCapacity) -> Json:
    current, desired = capacity.current, capacity.desired
    return given(
        {
            "VariantName": capacity.variant_name,
            "CurrentWeight": float(current.weight),
            "DesiredWeight": float(desired.weight),
            "CurrentInstanceCount": current.instance_count,
            "DesiredInstanceCount": desired.instance_count,
            "CurrentServerlessConfig": _serverless(current),
            "DesiredServerlessConfig": _serverless(desired),
        }
    )


def _serverless(level: Level) -> Json | None:
    return None if level.serverless is None else level.serverless.as_json()


def _changes(capacity: VariantCapacity) -> list[Json]:
    """The status entries of a variant that is being scaled."""
    count, before = capacity.desired.instance_count, capacity.current.instance_count
    if count is None or before is None:
        return []
    surplus = max(0, capacity.alive - count)
    found = terminating(surplus + capacity.left_over)
    if before == count and not surplus:
        return found
    way = "out" if before < count else "in"
    message = f"Scaling {way} desired instance count to {count}."
    return [{"Status": "Updating", "StatusMessage": message}, *found]
