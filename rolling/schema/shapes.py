"""Shapes: the allowed form of a JSON document, and all problems of one.

A shape checks fields, types, ranges, patterns and lengths. The reader of a document
checks what its values mean together. A shape lists all problems, each with its full
path in the document (`Updates[0].UpdateEndpoint.EndpointName`), and never raises,
whatever the document contains.

A shape first finds the constraints that a value breaks, then describes them: in rolling's
own words, with a value that works, or with the `words` that it was made with.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Literal, Protocol, TypeGuard

from attrs import evolve, field, frozen

from rolling.core.errors import Problem, is_whole_number, meant_seconds

DEPTH_LIMIT = 64
"""The deepest nesting of a document. Our own limit; AWS's documents need 7."""

MOST = 10**9
"""The largest number of instances or seconds anywhere. Our own limit; it keeps sums readable."""

MOST_ITEMS = 10_000
"""The items of a list beyond both its own limit and this one are not checked. Our own limit."""


Constraint = Literal["type", "enum", "max", "min", "pattern",
                     "items", "keys", "values", "required", "unknown", "one"]  # fmt: skip
"""A constraint that a value can break. The others apply only to a value of the right "type".

"items", "keys", "values": a part breaks a constraint of its own, reported for the whole.
"one": exactly one field must be given.
"""

Words = Callable[[str, object, tuple[Constraint, ...], str | None], list[Problem]]
"""Writes the problems of a path, its value and the constraints that the value breaks.

The last argument is the required field, or the field that an unknown one seems to mean.
"""


class Shape(Protocol):
    """The allowed form of a value."""

    @property
    def example(self) -> object:
        """A value of this shape to suggest if one is missing; None if there is none."""
        ...

    def problems(self, value: object, path: str) -> list[Problem]:
        """All problems with the form of `value` at `path`."""
        ...


@frozen
class Judged:
    """A value that is checked elsewhere, together with other values."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """None here."""
        return []


@frozen
class Anything:
    """Any JSON value: it is kept, but not used."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """What is not JSON, or nested too deeply to be read back."""
        return _json_problems(value, path)


@frozen
class Given:
    """A value other than null, which is checked elsewhere."""

    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """The problem of a null."""
        if value is not None:
            return []
        return [Problem(path, None, "must not be null; leave it out", self.example)]


@frozen
class Worded:
    """A shape that words its problems with `words`, or else in rolling's own words."""

    example: object = field(default=None, kw_only=True)
    words: Words | None = field(default=None, kw_only=True)

    def _refused(
        self, path: str, value: object, *broken: Constraint, key: str | None = None
    ) -> list[Problem]:
        if self.words is not None:
            return self.words(path, value, broken, key)
        return [self._problem(path, value, broken[0], key)]

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        """The problem in rolling's own words, with a value that works if there is one."""
        raise NotImplementedError


@frozen
class Scalar(Worded):
    """A value without parts."""

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The constraints that `value` breaks: "type" alone, or any others."""
        raise NotImplementedError

    def problems(self, value: object, path: str) -> list[Problem]:
        """All problems of `value`: in rolling's own words at most one."""
        broken = self.broken(value)
        return self._refused(path, value, *broken) if broken else []


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


@frozen
class Text(Scalar):
    """A string of `low` to `high` characters; all of it matches `pattern` if there is one.

    `rule` says the pattern in words; `matches` reads it.
    """

    low: int = 0
    high: int | None = 1024
    pattern: str | None = None
    rule: str | None = None
    example: object = None
    matches: Callable[[str, str], bool] = _matches

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The constraints that `value` breaks. Text that is too long is not matched."""
        if not isinstance(value, str) or not is_unicode(value):
            return ("type",)
        if self.high is not None and len(value) > self.high:
            return ("max",)
        short: tuple[Constraint, ...] = ("min",) if len(value) < self.low else ()
        fits = self.pattern is None or self.matches(self.pattern, value)
        return short if fits else (*short, "pattern")

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        rule = self.rule or f"must be a string of {self.low} to {self.high} characters"
        if not isinstance(value, str):
            return problem(path, value, rule, self.example)
        if not is_unicode(value):
            return problem(path, value, "must be Unicode text, without lone surrogates")
        return problem(path, value, rule, self._nearest(value))

    def _nearest(self, value: str) -> object:
        if self.pattern == NAME_PATTERN:
            near = re.sub("[^a-zA-Z0-9]+", "-", value[:64])[:63].strip("-")
            return near or self.example
        near = value[: self.high]
        return self.example if self.broken(near) else near


NAME_PATTERN = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
"""SageMaker's pattern of the names of endpoints, configurations and variants."""


