"""Wrong cores, each one edit away from ours: the proof must fail for every one.

A proof that also holds for a wrong core proves nothing. Here belong the edits,
and how one is put in place of the module as it is written, in memory and for
one process only: before anything of rolling is imported.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from attrs import frozen


@frozen
class Mutant:
    """One wrong edit: in `module`, `right` is replaced by `wrong`.

    `story` is what goes wrong then. `obligation` is the one that it must fail in.
    """

    name: str
    story: str
    module: str
    right: str
    wrong: str
    obligation: str


MUTANTS = (
    Mutant(
        "eager-shift",
        "Traffic moves before the batch is in service.",
        "rolling.core.lifecycle",
        '"""The receiving fleets have what this step needs."""\n'
        "    return is_batch_in_service(deployment)",
        '"""The receiving fleets have what this step needs."""\n    return True',
        "rolling, forward provisioning, FleetsSeen",
    ),
    Mutant(
        "one-too-many",
        "A batch asks for one instance more than its size.",
        "rolling.core.provisioning",
        "deployment.up + spec.pace.provision_batch)",
        "deployment.up + spec.pace.provision_batch + 1)",
        "rolling, forward cleaning, FleetsSeen",
    ),
    Mutant(
        "draining-forgotten",
        "The next batch is provisioned while the drained instances are still there.",
        "rolling.core.lifecycle",
        "return is_clean(deployment) and not is_last_step(deployment)",
        "return not is_last_step(deployment)",
        "rolling, forward baking, AlarmsRead",
    ),
    Mutant(
        "new-dropped-at-once",
        "Turning back gives up the new fleet while it still carries traffic.",
        "rolling.core.cleaning",
        "kept = max(start.count, instances_for(fleet.share, start.full))",
        "kept = start.count",
        "rolling, forward baking, StopRequested",
    ),
    Mutant(
        "herd",
        "The first step back sends everything to an old fleet that was already reduced.",
        "rolling.core.provisioning",
        "up=restorable(deployment)",
        "up=deployment.spec.old_count",
        "rolling, back provisioning, FleetsSeen",
    ),
    Mutant(
        "wrong-batch-back",
        "The way back takes the batches of the way forward.",
        "rolling.core.pace",
        "deployment.up + pace.rollback_batch",
        "deployment.up + pace.provision_batch",
        "rolling, back cleaning, FleetsSeen",
    ),
    Mutant(
        "blind-turn",
        "Turning back believes that the shift under way was made.",
        "rolling.core.rollback",
        "settled=False",
        "settled=True",
        "rolling, forward shifting, StopRequested",
    ),
    Mutant(
        "rounded-down",
        "The number of steps is rounded down: the remainder never gets its batch.",
        "rolling.core.pace",
        "max(0, -(-after_first // spec.pace.next_shift))",
        "max(0, after_first // spec.pace.next_shift)",
        "rolling, forward baking, AlarmsRead",
    ),
    Mutant(
        "lost-count",
        "Instances that are given up are no longer counted as alive.",
        "rolling.core.fleet",
        "max(self.alive, count)",
        "count",
        "what is alive counts",
    ),
    Mutant(
        "restless-bake",
        "Every look at the fleets starts the bake again, so it need not end.",
        "rolling.core.lifecycle",
        '"""An instance of the batch under bake was lost."""\n'
        "    return not is_batch_in_service(deployment)",
        '"""An instance of the batch under bake was lost."""\n    return True',
        "rolling, forward baking, FleetsSeen",
    ),
    Mutant(
        "traffic-twice",
        "On the way back the old fleet takes traffic that the new one keeps.",
        "rolling.core.shifting",
        "return (rest, *old)",
        "return (deployment.new.share, *old)",
        "rolling, back provisioning, FleetsSeen",
    ),
    Mutant(
        "no-last-step-back",
        "The way back never knows that it has arrived.",
        "rolling.core.pace",
        "return deployment.up == deployment.spec.old_count",
        "return deployment.up > deployment.spec.old_count",
        "rolling, back cleaning, FleetsSeen",
    ),
    Mutant(
        "large-batch",
        "A percentage is taken of ten, so a batch is larger than the fleet.",
        "rolling.core.capacity",
        "return max(1, fleet_size * self.value // 100)",
        "return max(1, fleet_size * self.value // 10)",
        "rolling, start",
    ),
)


def install(mutant: Mutant) -> None:
    """From now on, importing the module gives the wrong one.

    Raises LookupError where the edit no longer fits the source.
    """
    loaded = [name for name in sys.modules if name.partition(".")[0] == "rolling"]
    assert not loaded, f"imported before the edit: {loaded}"
    sys.meta_path.insert(0, _Finder(mutant))


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None and spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._mutant)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, mutant: Mutant) -> None:
        super().__init__(fullname, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path).decode()
        mutant = self._mutant
        if source.count(mutant.right) != 1:
            raise LookupError(f"{mutant.name}: {mutant.module} does not contain {mutant.right!r}")
        return compile(source.replace(mutant.right, mutant.wrong), self.path, "exec")
