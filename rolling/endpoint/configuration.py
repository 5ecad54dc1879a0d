"""Endpoint configurations: what CreateEndpointConfig stores, as a value.

An update needs the names, the instance type, the counts and the weights of a
configuration; a scaling also needs the settings of serverless variants. Every other
field that SageMaker knows is accepted and kept as given; an unknown field is a problem.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen

from rolling.core.capacity import MOST_INSTANCES
from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.arns import arn
from rolling.endpoint.refusals import model_not_found
from rolling.schema.shapes import (
    Anything,
    ListOf,
    Number,
    Structure,
    Text,
    Whole,
    is_list,
    join,
    name,
)

Weight = int | float
"""A variant's weight: its traffic is its weight over the sum of all weights. No decision
depends on it."""


@frozen
class Serverless:
    """SageMaker's ServerlessConfig: a variant's settings instead of instances."""

    memory_size_in_mb: int
    max_concurrency: int
    provisioned_concurrency: int | None = None

    def as_json(self) -> dict[str, object]:
        """The same as SageMaker's JSON."""
        shown: dict[str, object] = {
            "MemorySizeInMB": self.memory_size_in_mb,
            "MaxConcurrency": self.max_concurrency,
        }
        if self.provisioned_concurrency is not None:
            shown["ProvisionedConcurrency"] = self.provisioned_concurrency
        return shown


@frozen
class ProductionVariant:
    """One model on one fleet of instances.

    `initial_instance_count` and `instance_type` are None for a serverless one;
    the type is None too where instance pools are given instead. `others` is
    the JSON text of the fields that an update does not need.
    """

    variant_name: str
    instance_type: str | None
    initial_instance_count: int | None
    model_name: str | None = None
    initial_variant_weight: Weight = 1.0
    serverless: Serverless | None = None
    others: str = "{}"

    def as_json(self) -> dict[str, object]:
        """The variant as SageMaker's JSON."""
        document: dict[str, object] = {
            "VariantName": self.variant_name,
            "ModelName": self.model_name,
            "InstanceType": self.instance_type,
            "InitialInstanceCount": self.initial_instance_count,
            "InitialVariantWeight": self.initial_variant_weight,
            _SERVERLESS: None if self.serverless is None else self.serverless.as_json(),
        }
        others: dict[str, object] = json.loads(self.others)
        return {key: value for key, value in document.items() if value is not None} | others


@frozen
class EndpointConfig:
    """An endpoint configuration. `others` as for a variant."""

    name: str
    variants: tuple[ProductionVariant, ...]
    others: str = "{}"

    def as_json(self) -> dict[str, object]:
        """The configuration as SageMaker's JSON: a CreateEndpointConfig request."""
        variants = [variant.as_json() for variant in self.variants]
        others: dict[str, object] = json.loads(self.others)
        return {"EndpointConfigName": self.name, "ProductionVariants": variants, **others}


_SERVERLESS = "ServerlessConfig"

_VARIANT_OTHERS = (
    "InstancePools",
    "VariantInstanceProvisionTimeoutInSeconds",
    "AcceleratorType",
    "CoreDumpConfig",
    "VolumeSizeInGB",
    "ModelDataDownloadTimeoutInSeconds",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "EnableSSMAccess",
    "ManagedInstanceScaling",
    "RoutingConfig",
    "InferenceAmiVersion",
    "CapacityReservationConfig",
    "AcceleratorPartitionLayouts",
)

_CONFIG_OTHERS = (
    "DataCaptureConfig",
    "Tags",
    "KmsKeyId",
    "AsyncInferenceConfig",
    "ExplainerConfig",
    "ShadowProductionVariants",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
    "MetricsConfig",
    "CrossRegionTrafficConfig",
)

_INSTANCE_TYPE = Text(
    1,
    63,
    r"ml\.[a-z0-9-]+\.[a-z0-9]+",
    "must be an instance type such as ml.g5.2xlarge",
    "ml.g5.2xlarge",
)

CONCURRENCY = {
    "MaxConcurrency": Whole(1, 200, example=5),
    "ProvisionedConcurrency": Whole(1, 200, example=1),
}
"""What of a serverless variant can be scaled."""

VARIANT = Structure(
    "ProductionVariant",
    {
        "VariantName": name("AllTraffic"),
        "ModelName": name("model"),
        "InstanceType": _INSTANCE_TYPE,
        "InitialInstanceCount": Whole(1, MOST_INSTANCES, " instances", example=1),
        "InitialVariantWeight": Number(example=1),
        _SERVERLESS: Structure(
            _SERVERLESS,
            {"MemorySizeInMB": Whole(1024, 6144, example=1024), **CONCURRENCY},
            required=("MemorySizeInMB", "MaxConcurrency"),
        ),
        **{key: Anything() for key in _VARIANT_OTHERS},
    },
    required=("VariantName",),
)

