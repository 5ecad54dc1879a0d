"""Endpoints: CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint,
UpdateEndpointWeightsAndCapacities, DeleteEndpoint.

`rolling.endpoint` decides what each of them means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve

from rolling.backends.simulated import Fault, SimulatedBackend
from rolling.endpoint.creation import create_endpoint
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.refusals import ValidationException, endpoint_not_found
from rolling.endpoint.update import update_endpoint
from rolling.server.region.alarms import Alarms
from rolling.server.region.configs import EndpointConfigs
from rolling.server.region.images import images_of, with_images
from rolling.server.region.injection import check_faults_at_creation
from rolling.server.region.listing import list_page
from rolling.server.region.models import Models
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.server.region.tags import Tags
from rolling.server.service import Answer, ApiOperation, Parameters, Place


class Endpoints:
    """The endpoints of a region.

    `faults_at_creation`: the faults of future creations, by the name in lower case.
    `backend`: makes the simulated world of an endpoint.
    `look`: called with an endpoint after a request, to process what follows at once.
    """

    def __init__(
        self,
        place: Place,
        now: Callable[[], float],
        configs: EndpointConfigs,
        models: Models,
        alarms: Alarms,
        tags: Tags,
        backend: Callable[[Endpoint], SimulatedBackend],
        look: Callable[[RunningEndpoint], None],
    ) -> None:
        self._place = place
        self._now = now
        self._configs = configs
        self._models = models
        self._alarms = alarms
        self._tags = tags
        self._backend = backend
        self._look = look
        self._running: dict[str, RunningEndpoint] = {}
        # By the name in lower case, because CreateEndpoint ignores case.
        self.faults_at_creation: dict[str, tuple[Fault, ...]] = {}

    @property
    def operations(self) -> Mapping[str, ApiOperation]:
        """SageMaker's operations on endpoints, by name."""
        return {
            "CreateEndpoint": self._create,
            "DescribeEndpoint": self._describe,
            "ListEndpoints": self._list,
            "UpdateEndpoint": self._update,
            "UpdateEndpointWeightsAndCapacities": self._scale,
            "DeleteEndpoint": self._delete,
        }

    def __iter__(self) -> Iterator[RunningEndpoint]:
        return iter(self._running.values())

    def find(self, name: str) -> RunningEndpoint:
        """The endpoint of this name. Raises ValidationException if there is none."""
        found = self._running.get(name)
        if found is None:
            unknown = endpoint_not_found(name, self._place.arn("endpoint", name))
            raise ValidationException([unknown])
        return found

    def adopt(
        self, endpoint: Endpoint, scenario_faults: Iterable[tuple[Fault, ...]] = ()
    ) -> RunningEndpoint:
        """Add an endpoint that is already in service."""
        endpoint = evolve(endpoint, region=self._place.region, account=self._place.account)
        return self._keep(endpoint, scenario_faults)

    def give_at_creation(self, name: str, faults: tuple[Fault, ...]) -> None:
        """Set the faults for the future creation of the endpoint of this name.

        Raises InvalidInput for faults that a creation cannot have, and if the endpoint
        already exists.
        """
        check_faults_at_creation(name, faults, exists=self._existing(name) is not None)
        self.faults_at_creation[name.lower()] = faults

    def withdraw_at_creation(self, name: str) -> bool:
        """Remove the faults of a future creation. Returns True if there were any."""
        return self.faults_at_creation.pop(name.lower(), None) is not None

    def forget(self, running: RunningEndpoint) -> None:
        """The endpoint is gone."""
        del self._running[running.endpoint.name]
        self._tags.drop(running.endpoint.arn)

    # --- operations -----------------------------------------------------------

    def _create(self, parameters: Parameters) -> Answer:
        name = parameters["EndpointName"]
        endpoint = create_endpoint(
            parameters,
            self._configs.as_mapping(),
            existing=self._existing(name),
            alarm_exists=self._alarms.exists,
            model_exists=self._models.exists,
            region=self._place.region,
            account=self._place.account,
        )
        running = self._keep(endpoint, (), parameters.get("Tags", ()))
        running.backend.add_faults(self.faults_at_creation.pop(name.lower(), ()))
        self._look(running)
        return {"EndpointArn": endpoint.arn}

    def _describe(self, parameters: Parameters) -> Answer:
        running = self.find(parameters["EndpointName"])
        return with_images(running.describe(), running.images, running.serving)

    def _list(self, parameters: Parameters) -> Answer:
        return list_page(
            [_summary(each) for each in self],
            parameters,
            "Endpoints",
            "EndpointName",
            "EndpointStatus",
        )

    def _update(self, parameters: Parameters) -> Answer:
        running = self.find(parameters["EndpointName"])
        accepted = update_endpoint(
            running.endpoint,
            parameters,
            self._configs.as_mapping(),
            self._alarms.exists,
            self._models.exists,
        )
        running.update(accepted, self._now())
        assert running.endpoint.update is not None
        running.images |= images_of(running.endpoint.update.config, self._models)
        self._look(running)
        return {"EndpointArn": running.endpoint.arn}

    def _scale(self, parameters: Parameters) -> Answer:
        running = self.find(parameters["EndpointName"])
        running.scale(parameters, self._now())
        self._look(running)
        return {"EndpointArn": running.endpoint.arn}

    def _delete(self, parameters: Parameters) -> Answer:
        running = self.find(parameters["EndpointName"])
        running.delete(self._now())
        self._look(running)
        return {}

    # --- shared --------------------------------------------------------

    def _keep(
        self,
        endpoint: Endpoint,
        scenario_faults: Iterable[tuple[Fault, ...]],
        tags: Iterable[Mapping[str, str]] = (),
    ) -> RunningEndpoint:
        self._tags.put(endpoint.arn, tags)
        backend = self._backend(endpoint)
        running = RunningEndpoint(endpoint, backend, self._now(), scenario_faults)
        running.images = images_of(endpoint.config, self._models)
        self._running[endpoint.name] = running
        return running

    def _existing(self, name: str) -> str | None:
        """In CreateEndpoint, names that differ only in case are the same [botocore]."""
        return next((each for each in self._running if each.lower() == name.lower()), None)


def _summary(running: RunningEndpoint) -> dict[str, object]:
    """The endpoint as ListEndpoints shows it."""
    return {
        "EndpointName": running.endpoint.name,
        "EndpointArn": running.endpoint.arn,
        "CreationTime": running.times.creation,
        "LastModifiedTime": running.times.last_modified,
        "EndpointStatus": running.endpoint.status.value,
    }