def name(example: str) -> Text:
    """The name of an endpoint, a configuration or a variant."""
    rule = "must be a name of 1 to 63 letters, digits and inner hyphens"
    return Text(1, 63, NAME_PATTERN, rule, example)


def is_name(value: object) -> TypeGuard[str]:
    """True for a valid name of an endpoint, a configuration or a variant."""
    return not name("").problems(value, "")


@frozen
class Whole(Scalar):
    """A whole number from `low` to `high`. Neither a bool nor 2.0 counts as one."""

    low: int | None = None
    high: int | None = None
    unit: str = ""

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The constraints that `value` breaks."""
        if not is_whole_number(value):
            return ("type",)
        if self.high is not None and value > self.high:
            return ("max",)
        return ("min",) if self.low is not None and value < self.low else ()

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        near = nearest_whole(value)
        if near is None and self.unit == " seconds":
            near = meant_seconds(value)
        fix: object = self.example if self.low is None else self.low
        if near is not None:
            fix = self._clamped(near)
        return problem(path, value, self._rule(), fix)

    def _clamped(self, number: int) -> int:
        if self.low is not None:
            number = max(number, self.low)
        return number if self.high is None else min(number, self.high)

    def _rule(self) -> str:
        if self.low is None and self.high is None:
            return f"must be a whole number{self.unit}"
        if self.high is None:
            return f"must be a whole number{self.unit}, at least {self.low}"
        return f"must be a whole number from {self.low} to {self.high}{self.unit}"


@frozen
class Number(Scalar):
    """A finite number, whole or not, from `low` to `high`."""

    low: float = 0
    high: float = MOST

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The constraints that `value` breaks."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ("type",)
        if value > self.high:
            return ("max",)
        return () if value >= self.low else ("min",)  # NaN is not

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        rule = f"must be a number from {self.low} to {self.high}"
        fix: object = self.high if broken == "max" else self.low
        if broken == "type" and self.example is not None:
            fix = self.example
        return problem(path, value, rule, fix)


@frozen
class Flag(Scalar):
    """True or false."""

    example: object = False

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The type, if `value` is not a bool."""
        return () if isinstance(value, bool) else ("type",)

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        words = {"true": True, "false": False}
        fix = words.get(value.lower()) if isinstance(value, str) else None
        return problem(path, value, "must be true or false", fix)


@frozen
class OneOf(Scalar):
    """One of these strings, or an alias of one."""

    values: tuple[str, ...]
    aliases: Mapping[str, str] = field(factory=dict)

    def broken(self, value: object) -> tuple[Constraint, ...]:
        """The constraints that `value` breaks."""
        if self.read(value) is not None:
            return ()
        return ("enum",) if isinstance(value, str) and is_unicode(value) else ("type",)

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        rule = f"must be one of {', '.join(self.values)}"
        return problem(path, value, rule, self._nearest(value))

    def read(self, value: object) -> str | None:
        """The string that `value` is, or is an alias of; None for any other value."""
        if not isinstance(value, str):
            return None
        meant = self.aliases.get(value, value)
        return meant if meant in self.values else None

    def _nearest(self, value: object) -> object:
        known = {_folded(name): self.read(name) for name in (*self.values, *self.aliases)}
        if not isinstance(value, str) or len(value) > 100:
            return self.example or self.values[0]
        return known[get_close_matches(_folded(value), known, n=1, cutoff=0)[0]]


