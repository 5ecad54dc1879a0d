"""Tags: AddTags, ListTags, DeleteTags, and the tags given at creation."""

from collections.abc import Iterable, Mapping, Sequence

from rolling.core.errors import InvalidInput, Problem
from rolling.endpoint.refusals import Refusal
from rolling.server.region.listing import page
from rolling.server.service import Answer, ApiOperation, Parameters

MOST_TAGS = 50
"""The most tags of a resource."""

_WORDS = {"endpoint-config": "endpoint configuration", "endpoint": "endpoint", "model": "model"}


class Tags:
    """The tags of all resources in a region.

    A resource exists from `put` until it is dropped, tagged or not; the operations refuse
    every other ARN.
    """

    def __init__(self) -> None:
        self._of: dict[str, dict[str, str]] = {}

    @property
    def operations(self) -> Mapping[str, ApiOperation]:
        """SageMaker's operations on tags, by name."""
        return {
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
            "DeleteTags": self._delete_tags,
        }

    def put(self, arn: str, tags: Iterable[Mapping[str, str]] = ()) -> None:
        """Add the new resource `arn` with these tags.

        Raises InvalidInput for invalid tags; the resource is then not added.
        """
        self._of[arn] = _joined({}, list(tags))

    def drop(self, arn: str) -> None:
        """Remove the resource `arn` and its tags."""
        del self._of[arn]

    def exists(self, arn: str) -> bool:
        """True if the resource `arn` exists."""
        return arn in self._of

    def _add_tags(self, parameters: Parameters) -> Answer:
        arn = parameters["ResourceArn"]
        self._of[arn] = _joined(self._tags(arn), parameters["Tags"])
        return {"Tags": _as_json(self._of[arn])}

    def _list_tags(self, parameters: Parameters) -> Answer:
        tags = _as_json(self._tags(parameters["ResourceArn"]))
        size = parameters.get("MaxResults", MOST_TAGS)
        items, token = page(tags, lambda tag: (tag["Key"], tag["Value"]), parameters, size)
        return {"Tags": items} | ({"NextToken": token} if token else {})

    def _delete_tags(self, parameters: Parameters) -> Answer:
        tags = self._tags(parameters["ResourceArn"])
        for key in parameters["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, arn: str) -> dict[str, str]:
        if arn not in self._of:
            kind = arn.rpartition("/")[0].rpartition(":")[2]
            text = f'Could not find {_WORDS.get(kind, "resource")} "{arn}".'
            raise InvalidInput([Refusal("ResourceArn", arn, text)])
        return self._of[arn]


def _joined(tags: Mapping[str, str], added: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The tags with the added ones; an added tag replaces one with the same key."""
    found: list[Problem] = []
    seen: set[str] = set()
    for place, tag in enumerate(added):
        key = tag["Key"]
        if key.lower().startswith("aws:"):
            found.append(Problem(f"Tags[{place}].Key", key, "must not begin with aws:"))
        if key in seen:
            rule = "must differ from the keys of the other tags"
            found.append(Problem(f"Tags[{place}].Key", key, rule))
        seen.add(key)
    joined = {**tags, **{tag["Key"]: tag["Value"] for tag in added}}
    if len(joined) > MOST_TAGS:
        rule = f"a resource can have {MOST_TAGS} tags at most"
        found.append(Problem("Tags", f"{len(joined)} tags", rule))
    if found:
        raise InvalidInput(found)
    return joined


def _as_json(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
