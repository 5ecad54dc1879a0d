"""(d) The explorer: states per second, and the verdict on a large fleet."""

from rolling import RollingUpdatePolicy, instances, serving, start, wanted
from rolling.checking import DeploymentModel, Exploration, Granularity, Limits, Situation, explore


def report() -> list[str]:
    """Lines that say how fast a verdict is."""
    small, large = _explored(6, 2, 3, Granularity.EXACT), _explored(100, 8, 12, Granularity.COARSE)
    return [
        _line("6 instances by 2, rollback by 3, one instance at a time", small),
        _line("100 instances by 8, rollback by 12, coarse", large),
    ]


def _explored(
    fleet: int, batch: int, back: int, granularity: Granularity
) -> Exploration[Situation]:
    policy = RollingUpdatePolicy(instances(batch), 300, instances(back))
    deployment = start(serving("old", fleet), wanted("new", fleet), policy, ["p99"])
    return explore(DeploymentModel(deployment, Limits(granularity=granularity)))


def _line(what: str, found: Exploration[Situation]) -> str:
    verdict = "every property holds" if not found.violations else "broken"
    return (
        f"explorer, {what}: {found.states:,} states in {found.seconds:.1f} s "
        f"({found.states_per_second:,} states/s), {verdict}"
    )