@frozen
class OrNull:
    """A value of a shape, or null."""

    shape: Shape
    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything wrong with a `value` that is not null."""
        return [] if value is None else self.shape.problems(value, path)


@frozen
class ListOf(Worded):
    """A list of `low` to `high` items of one shape."""

    item: Shape
    low: int = 0
    high: int | None = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything wrong with `value` and its items."""
        if not is_list(value):
            return self._refused(path, value, "type")
        too_long = self.high is not None and len(value) > self.high
        if too_long and len(value) > MOST_ITEMS:
            return self._refused(path, value, "max")
        found = self._item_problems(value, path)
        if too_long:
            found += self._refused(path, value, "max")
        if len(value) < self.low:
            found += self._refused(path, value, "min")
        return found

    def _item_problems(self, value: Sequence[object], path: str) -> list[Problem]:
        found = []
        for place, item in enumerate(value):
            found += self.item.problems(item, f"{path}[{place}]")
        return found

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        if is_list(value):
            most = "or more" if self.high is None else f"to {self.high}"
            rule = f"must be a list of {self.low} {most} items"
            return Problem(path, f"a list of {len(value)}", rule)
        fix = [value] if isinstance(value, Mapping) and value else None
        return problem(path, value, "must be a list", fix if is_small(fix) else None)


@frozen
class Structure(Worded):
    """An object with these fields and no others; `called` names it in messages.

    `null_is_absent`: a field that is null counts as not given. `exactly_one`: one
    field is given, and no other.
    """

    called: str
    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    null_is_absent: bool = False
    exactly_one: bool = False

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything wrong with `value` and its fields."""
        if not isinstance(value, Mapping):
            return self._refused(path, value, "type")
        found, given = [], 0
        for key in self.required:
            if key not in value or (self.null_is_absent and value[key] is None):
                found += self._refused(join(path, key), None, "required", key=key)
        for key, item in value.items():
            shape = self.fields.get(key)
            if shape is None:
                found += self._unknown(key, value, path)
            elif item is not None or not self.null_is_absent:
                given += 1
                found += shape.problems(item, f"{path}.{key}" if path else key)
        if self.exactly_one and given != 1:
            found += self._refused(path, value, "one")
        return found

    def _unknown(self, key: object, value: Mapping[object, object], path: str) -> list[Problem]:
        meant = self._meant(key, value)
        return self._refused(join(path, key), value[key], "unknown", key=meant)

    def _meant(self, key: object, value: Mapping[object, object]) -> str | None:
        # More fields or longer names are no typing mistakes, and comparing them takes long.
        if not isinstance(key, str) or len(key) > 100 or len(value) > 1000:
            return None
        free = {_folded(known): known for known in self.fields if known not in value}
        return next((free[near] for near in get_close_matches(_folded(key), free, n=1)), None)

    def _problem(self, path: str, value: object, broken: Constraint, key: str | None) -> Problem:
        match broken:
            case "required" if key is not None:
                example = self.fields[key].example
                return Problem(path, None, f"is required in {self.called}", example)
            case "unknown":
                advice = f'; did you mean "{key}"?' if key else ""
                return problem(path, value, f"is not a field of {self.called}{advice}")
            case "one":
                rule = f"must have exactly one of {', '.join(self.fields)}"
                return problem(path, value, rule, self.example)
            case _:
                rule = f"must be an object ({self.called})"
                return problem(path or self.called, value, rule, self.example)


@frozen
class Tagged:
    """An object of one of several shapes; its field "type" says which."""

    shapes: Mapping[str, Structure]
    example: object = None

    def problems(self, value: object, path: str) -> list[Problem]:
        """Everything wrong with `value` as the shape that it names."""
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(kind, str) or kind not in self.shapes:
            rule = f'must be an object whose "type" is one of {", ".join(self.shapes)}'
            return [problem(path, value, rule, self.example)]
        fields = {key: each for key, each in value.items() if key != "type"}
        return self.shapes[kind].problems(fields, path)


def pruned(value: object, shape: Shape) -> object:
    """The value without fields unknown to its shape, at any depth."""
    match shape:
        case Structure() if isinstance(value, Mapping):
            known = {key: each for key, each in value.items() if key in shape.fields}
            return {key: pruned(each, shape.fields[key]) for key, each in known.items()}
        case ListOf() if is_list(value):
            return [pruned(each, shape.item) for each in value]
        case OrNull():
            return pruned(value, shape.shape)
        case Tagged() if isinstance(value, Mapping) and value.get("type") in shape.shapes:
            kind = value["type"]
            fields = pruned({k: v for k, v in value.items() if k != "type"}, shape.shapes[kind])
            assert isinstance(fields, dict)
            return {"type": kind, **fields}
        case _:
            return value


def problem(path: str, value: object, rule: str, fix: object = None) -> Problem:
    """A problem with a printable form of any value."""
    return Problem(path, shown(value), rule, fix)


def under(path: str, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems for a document nested at `path` in a larger one."""
    return [evolve(each, field=join(path, each.field)) for each in problems]


