"""Any JSON-like value, and right documents with something wrong put into them."""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import strategies as st

from rolling import InvalidInput

numbers = st.one_of(
    st.integers(),
    st.integers(min_value=10**30, max_value=10**40),
    st.just(4000).map(lambda digits: 10**digits),
    st.floats(),
)
texts = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["config-2", "CANARY", "INSTANCE_COUNT", "1", "\ud800"]
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


anything_deep = anything | st.sampled_from([60, 200]).map(nested)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a document, as deep as documents are meant to be."""
    if len(path) > 8:
        return []
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    return [path, *[inner for key, item in items for inner in places(item, (*path, key))]]


@st.composite
def spoilt(draw: st.DrawFn, documents: list[Any]) -> Any:
    """A right document with one to three of its values replaced, dropped or added to."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(document) if path]))
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        if draw(st.booleans()) and isinstance(parent, dict):
            del parent[path[-1]]
            if not places(document)[1:]:
                return document
        else:
            parent[path[-1]] = draw(anything_deep)
        if isinstance(parent, dict) and draw(st.booleans()):
            parent[draw(texts)] = draw(anything)
    return document


def check_problems(error: InvalidInput) -> None:
    assert error.problems
    text = str(error)
    # Printable, and short enough to read, whatever was in the input.
    text.encode("utf-8")
    assert len(text) < 3000 * len(error.problems)
    for problem in error.problems:
        assert problem.field and problem.rule
        json.dumps([problem.value, problem.fix])


def with_extremes(documents: list[Any]) -> Iterator[Any]:
    """The documents with one value each made endlessly deep or endlessly long."""
    for document in documents:
        for path in places(document)[1:]:
            for extreme in (nested(3000), {"a": nested(3000)}, 10**5000, -(10**5000)):
                spoilt_document = copy.deepcopy(document)
                parent = spoilt_document
                for key in path[:-1]:
                    parent = parent[key]
                parent[path[-1]] = extreme
                yield spoilt_document