ENDPOINT_CONFIG = Structure(
    "EndpointConfig",
    {
        "EndpointConfigName": name("config-1"),
        "ProductionVariants": ListOf(VARIANT, 1, 10),
        **{key: Anything() for key in _CONFIG_OTHERS},
    },
    required=("EndpointConfigName", "ProductionVariants"),
)


def parse_endpoint_config(document: object, path: str = "") -> EndpointConfig:
    """The configuration from SageMaker's JSON.

    Raises InvalidInput with every problem, its fields under `path`.
    """
    found = endpoint_config_problems(document, path)
    if found:
        raise InvalidInput(found)
    assert isinstance(document, Mapping)
    others = {key: document[key] for key in _CONFIG_OTHERS if key in document}
    return EndpointConfig(
        name=document["EndpointConfigName"],
        variants=tuple([_variant(each) for each in document["ProductionVariants"]]),
        others=json.dumps(others),
    )


def endpoint_config_problems(document: object, path: str = "") -> list[Problem]:
    """Everything wrong with a configuration's JSON."""
    found = ENDPOINT_CONFIG.problems(document, path)
    variants = document.get("ProductionVariants") if isinstance(document, Mapping) else None
    if not is_list(variants):
        return found
    seen: set[object] = set()
    for place, variant in enumerate(variants):
        if not isinstance(variant, Mapping):
            continue
        at = join(path, f"ProductionVariants[{place}]")
        found += _capacity_problems(variant, at)
        variant_name = variant.get("VariantName")
        if isinstance(variant_name, str) and variant_name in seen:
            rule = "must differ from the names of the other variants"
            found.append(Problem(join(at, "VariantName"), variant_name, rule))
        elif isinstance(variant_name, str):
            seen.add(variant_name)
    return found


def models_named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The models in a configuration's JSON, each with its field; also those of shadow variants."""
    for key in ("ProductionVariants", "ShadowProductionVariants"):
        variants = document.get(key)
        # Shadow variants are kept as given and not validated.
        for place, variant in enumerate(variants if is_list(variants) else ()):
            model = variant.get("ModelName") if isinstance(variant, Mapping) else None
            if isinstance(model, str):
                yield f"{key}[{place}].ModelName", model


def missing_model_problems(
    document: Mapping[str, Any],
    model_exists: Callable[[str], bool],
    region: str,
    account: str,
    path: str = "",
) -> list[Problem]:
    """The problems of models that a configuration names but that do not exist."""
    return [
        model_not_found(join(path, field), model, arn("model", model, region, account))
        for field, model in models_named(document)
        if not model_exists(model)
    ]


def _capacity_problems(variant: Mapping[str, object], at: str) -> list[Problem]:
    """The problems of a variant's capacity: it needs instances of some type, or is serverless."""
    if _SERVERLESS in variant:
        return [
            Problem(join(at, key), variant[key], "a serverless variant has no instances")
            for key in ("InitialInstanceCount", "InstanceType")
            if isinstance(variant.get(key), int | str)
        ]
    rule = "is required in a ProductionVariant without ServerlessConfig"
    found = []
    if "InstanceType" not in variant and "InstancePools" not in variant:
        found.append(Problem(join(at, "InstanceType"), None, rule, _INSTANCE_TYPE.example))
    if "InitialInstanceCount" not in variant:
        found.append(Problem(join(at, "InitialInstanceCount"), None, rule, 1))
    return found


def _variant(document: Mapping[str, object]) -> ProductionVariant:
    others = {key: document[key] for key in _VARIANT_OTHERS if key in document}
    name, model, kind, count, weight = (
        document.get(key)
        for key in (
            "VariantName",
            "ModelName",
            "InstanceType",
            "InitialInstanceCount",
            "InitialVariantWeight",
        )
    )
    assert isinstance(name, str)
    return ProductionVariant(
        variant_name=name,
        instance_type=kind if isinstance(kind, str) else None,
        initial_instance_count=count if isinstance(count, int) else None,
        model_name=model if isinstance(model, str) else None,
        initial_variant_weight=weight if isinstance(weight, int | float) else 1.0,
        serverless=_serverless(document[_SERVERLESS]) if _SERVERLESS in document else None,
        others=json.dumps(others),
    )


def _serverless(document: Any) -> Serverless:
    return Serverless(
        document["MemorySizeInMB"],
        document["MaxConcurrency"],
        document.get("ProvisionedConcurrency"),
    )
