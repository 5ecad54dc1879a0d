"""Whatever is asked of the real cloud, in whatever order, it answers, and stays sane.

Most of the requests succeed, so that they meet endpoints in every state; a part
is spoilt on the way. Between them time passes, things go wrong, and updates are
stopped. After each chunk everything that is listed is described and judged, by
what its callers see and by the core's own properties.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from attrs import evolve

from rolling.backends.simulated import Fault, FaultKind, SimulationSettings
from rolling.core.errors import InvalidInput
from rolling.core.properties import STATE_PROPERTIES
from rolling.core.stage import Direction, Phase
from rolling.server.cloud import Cloud
from rolling.server.region.endpoint_event import EndpointEvent
from rolling.server.region.injection import When
from rolling.server.steering import SteeredCloud
from rolling.server.timekeeping import ManualTime
from rolling.server.wire import HttpRequest, respond
from tests.server.load.audit import MOVING, RESTING, audit
from tests.server.load.customers import (
    ACCOUNT,
    ALARMS,
    ENDPOINTS,
    Call,
    any_call,
    furniture,
    sagemaker,
)
from tests.server.wire.samples import OPERATIONS, request_of
from tests.server.wire.spoiling import (
    SLOWEST_SECONDS,
    assert_is_clean,
    spoilt,
    with_spoilt_bytes,
    with_spoilt_headers,
)

pytestmark = pytest.mark.slow

SHARDS = 8
CHUNKS = 20
REQUESTS_OF_A_CHUNK = 50
REGION = "eu-west-1"  # of the credentials that samples.request_of signs with
START = 1_700_000_000

CLOUDWATCH_PROTOCOLS = ("json", "query", "smithy-rpc-v2-cbor")


class Load:
    """A cloud in manual time, and the random hand that is on it."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        settings = SimulationSettings(provisioning_seconds=60, jitter_percent=30)
        self.cloud = Cloud(ManualTime(START), settings, home_region=REGION)
        self.steering = SteeredCloud(self.cloud)
        self.statuses: Counter[int] = Counter()
        self.succeeded: Counter[str] = Counter()
        self.phases: Counter[Phase] = Counter()
        for call in furniture():
            self.answer(call)

    def answer(self, call: Call) -> Mapping[str, Any]:
        """The answer of a call that must succeed."""
        return self.cloud.call(call.service, call.operation, call.parameters, REGION)

    def request(self) -> tuple[Call, HttpRequest]:
        """A call of the team's as a request, spoilt now and then."""
        random = self.random
        call = any_call(random, REGION)
        json_alone = call.service == "sagemaker"
        protocol = "json" if json_alone else random.choice(CLOUDWATCH_PROTOCOLS)
        request = request_of(protocol, call.service, call.operation, call.parameters)
        match random.random():
            case chance if chance < 0.12 and protocol == "json":
                tree = spoilt(random, call.parameters)
                return call, evolve(request, body=json.dumps(tree).encode())
            case chance if chance < 0.16:
                return call, with_spoilt_bytes(random, request)
            case chance if chance < 0.2:
                return call, with_spoilt_headers(random, request)
        return call, request

    def one_request(self) -> None:
        """Send one, and judge its answer."""
        call, request = self.request()
        started = time.process_time()
        response = respond(self.cloud.call, request, self.cloud.implements)
        took = time.process_time() - started
        context = f"{request} -> {response}"[:3_000]
        assert response.status in (200, 400, 404, 501), context
        assert took < SLOWEST_SECONDS, context
        assert_is_clean(response, context)
        self.statuses[response.status] += 1
        if response.status == 200:
            self.succeeded[call.operation] += 1

    def something_else(self) -> None:
        """Time passes, or something happens that no client can do."""
        random, steering = self.random, self.steering
        name = random.choice(ENDPOINTS)
        try:
            match random.randrange(12):
                case 0:
                    steering.inject(name, [self.fault()], When.NOW)
                case 1 | 2:
                    steering.inject(name, [self.fault(), self.fault()], When.NEXT_UPDATE)
                case 3:
                    steering.stop_update(name, "load")
                case 4:
                    steering.limit_capacity(random.choice((None, 4, 8, 12)))
                case 5:
                    self.note(steering.advance_to_next_event())
                case 6:
                    self.note(steering.advance(random.choice((1_000, 5_000, 30_000))))
                case _:
                    self.note(steering.advance(random.randint(0, 120)))
        except InvalidInput as error:
            assert error.problems, "whoever is refused is told why"

    def fault(self) -> Fault:
        """Something that goes wrong, or could not."""
        random = self.random
        kind = random.choice([*FaultKind])
        return Fault(
            kind,
            direction=random.choice((Direction.FORWARD, Direction.FORWARD, Direction.BACK)),
            batch=random.choice((None, 1, 2, 3)),
            after_seconds=random.choice((0, 0, 10, 100)),
            alarm_name=random.choice((None, *ALARMS)) if kind is FaultKind.ALARM else None,
            seconds=600 if kind is FaultKind.PROVISIONING_SLOW else None,
        )

    def note(self, happened: tuple[EndpointEvent, ...]) -> None:
        """Count the phases that updates came to, in the order of time."""
        moments = [each.at for each in happened]
        assert moments == sorted(moments)
        self.phases.update(each.stage.phase for each in happened if each.stage is not None)

    def judge(self) -> dict[str, str]:
        """Everything is sane; the endpoints' statuses."""
        statuses = audit(self.answer, self.steering.now(), self.random.randint(1, 7))
        for running in self.cloud.running_endpoints():
            assert running.endpoint.name in statuses
            deployment = running.endpoint.deployment
            if deployment is not None:
                failing = [each.__name__ for each in STATE_PROPERTIES if not each(deployment)]
                assert failing == [], deployment
        for name in set(ENDPOINTS) - statuses.keys():
            gone = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"
            with pytest.raises(InvalidInput, match="Could not find endpoint"):
                self.answer(sagemaker("ListTags", ResourceArn=gone))
        moving = {name for name, status in statuses.items() if status in MOVING}
        told = {sentence.split()[0] for sentence in self.steering.running()}
        assert moving <= told <= statuses.keys()
        return statuses


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_cloud_answers_whatever_is_asked_and_stays_sane(shard: int) -> None:
    load = Load(f"load {shard}")
    for _ in range(CHUNKS):
        for _ in range(REQUESTS_OF_A_CHUNK):
            load.one_request()
            if load.random.random() < 0.3:
                load.something_else()
        load.judge()
    # Left alone, everything comes to rest.
    load.steering.limit_capacity(None)
    load.note(load.steering.advance(200_000))
    assert load.steering.running() == ()
    assert set(load.judge().values()) <= RESTING
    # A generator that seldom succeeds, or never fails, tests little.
    requests = CHUNKS * REQUESTS_OF_A_CHUNK
    assert load.statuses.total() == requests
    assert load.statuses[200] > requests / 3
    assert load.statuses[400] > requests / 10
    named = {operation for _, operation in OPERATIONS}
    assert named - load.succeeded.keys() == set()
    assert {Phase.SUCCEEDED, Phase.ROLLED_BACK, Phase.BAKING} <= load.phases.keys()
