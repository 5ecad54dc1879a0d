"""Checks the promises of a backend without a test runner: kept, broken, or skipped."""

from collections.abc import Callable, Mapping
from unittest import SkipTest

from attrs import frozen

from rolling.driving.contract.promised import BackendContract


@frozen
class Findings:
    """The promises by name: kept, broken (with what was seen), or skipped (with the reason)."""

    kept: tuple[str, ...]
    broken: Mapping[str, str]
    skipped: Mapping[str, str]


def findings(contract: BackendContract) -> Findings:
    """Check every promise of a backend, without a test runner.

    An exception from the backend breaks the promise too. A promise is skipped if the
    subclass does not define what it needs; it is then neither kept nor broken.
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

    An empty result does not mean that all were checked: see `skipped_promises`.
    """
    return dict(findings(contract).broken)


def skipped_promises(contract: BackendContract) -> dict[str, str]:
    """The promises that were not checked, by name, each with what it needs.

    This runs all the checks, like `broken_promises`; `findings` returns both results.
    """
    return dict(findings(contract).skipped)


def promises(contract: BackendContract) -> dict[str, Callable[[], None]]:
    """Every promise of a contract, by name."""
    return {name: getattr(contract, name) for name in dir(contract) if name.startswith("test_")}
