"""Whatever a request holds, it gets an answer that botocore can read, quickly, and never a 5xx.

An operation that is not implemented is the exception: 501. The requests are made
from botocore's model and then spoilt in their values, their bytes or their
headers; the operations answer values of the model, or refuse.
"""

import json
import time
from collections.abc import Callable
from random import Random

import pytest
from attrs import evolve

from rolling.server.cloud import Cloud
from rolling.server.service import SERVICES, Answer, Parameters, ServiceError
from rolling.server.wire import HttpRequest, respond
from rolling.server.wire.model import operation_model, operation_names
from tests.server.wire.samples import (
    CALLS,
    OPERATIONS,
    form_request,
    json_request,
    parsed,
    request_of,
    valid,
)
from tests.server.wire.spoiling import (
    SLOWEST_SECONDS,
    assert_is_clean,
    flat,
    spoilt,
    with_spoilt_bytes,
    with_spoilt_headers,
)

pytestmark = pytest.mark.slow

SHARDS = 8
REQUESTS_OF_A_SHARD = 750


class Anything:
    """A call that knows OPERATIONS, and answers values of the model or refuses, at random."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.calls = 0

    def implements(self, service: str, operation: str) -> bool:
        """Whether it is one of OPERATIONS."""
        return (service, operation) in OPERATIONS

    def __call__(
        self, service: str, operation: str, parameters: Parameters, region: str, /
    ) -> Answer:
        self.calls += 1
        json.dumps(parameters, allow_nan=False).encode()  # plain values, which can be kept
        if self.random.random() < 0.2:
            raise ServiceError(f"refused: {parameters}", "ValidationException")
        shape = operation_model(service, operation).output_shape
        answer: Answer = valid(self.random, shape, depth=4) if shape else {}
        return answer


def any_call(random: Random) -> HttpRequest:
    """A call as a client makes it, of any operation that is served."""
    protocol, service, operation = random.choice(CALLS)
    parameters = valid(random, operation_model(service, operation).input_shape)
    return request_of(protocol, service, operation, parameters)


def unknown_call(random: Random) -> HttpRequest:
    """A call of any operation that AWS knows, with any input."""
    service = random.choice(SERVICES)
    operation = random.choice(sorted(operation_names(service)))
    return json_request(service, operation, spoilt(random, {}))


def spoilt_json(random: Random) -> HttpRequest:
    """A call in JSON with one to three of its values spoilt."""
    service, operation = random.choice(OPERATIONS)
    tree = valid(random, operation_model(service, operation).input_shape)
    for _ in range(random.randint(1, 3)):
        tree = spoilt(random, tree)
    return json_request(service, operation, tree)


def spoilt_form(random: Random) -> HttpRequest:
    """A call as a form with one or two of its values or names spoilt."""
    service, operation = random.choice([each for each in OPERATIONS if each[0] == "cloudwatch"])
    tree = valid(random, operation_model(service, operation).input_shape)
    for _ in range(random.randint(1, 2)):
        tree = spoilt(random, tree)
    fields = flat(tree)
    if fields and random.random() < 0.3:
        name = random.choice(sorted(fields))
        fields[name.replace("member", "").replace("1", "-1")] = fields.pop(name)
    return form_request(operation, fields)


def spoilt_bytes(random: Random) -> HttpRequest:
    """A call whose body was cut, lengthened, or changed in a few bytes."""
    return with_spoilt_bytes(random, any_call(random))


def spoilt_headers(random: Random) -> HttpRequest:
    """A call with another path, or with a header changed or gone."""
    return with_spoilt_headers(random, any_call(random))


def mixed(random: Random) -> HttpRequest:
    """The body of one call under the headers of another."""
    return evolve(any_call(random), body=any_call(random).body)


KINDS: tuple[Callable[[Random], HttpRequest], ...] = (
    any_call,
    unknown_call,
    spoilt_json,
    spoilt_json,
    spoilt_form,
    spoilt_bytes,
    spoilt_headers,
    mixed,
)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_any_request_gets_an_answer_that_botocore_reads(shard: int) -> None:
    random = Random(f"requests {shard}")
    call = Anything(random)
    statuses: dict[int, int] = {}
    for number in range(REQUESTS_OF_A_SHARD):
        request = random.choice(KINDS)(random)
        started = time.process_time()
        response = respond(call, request, call.implements)
        took = time.process_time() - started
        context = f"shard {shard}, request {number}: {request} -> {response}"[:3_000]
        assert response.status in (200, 400, 501), context
        assert took < SLOWEST_SECONDS, context
        assert_is_clean(response, context)
        statuses[response.status] = statuses.get(response.status, 0) + 1
    # A generator that never succeeds, or never fails, tests nothing.
    assert call.calls > REQUESTS_OF_A_SHARD / 10
    assert min(statuses.get(200, 0), statuses.get(400, 0)) > REQUESTS_OF_A_SHARD / 10
    assert statuses.get(501, 0) > 0


@pytest.mark.parametrize("shard", range(2))
def test_the_cloud_answers_any_request(shard: int) -> None:
    random = Random(f"cloud {shard}")
    cloud = Cloud()
    for number in range(400):
        request = random.choice(KINDS)(random)
        response = respond(cloud.call, request, cloud.implements)
        context = f"shard {shard}, request {number}: {request} -> {response}"[:3_000]
        assert response.status in (200, 400, 404, 501), context
        assert_is_clean(response, context)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_aws_that_is_not_served_answers_501_with_its_name(service: str) -> None:
    call = Anything(Random(0))
    for operation in sorted(operation_names(service)):
        if (service, operation) in OPERATIONS:
            continue
        response = respond(call, json_request(service, operation, {}), call.implements)
        assert response.status == 501
        assert operation in parsed(response, service)["Error"]["Message"]


def test_the_requests_are_the_same_every_time() -> None:
    first, second = Random("again"), Random("again")
    for kind in KINDS:
        assert kind(first) == kind(second)
