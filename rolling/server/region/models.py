"""Models: CreateModel, DescribeModel, ListModels, DeleteModel.

A model is only the request that made it: nothing is loaded or run. As in SageMaker, an
endpoint configuration may still name a deleted model, but no endpoint can then be created
with it, or updated to it.
"""

import json
from collections.abc import Callable, Mapping

from attrs import frozen

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.refusals import ValidationException, already_exists, model_not_found
from rolling.server.region.listing import list_page
from rolling.server.region.tags import Tags
from rolling.server.service import Answer, ApiOperation, Parameters, Place


@frozen
class Model:
    """A model. `as_given`: the JSON text of the request that made it, without tags."""

    name: str
    arn: str
    creation_time: float
    as_given: str


class Models:
    """The models of a region. `now`: returns seconds since the epoch."""

    def __init__(self, place: Place, now: Callable[[], float], tags: Tags) -> None:
        self._place = place
        self._now = now
        self._tags = tags
        self._models: dict[str, Model] = {}

    @property
    def operations(self) -> Mapping[str, ApiOperation]:
        """SageMaker's operations on models, by name."""
        return {
            "CreateModel": self._create_model,
            "DescribeModel": self._describe_model,
            "ListModels": self._list_models,
            "DeleteModel": self._delete_model,
        }

    def exists(self, name: str) -> bool:
        """True if there is a model of this name."""
        return name in self._models

    def images(self, name: str) -> tuple[str, ...]:
        """The images of a model's containers; none for a deleted model."""
        if name not in self._models:
            return ()
        given = json.loads(self._models[name].as_given)
        containers = given.get("Containers") or [given.get("PrimaryContainer", {})]
        return tuple([each["Image"] for each in containers if "Image" in each])

    def _create_model(self, parameters: Parameters) -> Answer:
        name = parameters["ModelName"]
        arn = self._place.arn("model", name)
        if name in self._models:
            raise ValidationException([already_exists("ModelName", name, "model", arn)])
        found = _container_problems(parameters)
        if found:
            raise InvalidInput(found)
        self._tags.put(arn, parameters.get("Tags", ()))
        given = {key: value for key, value in parameters.items() if key != "Tags"}
        self._models[name] = Model(name, arn, self._now(), json.dumps(given))
        return {"ModelArn": arn}

    def _describe_model(self, parameters: Parameters) -> Answer:
        model = self._known(parameters["ModelName"])
        given = json.loads(model.as_given)
        ours = {"ModelArn": model.arn, "CreationTime": model.creation_time}
        return {"EnableNetworkIsolation": False, **given, **ours}

    def _list_models(self, parameters: Parameters) -> Answer:
        summaries = [
            {"ModelName": each.name, "ModelArn": each.arn, "CreationTime": each.creation_time}
            for each in self._models.values()
        ]
        return list_page(summaries, parameters, "Models", "ModelName")

    def _delete_model(self, parameters: Parameters) -> Answer:
        model = self._known(parameters["ModelName"])
        del self._models[model.name]
        self._tags.drop(model.arn)
        return {}

    def _known(self, name: str) -> Model:
        if name not in self._models:
            raise ValidationException(
                [model_not_found("ModelName", name, self._place.arn("model", name))]
            )
        return self._models[name]


def _container_problems(parameters: Parameters) -> list[Problem]:
    """A model has one container, or a list of them."""
    one, several = parameters.get("PrimaryContainer"), parameters.get("Containers")
    if one is not None and several:
        rule = "is given together with PrimaryContainer; a model has one of the two"
        return [Problem("Containers", None, rule)]
    if one is None and not several:
        rule = "is required in a model without Containers"
        return [Problem("PrimaryContainer", None, rule)]
    return []
