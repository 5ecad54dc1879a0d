"""In-process clients: real boto3 clients of a local SageMaker, without a socket.

The clients are boto3's own. Their requests are answered here before they are sent, by
the same wire code as in the server. So requests are validated, signed, written and read
as over a socket. Needs the extra `server`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from rolling.core.errors import InvalidInput, Problem, RollingError
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.server.cloud import Cloud
from rolling.server.extra import require
from rolling.server.options import ScenarioLike, SettingsLike, make_cloud
from rolling.server.service import SERVICES
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import Time
from rolling.server.waiting import Waiting


class LocalSageMaker(SteeredCloud):
    """A local SageMaker with its boto3 clients; made by `local_sagemaker`.

    `cloud`: all regions. `region`: the region of the clients `sagemaker` and
    `cloudwatch`.
    """

    def __init__(self, cloud: Cloud, waiting: Waiting | None) -> None:
        super().__init__(cloud)
        self._waiting = waiting
        self._ended = False

    @cached_property
    def sagemaker(self) -> Any:
        """A boto3 client of SageMaker."""
        return self.client("sagemaker")

    @cached_property
    def cloudwatch(self) -> Any:
        """A boto3 client of CloudWatch."""
        return self.client("cloudwatch")

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of "sagemaker" or "cloudwatch", by default in the own `region`.

        Raises InvalidInput for another service.
        """
        if service not in SERVICES:
            rule = f"must be one of {', '.join(SERVICES)}"
            raise InvalidInput([Problem("service", service, rule, SERVICES[0])])
        client = _boto3_client(service, region or self.region)
        client.meta.events.register_first("before-send", self._answer)
        if self._waiting is not None:
            self._waiting.prepare(client)
        return client

    def end(self) -> None:
        """Refuse all calls of its clients from now on."""
        self._ended = True

    def _answer(self, request: Any, **others: Any) -> Any:
        """The answer to a request; botocore uses it and does not send the request."""
        from botocore.awsrequest import AWSResponse, HeadersDict

        from rolling.server.wire import HttpRequest, respond

        if self._ended:
            raise RollingError("This local SageMaker has ended, and so have its clients.")
        parts = urlsplit(request.url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        asked = HttpRequest.of(request.method, target, dict(request.headers), _bytes(request.body))
        answer = respond(self.cloud.call, asked, self.cloud.implements)
        headers = HeadersDict({**answer.headers, "Content-Length": str(len(answer.body))})
        return AWSResponse(request.url, answer.status, headers, _Raw(answer.body))


@contextmanager
def local_sagemaker(
    *,
    region: str = REGION,
    time: Time | None = None,
    settings: SettingsLike | None = None,
    scenario: ScenarioLike | None = None,
    account: str = ACCOUNT,
    waiters_move_time: bool = True,
) -> Iterator[LocalSageMaker]:
    """A local SageMaker with real boto3 clients, in this process and without a socket.

    >>> with local_sagemaker() as local:
    ...     local.sagemaker.list_endpoints()["Endpoints"]
    []

    It neither uses nor changes the user's AWS settings, in the environment or in files:
    credentials, profile, region, proxy and mode. `time`: by default manual; see
    `rolling.server.timekeeping`. `settings`: durations, as SimulationSettings or as a
    scenario's JSON (`{"ProvisioningSeconds": 30}`); they override those of `scenario`, a
    scenario or its JSON, which provides configurations, an endpoint, alarms and faults.

    In manual time a boto3 waiter would really sleep, and time would never advance. So
    its delay advances the manual time instead, without real time; everything else about
    the waiter is unchanged. Without `waiters_move_time` it really sleeps, for tests that
    advance time from another thread.

    Raises MissingExtra without boto3, and InvalidInput for invalid arguments, scenarios or
    settings. The clients end with the context.
    """
    require("The local SageMaker in process", "boto3", "botocore")
    cloud = make_cloud(
        region=region, time=time, settings=settings, scenario=scenario, account=account
    )
    waiting = Waiting(cloud.pass_time) if waiters_move_time and cloud.manual else None
    local = LocalSageMaker(cloud, waiting)
    try:
        yield local
    finally:
        local.end()


_making = Lock()


def _boto3_client(service: str, region: str) -> Any:
    """A client that ignores all user settings."""
    from botocore.config import Config

    # Said here, so that the environment is not asked.
    config = Config(retries={"mode": "standard"}, proxies={})
    with _making:  # boto3's sessions are not for several threads.
        return _session().client(
            service,
            region_name=region,
            endpoint_url=f"http://{service}.{region}.localhost",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            verify=True,
            config=config,
        )


@cache
def _session() -> Any:
    """One session for all clients, because reading the services' models takes a while."""
    import boto3
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as VARIABLES
    from botocore.session import Session

    alone = {name: default for name, (_, _, default, _) in VARIABLES.items()} | {
        "config_file": os.devnull,
        "credentials_file": os.devnull,
        "region": REGION,
        "s3": None,
    }
    # Where the configuration file has it, and where the environment: nowhere.
    unread = {name: (None, None, default, None) for name, default in alone.items()}
    return boto3.session.Session(botocore_session=Session(session_vars=unread))


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())


class _Raw(BytesIO):
    """The body of an answer, in urllib3's interface."""

    def stream(self, **others: Any) -> Iterator[bytes]:
        """All of it, in one piece."""
        yield self.read()
