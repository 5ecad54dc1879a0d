"""What guardrails exclude is updated without them; what they refuse is in specs/refusals."""

import pytest

from rolling.endpoint import in_service, update_endpoint
from tests.endpoint.examples import (
    Json,
    config,
    driven,
    request,
    rolling,
    variant,
)

PLAIN = config("config-1", variant(10))
AVAILABLE = {"config-1": PLAIN}

UNGUARDED: list[Json] = [
    request(),
    request(DeploymentConfig={}),
    request(DeploymentConfig={"AutoRollbackConfiguration": {}}),
]


def test_inf2_is_not_excluded() -> None:
    new = config("config-2", variant(10, InstanceType="ml.inf2.xlarge"))
    asked = request(DeploymentConfig=rolling())
    updating = update_endpoint(in_service("my-endpoint", PLAIN), asked, AVAILABLE | {new.name: new})
    assert updating.status == "Updating"


@pytest.mark.parametrize("asked", UNGUARDED)
@pytest.mark.parametrize("fields", [{"VariantName": "Other"}, {"InstanceType": "ml.inf1.xlarge"}])
def test_without_guardrails_both_are_updated_all_at_once(asked: Json, fields: Json) -> None:
    new = config("config-2", variant(10, **fields))
    updating = update_endpoint(in_service("my-endpoint", PLAIN), asked, AVAILABLE | {new.name: new})
    assert driven(updating)[-1].config_name == "config-2"
