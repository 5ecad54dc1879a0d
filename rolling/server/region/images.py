"""Images: the container images that an endpoint was deployed with, for DeployedImages.

They are the images of the models when the endpoint was created or updated. No image is
pulled, so none is resolved.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, cast

from rolling.endpoint.configuration import EndpointConfig
from rolling.server.region.models import Models

Images = dict[tuple[str, str], tuple[str, ...]]
"""By the names of a configuration and a variant of it."""


def images_of(config: EndpointConfig, models: Models) -> Images:
    """The images of a configuration's variants whose models exist and have images."""
    found = {}
    for variant in config.variants:
        images = () if variant.model_name is None else models.images(variant.model_name)
        if images:
            found[config.name, variant.variant_name] = images
    return found


def of_configurations(images: Images, names: Collection[str]) -> Images:
    """Only the images of these configurations."""
    return {key: value for key, value in images.items() if key[0] in names}


def with_images(
    described: Mapping[str, object], images: Images, serving: Collection[str]
) -> dict[str, object]:
    """DescribeEndpoint's answer with the DeployedImages of its variants, the pending ones too.

    `serving`: the configurations that those in use are of, whose images they show.
    """
    shown = _deployed(described, images, serving)
    pending = shown.get("PendingDeploymentSummary")
    if isinstance(pending, Mapping):
        target = cast(str, pending["EndpointConfigName"])
        shown["PendingDeploymentSummary"] = _deployed(pending, images, [target])
    return shown


def _deployed(
    described: Mapping[str, object], images: Images, configurations: Collection[str]
) -> dict[str, object]:
    shown = dict(described)
    variants = cast(list[dict[str, Any]], described.get("ProductionVariants", []))
    if variants:
        shown["ProductionVariants"] = [
            each | _entry([images.get((name, each["VariantName"]), ()) for name in configurations])
            for each in variants
        ]
    return shown


def _entry(images: Iterable[tuple[str, ...]]) -> dict[str, object]:
    each_once = dict.fromkeys(chain.from_iterable(images))
    entries = [{"SpecifiedImage": image} for image in each_once]
    return {"DeployedImages": entries} if entries else {}
