"""The endpoint, pure: AWS's requests and descriptions as values, and UpdateEndpoint's rules.

Imports only the standard library, attrs, `rolling.core` and `rolling.schema`. Read it in
this order: configuration and deployment_config (documents as values), capacities and
endpoint (the values), creation, update, scaling and deletion (requests),
apply_deployment and launching (observations), describe (DescribeEndpoint),
update_outcome (the outcome of an update, from the output of DescribeEndpoint).
"""

from rolling.endpoint.apply_deployment import with_deployment
from rolling.endpoint.capacities import Level, VariantCapacity
from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    Serverless,
    parse_endpoint_config,
)
from rolling.endpoint.creation import create_endpoint
from rolling.endpoint.deletion import delete_endpoint
from rolling.endpoint.deployment_config import (
    DeploymentConfig,
    deployment_config_of,
    parse_deployment_config,
)
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, Update, in_service
from rolling.endpoint.launching import fleets_of, launch_due, with_launched
from rolling.endpoint.refusals import Refusal, ValidationException
from rolling.endpoint.scaling import scale_endpoint
from rolling.endpoint.update import update_endpoint
from rolling.endpoint.update_outcome import UpdateOutcome, update_outcome

__all__ = [
    "DeploymentConfig",
    "Endpoint",
    "EndpointConfig",
    "EndpointStatus",
    "Level",
    "ProductionVariant",
    "Refusal",
    "Serverless",
    "Times",
    "Update",
    "UpdateOutcome",
    "ValidationException",
    "VariantCapacity",
    "create_endpoint",
    "delete_endpoint",
    "deployment_config_of",
    "describe",
    "fleets_of",
    "in_service",
    "launch_due",
    "parse_deployment_config",
    "parse_endpoint_config",
    "scale_endpoint",
    "update_endpoint",
    "update_outcome",
    "with_deployment",
    "with_launched",
]
