"""Versions: which stored documents can be read, and how older ones are upgraded."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from attrs import evolve, frozen

from rolling.core.errors import InvalidInput
from rolling.schema.shapes import Structure, Tagged, problem, pruned


class UnreadableRecord(InvalidInput):
    """A stored record cannot be read; `problems` lists everything wrong with it."""

    code: ClassVar[str] = "unreadable-record"


@frozen
class Stored:
    """One kind of stored document: its format and version, and the form of its content.

    `upgrade` converts content of the previous major version to this version.
    """

    format: str
    version: str
    form: Structure | Tagged
    upgrade: Callable[[Mapping[str, object]], Mapping[str, object]]

    def header(self) -> dict[str, object]:
        """The first fields of every document of this kind."""
        return {"format": self.format, "version": self.version}

    def content(self, document: object) -> dict[str, object]:
        """The content of a document, in the form of this version.

        Raises UnreadableRecord with every problem. Another format or major version is
        refused without looking further, because the rest could mean anything.
        """
        if not isinstance(document, Mapping):
            raise UnreadableRecord([problem("record", document, "must be an object")])
        if document.get("format") != self.format:
            rule, found = "must be this format", document.get("format")
            raise UnreadableRecord([problem("format", found, rule, self.format)])
        is_newer, is_older = self._compare(document.get("version"))
        content: Mapping[str, object] = {
            key: each for key, each in document.items() if key not in ("format", "version")
        }
        if is_older:
            content = self.upgrade(content)
        if is_newer:
            # A minor version adds only fields that can be ignored.
            pruned_content = pruned(content, self.form)
            assert isinstance(pruned_content, dict)
            content = pruned_content
        found = self.form.problems(content, "")
        if found:
            raise UnreadableRecord([evolve(each, field=each.field or "type") for each in found])
        return dict(content)

    def _compare(self, version: object) -> tuple[bool, bool]:
        """Whether the version is a newer minor, and whether it is the previous major."""
        known_major, known_minor = _numbers(self.version)
        major, minor = _numbers(version)
        if major > known_major:
            rule = "was written by newer software that this version cannot read: upgrade it"
            raise UnreadableRecord([problem("version", version, rule)])
        if major not in (known_major, known_major - 1):
            rule = f"must be a version {known_major - 1}.x or {known_major}.x"
            raise UnreadableRecord([problem("version", version, rule, self.version)])
        is_older = major < known_major
        return minor > (0 if is_older else known_minor), is_older


def _numbers(version: object) -> tuple[int, int]:
    """Major and minor; (-1, 0) for anything that is not a version."""
    if not isinstance(version, str) or len(version) > 20:
        return -1, 0
    major, dot, minor = version.partition(".")
    if not dot or not all(text.isascii() and text.isdigit() for text in (major, minor)):
        return -1, 0
    return int(major), int(minor)