def join(path: str, key: object) -> str:
    """The path of the field `key` of the value at `path`."""
    text = key if isinstance(key, str) else f"{shown(key)!r}"
    if not re.fullmatch(r"[\w.\[\]-]{1,80}", text, re.ASCII):
        text = ascii(text[:80])
    return f"{path}.{text}" if path else text


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """True for a list, or a tuple in its place."""
    return isinstance(value, list | tuple)


def nearest_whole(value: object) -> int | None:
    """The whole number that `value` most likely means; None if there is none."""
    if is_whole_number(value):
        assert isinstance(value, int)
        return max(-MOST - 1, min(value, MOST + 1)) if value.bit_length() > 64 else value
    if isinstance(value, float) and isfinite(value):
        return round(max(-MOST - 1.0, min(value, MOST + 1.0)))
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value, re.ASCII):
        return int(value)
    return None


def shown(value: object) -> object:
    """`value` if it can be printed safely and is short, otherwise a description."""
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a whole number of about {value.bit_length() * 30103 // 100000 + 1} digits"
    if is_small(value):
        return value
    if isinstance(value, Mapping):
        return f"an object of {len(value)} fields"
    if is_list(value):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def is_small(value: object, depth: int = 3) -> bool:
    """True for a JSON value small enough to print."""
    if isinstance(value, Mapping):
        items: Iterable[object] = (*value.keys(), *value.values()) if len(value) <= 8 else (...,)
    elif is_list(value):
        items = value if len(value) <= 8 else (...,)
    elif isinstance(value, int):
        return value.bit_length() <= 64
    else:
        return value is None or isinstance(value, str | float)
    return depth > 0 and all(is_small(item, depth - 1) for item in items)


def _json_problems(value: object, path: str) -> list[Problem]:
    """What in `value` is not JSON: other types, infinite numbers, text with lone surrogates."""
    found: list[Problem] = []
    todo: list[tuple[object, str, int]] = [(value, path, 0)]
    while todo:
        item, at, depth = todo.pop()
        if depth > DEPTH_LIMIT:
            return [problem(path, value, f"must not nest deeper than {DEPTH_LIMIT} levels")]
        if isinstance(item, Mapping):
            for key, each in item.items():
                if isinstance(key, str) and is_unicode(key):
                    todo.append((each, join(at, key), depth + 1))
                else:
                    found.append(problem(join(at, key), each, "must have a name of Unicode text"))
        elif is_list(item):
            todo += [(each, f"{at}[{place}]", depth + 1) for place, each in enumerate(item)]
        elif not _is_plain(item):
            rule = "must be Unicode text, true, false, null, or a finite number of at most 64 bits"
            found.append(problem(at, item, rule))
    return found


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return is_unicode(value)
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, int):
        return value.bit_length() <= 64
    return value is None


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def is_unicode(text: str) -> bool:
    """True for text without lone surrogates."""
    return text.isascii() or _LONE_SURROGATE.search(text) is None


def _folded(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())
