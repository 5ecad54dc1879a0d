"""Capacities: the current and the desired capacity of each variant.

For endpoints whose state is not that of one fleet: those being created or scaled,
with several variants, or serverless.
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
    """The capacity and weight of a variant.

    `instance_count`: None for a serverless variant.
    `serverless`: None for a variant with instances.
    """

    instance_count: int | None
    weight: Weight
    serverless: Serverless | None = None

    @property
    def units(self) -> int:
        """How many units a backend must launch: the instances, or 1 for a serverless variant."""
        return 1 if self.instance_count is None else self.instance_count


@frozen
class VariantCapacity:
    """One variant: its current and desired level, and the level before a change.

    `alive`: all existing instances, including launching and terminating ones. `before`:
    the level to return to if a change fails. `left_over`: instances of other
    configurations that the last update left and that still exist.
    """

    variant_name: str
    current: Level
    desired: Level
    before: Level
    alive: int
    left_over: int = 0

    def change(self, desired: Level) -> "VariantCapacity":
        """This variant with a new desired level; if the change fails, it returns to this one."""
        return evolve(self, desired=desired, before=self.desired)


def capacities_of(config: EndpointConfig, *, launched: bool) -> tuple[VariantCapacity, ...]:
    """The variants of a configuration; `launched`: whether all serve, or none yet."""
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
    """A variant at its desired level."""
    return VariantCapacity(variant_name, level, level, level, level.units)


def _level(variant: ProductionVariant) -> Level:
    count = None if variant.serverless else variant.initial_instance_count or 0
    return Level(count, variant.initial_variant_weight, variant.serverless)
