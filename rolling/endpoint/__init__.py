"""The endpoint, pure: AWS's requests and descriptions as values, and UpdateEndpoint's rules.

Standard library, attrs and `rolling.core` only. Read it in this order: shapes
(what a document may look like), configuration and deployment_config (documents
as values), endpoint (the value), update (a request turns it into an updating
one), folding (a deployment turns it further), describe (DescribeEndpoint).
"""

from rolling.endpoint.configuration import (
    EndpointConfig,
    ProductionVariant,
    parse_endpoint_config,
)
from rolling.endpoint.deployment_config import (
    DeploymentConfig,
    deployment_config_of,
    parse_deployment_config,
)
from rolling.endpoint.describe import Times, describe
from rolling.endpoint.endpoint import Endpoint, EndpointStatus, Update, in_service
from rolling.endpoint.folding import with_deployment
from rolling.endpoint.refusals import Refusal, ValidationException
from rolling.endpoint.update import update_endpoint

__all__ = [
    "DeploymentConfig",
    "Endpoint",
    "EndpointConfig",
    "EndpointStatus",
    "ProductionVariant",
    "Refusal",
    "Times",
    "Update",
    "ValidationException",
    "deployment_config_of",
    "describe",
    "in_service",
    "parse_deployment_config",
    "parse_endpoint_config",
    "update_endpoint",
    "with_deployment",
]
