"""Capacities: how much of each variant there is, and is to be.

Here belong the values, of an endpoint whose state is not that of one fleet: one
that is being created or scaled, that has several variants, or is serverless.
"""

from attrs import evolve, frozen

from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    Serverless,
    Weight,
)


@frozen
class Level:
    """How much of a variant there is, or is to be.

    `instance_count`: None for a serverless variant, which has no instances.
    `serverless`: None for one that has.
    """

    instance_count: int | None
    weight: Weight
    serverless: Serverless | None = None

    @property
    def units(self) -> int:
        """What a backend is to launch: the instances; for a serverless variant, the one of it."""
        return 1 if self.instance_count is None else self.instance_count


@frozen
class VariantCapacity:
    """One variant: what there is of it, what is wanted, and what was before a change.

    `alive`: all that exist, launching and terminating ones too. `before`: what a
    change that cannot be made returns to. `left_over`: those that the last update
    left over, of other configurations, and that still exist.
    """

    variant_name: str
    current: Level
    desired: Level
    before: Level
    alive: int
    left_over: int = 0

    def change(self, desired: Level) -> "VariantCapacity":
        """This variant with another level wanted, to return from to the present one."""
        return evolve(self, desired=desired, before=self.desired)


def capacities_of(config: EndpointConfig, *, launched: bool) -> tuple[VariantCapacity, ...]:
    """The variants of a configuration; `launched`: all of them serve, else none yet."""
    found = []
    for variant in config.variants:
        wanted = _level(variant)
        if launched:
            found.append(resting(variant.variant_name, wanted))
        else:
            none = evolve(wanted, instance_count=None if wanted.serverless else 0)
            found.append(VariantCapacity(variant.variant_name, none, wanted, wanted, 0))
    return tuple(found)


def resting(variant_name: str, level: Level) -> VariantCapacity:
    """A variant that has what is wanted of it."""
    return VariantCapacity(variant_name, level, level, level, level.units)


def _level(variant: ProductionVariant) -> Level:
    count = None if variant.serverless else variant.initial_instance_count or 0
    return Level(count, variant.initial_variant_weight, variant.serverless)
