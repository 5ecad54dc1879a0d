"""Endpoint configurations: CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs,
DeleteEndpointConfig.

An endpoint keeps its configuration even if that is deleted here. As in SageMaker, such an
endpoint can no longer be updated.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rolling.core.errors import InvalidInput
from rolling.endpoint.configuration import (
    EndpointConfig,
    missing_model_problems,
    parse_endpoint_config,
)
from rolling.endpoint.refusals import ValidationException, already_exists, config_not_found
from rolling.server.region.listing import list_page
from rolling.server.region.models import Models
from rolling.server.region.tags import Tags
from rolling.server.service import Answer, ApiOperation, Parameters, Place


class EndpointConfigs:
    """The endpoint configurations of a region. `now`: returns seconds since the epoch."""

    def __init__(self, place: Place, now: Callable[[], float], models: Models, tags: Tags) -> None:
        self._place = place
        self._now = now
        self._models = models
        self._tags = tags
        self._configs: dict[str, EndpointConfig] = {}
        self._made: dict[str, float] = {}

    @property
    def operations(self) -> Mapping[str, ApiOperation]:
        """SageMaker's operations on endpoint configurations, by name."""
        return {
            "CreateEndpointConfig": self._create,
            "DescribeEndpointConfig": self._describe,
            "ListEndpointConfigs": self._list,
            "DeleteEndpointConfig": self._delete,
        }

    def as_mapping(self) -> Mapping[str, EndpointConfig]:
        """All configurations by name; a live view that includes later ones."""
        return MappingProxyType(self._configs)

    def _create(self, parameters: Parameters) -> Answer:
        name = parameters["EndpointConfigName"]
        if name in self._configs:
            taken = already_exists(
                "EndpointConfigName", name, "endpoint configuration", self._arn(name)
            )
            raise ValidationException([taken])
        given = {key: value for key, value in parameters.items() if key != "Tags"}
        config = parse_endpoint_config(given)
        missing = missing_model_problems(
            given, self._models.exists, self._place.region, self._place.account
        )
        if missing:
            raise InvalidInput(missing)
        self._tags.put(self._arn(name), parameters.get("Tags", ()))
        self._configs[name], self._made[name] = config, self._now()
        return {"EndpointConfigArn": self._arn(name)}

    def _describe(self, parameters: Parameters) -> Answer:
        config = self._known(parameters["EndpointConfigName"])
        variants = [
            each.as_json() | {"InitialVariantWeight": float(each.initial_variant_weight)}
            for each in config.variants
        ]
        return config.as_json() | {
            "ProductionVariants": variants,
            "EndpointConfigArn": self._arn(config.name),
            "CreationTime": self._made[config.name],
        }

    def _list(self, parameters: Parameters) -> Answer:
        summaries = [
            {"EndpointConfigName": name, "EndpointConfigArn": self._arn(name), "CreationTime": made}
            for name, made in self._made.items()
        ]
        return list_page(summaries, parameters, "EndpointConfigs", "EndpointConfigName")

    def _delete(self, parameters: Parameters) -> Answer:
        name = self._known(parameters["EndpointConfigName"]).name
        del self._configs[name], self._made[name]
        self._tags.drop(self._arn(name))
        return {}

    def _known(self, name: str) -> EndpointConfig:
        if name not in self._configs:
            raise ValidationException([config_not_found(name, self._arn(name))])
        return self._configs[name]

    def _arn(self, name: str) -> str:
        return self._place.arn("endpoint-config", name)
