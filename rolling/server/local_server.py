"""A local SageMaker on a port of its own, in this process: for code that makes its own clients.

Here belongs also what a client, of whatever language, must be told to find it.
Needs botocore, which the extra `server` installs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rolling.backends.simulated import SimulationSettings
from rolling.server.cloud import REGION, Cloud
from rolling.server.extra import require
from rolling.server.service import Place
from rolling.server.steering import ScenarioLike, Steered, chosen_time, cloud_of
from rolling.server.timekeeping import ManualTime, Time
from rolling.server.waiting import SleepingMovesTime


class LocalSageMakerServer(Steered):
    """A local SageMaker that listens at `url`; made by `local_sagemaker_server`."""

    def __init__(self, cloud: Cloud, region: str, url: str, time: Time) -> None:
        super().__init__(cloud, region)
        self.url = url
        self._time = time

    @property
    def environment(self) -> dict[str, str]:
        """What the environment of a client needs to hold: see `client_environment`."""
        return client_environment(self.url, self.region)

    @property
    def time_of_waiters(self) -> SleepingMovesTime | None:
        """In manual time what `botocore.waiter.time` is to be, so that waiters move the time.

        None where time runs by itself.
        """
        return SleepingMovesTime(self._time) if isinstance(self._time, ManualTime) else None


def client_environment(url: str, region: str = REGION) -> dict[str, str]:
    """The variables by which AWS's clients find a local SageMaker: where it is, and credentials.

    The credentials mean nothing, but without any a client sends nothing.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


MISLEADING = (
    "AWS_CONFIG_FILE",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_SAGEMAKER",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
)
"""Variables that could lead a client elsewhere, or fail it before it has begun."""


def environment_without_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """NO_PROXY as it must be in this environment so that a client finds this machine."""
    own = "127.0.0.1,localhost"
    before = environment.get("NO_PROXY") or environment.get("no_proxy")
    exempt = f"{before},{own}" if before else own
    return {"NO_PROXY": exempt, "no_proxy": exempt}


@contextmanager
def local_sagemaker_server(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    region: str = REGION,
    time: Time | None = None,
    settings: SimulationSettings | None = None,
    scenario: ScenarioLike | None = None,
    account: str = Place().account,
) -> Iterator[LocalSageMakerServer]:
    """A local SageMaker on a port, in a thread of this process; 0 takes a free one.

    The rest as for `local_sagemaker`: time is manual unless given. A client in
    another process that waits needs time that runs (`RunningTime(speed=60)`), for
    its sleep is its own. Takes control calls too. Raises MissingExtra without
    botocore, OSError when the port is taken, InvalidInput for a scenario or settings
    at fault.
    """
    require("The local SageMaker", "botocore")
    from rolling.server.control import Control
    from rolling.server.wire import Server

    kept = chosen_time(time)
    cloud = cloud_of(scenario, settings, kept, region, account)
    control = Control(cloud)
    with Server(cloud.call, control, host, port, implements=cloud.implements) as server:
        yield LocalSageMakerServer(cloud, region, server.url, kept)
