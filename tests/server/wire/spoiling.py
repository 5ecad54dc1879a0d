"""Requests spoilt in their values, their bytes or their headers, and what any answer must be.

The same generator always spoils the same way.
"""

from random import Random
from typing import Any

from attrs import evolve

from rolling.server.service import SERVICES
from rolling.server.wire import HttpRequest, HttpResponse
from tests.server.wire.samples import parsed, scope

SLOWEST_SECONDS = 5.0
"""Far above what any takes, and far below a hang: others may have the processor."""

JUNK: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    10**400,
    0.5,
    -0.0,
    1e308,
    "",
    " ",
    "a",
    "a" * 70,
    "x" * 5_000,
    "-" * 3_000,
    "\0",
    "\ud800",
    "😀",
    "../../etc/passwd",
    "<&]]>",
    "${jndi:ldap://x}",
    "2026-01-01T00:00:00Z",
    "CAPACITY_PERCENTAGE",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": ""},
    {"member": []},
    {"Name": {"Name": {"Name": {}}}},
    [1] * 2_000,
)

HEADERS = (
    ("x-amz-target", "SageMaker."),
    ("x-amz-target", ".DescribeEndpoint"),
    ("x-amz-target", "SageMaker.describeEndpoint"),
    ("x-amz-target", "GraniteServiceVersion20100801.DescribeEndpoint"),
    ("x-amz-target", "é" * 300),
    ("content-type", "application/xml"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "multipart/form-data; boundary=x"),
    ("content-type", ";;;"),
    ("authorization", "AWS4-HMAC-SHA256 Credential=////"),
    ("authorization", scope("zz-" + "z" * 29, "sts")),
    ("smithy-protocol", "rpc-v9"),
)

PATHS = (
    "/",
    "//",
    "/?Action=DescribeAlarms",
    "/service/",
    "/service/SageMaker/operation/DescribeEndpoint",
    "/service/GraniteServiceVersion20100801/operation/Nothing",
    "/endpoints/x/invocations",
    "/\0",
)


def spoilt(random: Random, value: Any) -> Any:
    """The tree with something in it that is something else."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(sorted(value))
        change = random.random()
        rest = {key: each for key, each in value.items() if key != name}
        if change < 0.1:
            return rest
        if change < 0.2:
            return {**rest, random.choice((name.lower(), name + "s", "é", "")): value[name]}
        return {**value, name: spoilt(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.8:
        place = random.randrange(len(value))
        return [spoilt(random, each) if at == place else each for at, each in enumerate(value)]
    return random.choice(JUNK)


def flat(value: Any, name: str = "") -> dict[str, str]:
    """A tree as the fields of a form, types or no types."""
    dot = f"{name}." if name else ""
    fields: dict[str, str] = {}
    if isinstance(value, dict):
        for key, each in value.items():
            fields |= flat(each, f"{dot}{key}")
    elif isinstance(value, list):
        for place, each in enumerate(value[:50]):
            fields |= flat(each, f"{dot}member.{place + 1}")
    elif value is not None:
        fields[name] = str(value).encode("utf-8", "replace").decode()
    return fields


def with_spoilt_bytes(random: Random, request: HttpRequest) -> HttpRequest:
    """The request with its body cut, lengthened, or changed in a few bytes."""
    body = bytearray(request.body)
    for _ in range(random.randint(1, 5)):
        place = random.randrange(len(body) + 1)
        match random.randrange(4):
            case 0:
                del body[place:]
            case 1:
                body[place:place] = random.randbytes(random.randint(1, 20))
            case 2:
                del body[place : place + random.randint(1, 5)]
            case _:
                body[place : place + 1] = random.randbytes(1)
    return evolve(request, body=bytes(body))


def with_spoilt_headers(random: Random, request: HttpRequest) -> HttpRequest:
    """The request with another path, or with a header changed or gone."""
    headers = dict(request.headers)
    match random.randrange(3):
        case 0:
            return evolve(request, target=random.choice(PATHS))
        case 1:
            del headers[random.choice(sorted(headers))]
        case _:
            headers |= [random.choice(HEADERS)]
    return evolve(request, headers=headers)


def assert_is_clean(response: HttpResponse, context: str) -> None:
    """The answer is whole, readable, and says nothing of the inside."""
    assert b"Traceback" not in response.body, context
    assert b'File "' not in response.body, context
    assert all(value.isprintable() for value in response.headers.values()), context
    for service in SERVICES:
        found = parsed(response, service)
        assert found["ResponseMetadata"]["HTTPStatusCode"] == response.status, context
        if response.status != 200:
            assert found["Error"]["Code"] not in ("", "Unknown", str(response.status)), context
            assert found["Error"]["Message"], context
