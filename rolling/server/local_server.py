"""A local SageMaker on its own port, in this process: for code that makes its own clients.

It also provides the environment variables that point clients in any language to it.
Needs botocore, which the extra `server` installs.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from urllib.parse import urlsplit

from rolling.core.errors import InvalidInput, range_problem
from rolling.endpoint.arns import ACCOUNT, REGION
from rolling.server.cloud import Cloud
from rolling.server.extra import require
from rolling.server.options import ScenarioLike, SettingsLike, make_cloud
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import Time
from rolling.server.waiting import waiting_at


class LocalSageMakerServer(SteeredCloud):
    """A local SageMaker that listens at `url`; made by `local_sagemaker_server`."""

    def __init__(self, cloud: Cloud, url: str, only_its_services: bool = False) -> None:
        super().__init__(cloud)
        self.url = url
        self._only_its_services = only_its_services

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for a client: see `client_environment`."""
        return client_environment(self.url, self.region, only_its_services=self._only_its_services)


def client_environment(
    url: str, region: str = REGION, *, only_its_services: bool = False
) -> dict[str, str]:
    """The environment variables that point AWS clients to a local SageMaker: URL and credentials.

    One variable redirects the clients of every service; with `only_its_services`, two
    variables redirect only those of SageMaker and CloudWatch. The credentials are dummies,
    but without any a client sends nothing. If `url` is for all addresses (0.0.0.0), clients
    are pointed to this machine.
    """
    names = ITS_ENDPOINTS if only_its_services else ("AWS_ENDPOINT_URL",)
    return {
        **dict.fromkeys(names, _reachable(url)),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


ITS_ENDPOINTS = ("AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL_CLOUDWATCH")
"""The variables that redirect only the clients of its two services."""

MISLEADING = (
    "AWS_CONFIG_FILE",
    *ITS_ENDPOINTS,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
)
"""Variables that could point a client elsewhere, or make it fail at the start."""


def environment_without_proxy(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """The value of NO_PROXY that lets a client in this environment reach the server at `url`."""
    host = urlsplit(_reachable(url)).hostname or ""
    own = dict.fromkeys(["127.0.0.1", "localhost", host])
    if ":" in host:
        own[f"[{host}]"] = None  # Clients write it in different ways.
    before = environment.get("NO_PROXY") or environment.get("no_proxy")
    exempt = ",".join([before, *own] if before else own)
    return {"NO_PROXY": exempt, "no_proxy": exempt}


def _reachable(url: str) -> str:
    """The URL for clients on this machine, which cannot connect to 0.0.0.0 or ::."""
    parts = urlsplit(url)
    loopback = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "")
    return url if loopback is None else f"http://{loopback}:{parts.port}"


@contextmanager
def local_sagemaker_server(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    region: str = REGION,
    time: Time | None = None,
    settings: SettingsLike | None = None,
    scenario: ScenarioLike | None = None,
    account: str = ACCOUNT,
    waiters_move_time: bool = True,
    only_its_services: bool = False,
) -> Iterator[LocalSageMakerServer]:
    """A local SageMaker on a port, in a thread of this process; port 0 takes a free one.

    The other arguments are as for `local_sagemaker`. By default time is manual, and
    waiters of clients in this process advance it. For a waiter in another process use
    running time (`RunningTime(speed=60)`), because its sleep does not advance the time
    here. `only_its_services`: its `environment` redirects only the clients of SageMaker
    and CloudWatch. The server also answers control calls. Raises MissingExtra without
    botocore, OSError if the port is in use, and InvalidInput for invalid arguments,
    scenarios or settings.
    """
    require("The local SageMaker", "botocore")
    from rolling.server.control_http import respond_to_control
    from rolling.server.wire import Server

    wrong_port = range_problem("port", port, 0, 65_535)
    if wrong_port is not None:
        raise InvalidInput([wrong_port])
    cloud = make_cloud(
        region=region, time=time, settings=settings, scenario=scenario, account=account
    )
    control = partial(respond_to_control, cloud)
    with ExitStack() as stack:
        serving = Server(cloud.call, control, host, port, implements=cloud.implements)
        server = stack.enter_context(serving)
        if waiters_move_time and cloud.manual:
            stack.enter_context(waiting_at(server.url, cloud.pass_time))
        yield LocalSageMakerServer(cloud, server.url, only_its_services)
