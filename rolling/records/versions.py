"""Versions: which stored documents are read, and what is made of an older one."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from attrs import evolve, frozen

from rolling.core.errors import InvalidInput
from rolling.schema.shapes import Structure, Tagged, problem, pruned


class UnreadableRecord(InvalidInput):
    """A stored record that cannot be read; `problems` says everything that is wrong in it."""

    code: ClassVar[str] = "unreadable-record"


@frozen
class Stored:
    """One kind of stored document: its format and version, and the form of its content.

    `upgrade` makes the content of the major version before it one of this version.
    """

    format: str
    version: str
    form: Structure | Tagged
    upgrade: Callable[[Mapping[str, object]], Mapping[str, object]]

    def header(self) -> dict[str, object]:
        """What every document of this kind begins with."""
        return {"format": self.format, "version": self.version}

    def content(self, document: object) -> dict[str, object]:
        """The content of a document, as this version has it.

        Raises UnreadableRecord with every problem; of another format or major
        version at once, for the rest could mean anything.
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
            # A minor version adds only what can be left out.
            pruned_content = pruned(content, self.form)
            assert isinstance(pruned_content, dict)
            content = pruned_content
        found = self.form.problems(content, "")
        if found:
            raise UnreadableRecord([evolve(each, field=each.field or "type") for each in found])
        return dict(content)

    def _compare(self, version: object) -> tuple[bool, bool]:
        """Whether the version is of a newer minor, and whether of the major before this one."""
        known_major, known_minor = _numbers(self.version)
        major, minor = _numbers(version)
        if major > known_major:
            rule = "was written by newer software, and only that reads it: upgrade this one"
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
