"""The pytest plugin of rolling: fixtures for a local SageMaker, with its history in reports.

pytest loads every plugin in every run, so this one imports neither rolling nor boto3 until a
test requests a fixture. Nothing is autouse. To disable it:
`-p no:rolling.server.pytest_plugin`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rolling.server.clients import LocalSageMaker
    from rolling.server.history import History
    from rolling.server.local_server import LocalSageMakerServer
    from rolling.server.steering import SteeredCloud

_HISTORIES: pytest.StashKey[dict[str, History]] = pytest.StashKey()
"""What happened in the local SageMakers of a test, by their fixtures."""


@pytest.fixture
def local_sagemaker_options() -> dict[str, Any]:
    """The options of the other two fixtures: override it to set a scenario, settings or time.

    They are the keyword arguments of `rolling.server.local_server.local_sagemaker_server`;
    `local_sagemaker` ignores `host`, `port` and `only_its_services`.
    """
    return {}


@pytest.fixture
def local_sagemaker(
    local_sagemaker_options: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[LocalSageMaker]:
    """A local SageMaker for this test, with real boto3 clients and without a socket.

    `local_sagemaker.sagemaker` and `.cloudwatch` are the clients. Time is manual:
    `local_sagemaker.advance_until("my-endpoint", batch=3, phase="Baking")`; a waiter
    advances it instead of sleeping.
    """
    _needs_the_extra()
    from rolling.server.clients import local_sagemaker as made

    options = {
        name: value
        for name, value in _given(local_sagemaker_options).items()
        if name not in ("host", "port", "only_its_services")
    }
    with made(**options) as local:
        _remember(local, request)
        yield local


@pytest.fixture
def local_sagemaker_server(
    local_sagemaker_options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[LocalSageMakerServer]:
    """A local SageMaker for this test, on a free port, that `boto3.client(…)` finds.

    During the test, the environment has AWS_ENDPOINT_URL, a region and dummy credentials,
    and no conflicting variables. So code that makes its own clients, or starts another
    program, reaches it. So do the clients of all other services, unless the options set
    `only_its_services`. Time is manual, and a waiter in this process advances it instead
    of sleeping; for a waiter in another process set running time, in
    `local_sagemaker_options`.
    """
    _needs_the_extra()
    import os

    from rolling.server import local_server

    with local_server.local_sagemaker_server(**_given(local_sagemaker_options)) as server:
        for name in local_server.MISLEADING:
            monkeypatch.delenv(name, raising=False)
        exempt = local_server.environment_without_proxy(os.environ, server.url)
        for name, value in {**server.environment, **exempt}.items():
            monkeypatch.setenv(name, value)
        # The session behind boto3.client keeps the credentials that it found first.
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
        _remember(server, request)
        yield server


# Not `wrapper=True`, which the first versions of pytest 7 do not know.
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, Any, None]:
    """Add the history of a test's local SageMaker to the report of a failure."""
    made = yield
    report = made.get_result()
    if report.failed:
        for fixture, history in item.stash.get(_HISTORIES, {}).items():
            report.sections.append((f"{fixture}: events and faults", str(history)))


def _remember(made: SteeredCloud, request: pytest.FixtureRequest) -> None:
    from rolling.server.history import History

    histories = request.node.stash.setdefault(_HISTORIES, {})
    histories[request.fixturename] = History(made.cloud)


def _given(options: Any) -> dict[str, Any]:
    """The options of a test; fails the test, in one sentence, if they are not a dict."""
    if not isinstance(options, dict):
        text = "local_sagemaker_options must return a dict, such as {'region': 'eu-west-1'}"
        pytest.fail(f"{text}, and not {options!r:.80}", pytrace=False)
    return options


def _needs_the_extra() -> None:
    """Fail, in one sentence, without what the extra `server` installs."""
    from rolling.server.extra import MissingExtra, require

    try:
        require("The local SageMaker", "boto3", "botocore")
    except MissingExtra as missing:
        pytest.fail(str(missing), pytrace=False)
