"""The promises of a backend looked into without a test runner: kept, broken, or skipped."""

from collections.abc import Callable, Mapping
from unittest import SkipTest

from attrs import frozen

from rolling.driving.contract.promised import BackendContract


@frozen
class Findings:
    """What became of each promise, by name: kept, broken (what was seen), or skipped (why)."""

    kept: tuple[str, ...]
    broken: Mapping[str, str]
    skipped: Mapping[str, str]


def findings(contract: BackendContract) -> Findings:
    """Hold a backend to every promise, without a test runner.

    What the backend raises breaks the promise too. One that is skipped, because
    the contract was not given what it needs, is neither kept nor broken.
    """
    kept: list[str] = []
    broken: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for name, promise in promises(contract).items():
        try:
            promise()
        except SkipTest as reason:
            skipped[name] = str(reason)
        except Exception as error:
            broken[name] = f"{type(error).__name__}: {error}"
        else:
            kept.append(name)
    return Findings(tuple(kept), broken, skipped)


def broken_promises(contract: BackendContract) -> dict[str, str]:
    """The promises that a backend breaks, by name, each with what was seen.

    None broken is not all kept: see `skipped_promises`.
    """
    return dict(findings(contract).broken)


def skipped_promises(contract: BackendContract) -> dict[str, str]:
    """The promises that were not looked into, by name, each with what was not given.

    Holds the backend to all of them, as `broken_promises` does: `findings` tells
    of both at once.
    """
    return dict(findings(contract).skipped)


def promises(contract: BackendContract) -> dict[str, Callable[[], None]]:
    """Every promise of a contract, by name."""
    return {name: getattr(contract, name) for name in dir(contract) if name.startswith("test_")}
