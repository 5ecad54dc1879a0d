"""One region: its connected collections, and their operations by service."""

from collections.abc import Callable, Iterable

from rolling.backends.simulated import SimulatedBackend, SimulationSettings
from rolling.core.errors import InvalidInput, Problem
from rolling.driving.clock import Clock
from rolling.endpoint.configuration import models_named
from rolling.endpoint.deployment_config import DeploymentConfig, alarms_given
from rolling.endpoint.endpoint import Endpoint
from rolling.endpoint.engine import nearest_in_words
from rolling.endpoint.launching import fleets_of
from rolling.schema.shapes import problem, under
from rolling.server.region.alarms import Alarms
from rolling.server.region.configs import EndpointConfigs
from rolling.server.region.endpoints import Endpoints
from rolling.server.region.models import Models
from rolling.server.region.running_endpoint import RunningEndpoint
from rolling.server.region.tags import Tags
from rolling.server.service import CLOUDWATCH, SAGEMAKER, ApiOperation, Parameters, Place
from rolling.simulation.scenario import Scenario


class Region:
    """Everything in one region.

    `settings`: returns the behaviour of new endpoints. `look`: called with an endpoint
    after a request to it, or after its alarms changed.
    """

    def __init__(
        self,
        place: Place,
        clock: Clock,
        settings: Callable[[], SimulationSettings],
        look: Callable[[RunningEndpoint], None],
    ) -> None:
        self.name = place.region
        self._clock = clock
        self._settings = settings
        self._look = look
        # For each endpoint whose faults hold alarms in ALARM, those alarms.
        self._tripped: dict[str, frozenset[str]] = {}
        tags = Tags()
        self._models = Models(place, clock.now, tags)
        self._configs = EndpointConfigs(place, clock.now, self._models, tags)
        self._alarms = Alarms(place, clock.now, self._alarm_changed)
        self.endpoints = Endpoints(
            place,
            clock.now,
            self._configs,
            self._models,
            self._alarms,
            tags,
            self._new_backend,
            look,
        )
        of_sagemaker = (self._models, self._configs, self.endpoints, tags)
        self.operations: dict[tuple[str, str], ApiOperation] = {
            (SAGEMAKER, name): operation
            for each in of_sagemaker
            for name, operation in each.operations.items()
        } | {(CLOUDWATCH, name): operation for name, operation in self._alarms.operations.items()}

    def take_in(self, scenario: Scenario) -> None:
        """Make the initial state of a scenario: configurations, endpoint, alarms, models.

        Its alarms are OK. The faults of its updates wait for the endpoint's next updates.
        Raises InvalidInput for configurations that CreateEndpointConfig would refuse (that
        check needs botocore), and for an update with an engine.
        """
        found: list[Problem] = []
        for place, config in enumerate(scenario.configs.values()):
            try:
                self._make_config(config.as_json())
            except InvalidInput as refused:
                found += under(f"EndpointConfigs[{place}]", refused.problems)
        for place, update in enumerate(scenario.updates):
            if update.engine is not None:
                near = nearest_in_words(update.engine)
                rule = f"the local SageMaker has none, as SageMaker has none; leave it out{near}"
                found.append(problem(f"Updates[{place}].Engine", update.engine, rule))
        if found:
            raise InvalidInput(found)
        for name in _alarms_named(scenario):
            self._make_alarm(name)
        faults = [update.faults for update in scenario.updates]
        self._look(self.endpoints.adopt(scenario.endpoint, faults))

    def _make_config(self, given: Parameters) -> None:
        # The scenario's reader keeps fields that a simulation does not use, unchecked.
        from rolling.server.wire.validation import accepted

        document = accepted(SAGEMAKER, "CreateEndpointConfig", given)
        for _, name in models_named(document):
            if not self._models.exists(name):
                self._call("CreateModel", {"ModelName": name, "PrimaryContainer": {}})
        self._call("CreateEndpointConfig", document)

    def _call(self, operation: str, parameters: Parameters) -> None:
        self.operations[SAGEMAKER, operation](parameters)

    def _make_alarm(self, name: str) -> None:
        operations = self._alarms.operations
        operations["PutMetricAlarm"](
            {
                "AlarmName": name,
                "Namespace": "AWS/SageMaker",
                "MetricName": "ModelLatency",
                "Statistic": "Average",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanThreshold",
            }
        )
        operations["SetAlarmState"](
            {"AlarmName": name, "StateValue": "OK", "StateReason": "The scenario begins."}
        )

    def _new_backend(self, endpoint: Endpoint) -> SimulatedBackend:
        return SimulatedBackend(
            fleets_of(endpoint) if not endpoint.launching else (),
            self._settings(),
            clock=self._clock,
            alarms=self._alarms.reading,
        )

    def show_faults(self, running: RunningEndpoint) -> None:
        """Show in CloudWatch which alarms the faults of an endpoint's update now hold in ALARM."""
        name = running.endpoint.name
        tripped = frozenset() if running.gone else running.tripped()
        before = self._tripped.pop(name, frozenset())
        if tripped:
            self._tripped[name] = tripped
        if tripped != before:
            self._alarms.trip(frozenset().union(*self._tripped.values()))

    def _alarm_changed(self, name: str) -> None:
        """Look at the endpoints whose bakes watch the alarm."""
        watching = [each for each in self.endpoints if _watches(each, name)]
        for running in watching:
            self._look(running)


def _watches(running: RunningEndpoint, alarm: str) -> bool:
    return running.deployment is not None and alarm in running.deployment.spec.alarms


def _alarms_named(scenario: Scenario) -> Iterable[str]:
    """The alarms that the updates of a scenario watch, without duplicates."""
    last: DeploymentConfig | None = scenario.endpoint.last_deployment_config
    names = [] if last is None else list(last.alarms)
    for update in scenario.updates:
        names += [name for _, name in alarms_given(update.request)]
    return dict.fromkeys(names)
