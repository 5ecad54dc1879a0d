"""CloudWatch's older protocol, AWS CLI v2's: a form in, XML out.

A form is flat (`Dimensions.member.1.Name=x`) and has no types: its fields are put into a
tree, which is read according to the shape of the input.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from attrs import frozen
from botocore.model import OperationModel

from rolling.schema.shapes import DEPTH_LIMIT
from rolling.server.service import CLOUDWATCH, Answer, ServiceError
from rolling.server.wire.answers import as_iso_8601, prepared
from rolling.server.wire.json_protocol import fault_of
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import error_name
from rolling.server.wire.wording import not_readable

FIELDS = 10_000
"""The most fields of a form. Our own limit."""

NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"

# Fields beside the parameters: the call, and a signature of the old kind.
_COMMON = re.compile(
    "Action|Version|AWSAccessKeyId|Signature(Method|Version)?|Timestamp|Expires|SecurityToken"
    "|X-Amz-[A-Za-z-]+"
)

# Characters that XML 1.0 cannot contain, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen
class QueryProtocol:
    """A form in, XML out. `request_id` is part of every body."""

    request_id: str
    service: str = CLOUDWATCH

    def read(self, operation: OperationModel, request: HttpRequest) -> object:
        """The input as plain values. Raises SerializationException."""
        shape = operation.input_shape
        known = () if shape is None else shape.members
        tree: dict[str, Any] = {}
        for name, text in form(request).items():
            if not _COMMON.fullmatch(name) or name in known:
                _put(tree, name, text)
        return tree if shape is None else _typed(shape, tree)

    def write(self, operation: OperationModel, answer: Answer) -> HttpResponse:
        """The output."""
        root = ElementTree.Element(f"{operation.name}Response", xmlns=NAMESPACE)
        shape = operation.output_shape
        plain = prepared(shape, answer, as_iso_8601)
        if shape is not None:
            result = ElementTree.SubElement(root, f"{operation.name}Result")
            _fill(result, plain)
        metadata = ElementTree.SubElement(root, "ResponseMetadata")
        ElementTree.SubElement(metadata, "RequestId").text = self.request_id
        return _xml(200, root)

    def refuse(self, error: ServiceError) -> HttpResponse:
        """The error."""
        root = ElementTree.Element("ErrorResponse", xmlns=NAMESPACE)
        said = {
            "Type": fault_of(error.status),
            "Code": error_name(self.service, error.error_code).query_code,
            "Message": str(error),
        }
        _fill(ElementTree.SubElement(root, "Error"), said)
        ElementTree.SubElement(root, "RequestId").text = self.request_id
        return _xml(error.status, root)


def is_form(request: HttpRequest) -> bool:
    """True if the request declares its body as a form."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/x-www-form-urlencoded"


def form(request: HttpRequest) -> dict[str, str]:
    """The fields of a form; the last wins. Raises SerializationException."""
    try:
        text = request.body.decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        text = f"The body is not a form of at most {FIELDS} fields in UTF-8"
        raise not_readable(text) from None
    return dict(fields)


def _put(tree: dict[str, Any], name: str, text: str) -> None:
    """Put a field into the tree by its dotted name."""
    *parents, last = name.split(".")
    if len(parents) > 2 * DEPTH_LIMIT:
        raise not_readable(f"Nested deeper than {DEPTH_LIMIT} levels at '{name[:80]}…'")
    for parent in parents:
        tree = tree.setdefault(parent, {})
        if not isinstance(tree, dict):
            raise not_readable(f"'{name[:80]}' has both a value and members")
    if isinstance(tree.setdefault(last, text), dict):
        raise not_readable(f"'{name[:80]}' has both a value and members")


def _typed(shape: Any, node: Any) -> object:
    """The node as the shape's type if possible; otherwise unchanged, to be refused later."""
    kind = shape.type_name
    if kind == "structure" and isinstance(node, dict):
        members = shape.members
        return {
            name: _typed(members[name], each) if name in members else each
            for name, each in node.items()
        }
    if kind == "list":
        items = _numbered(node, "member")
        return node if items is None else [_typed(shape.member, each) for each in items]
    if kind == "map":
        entries = _numbered(node, "entry")
        if entries is None or any(
            not isinstance(each, dict)
            or each.keys() != {"key", "value"}
            or not isinstance(each["key"], str)
            for each in entries
        ):
            return node
        return {each["key"]: _typed(shape.value, each["value"]) for each in entries}
    return _scalar(kind, node) if isinstance(node, str) else node


def _numbered(node: Any, called: str) -> list[Any] | None:
    """The items of a list in order; None if the node is not a list. '' is an empty list."""
    if node == "":
        return []
    if not isinstance(node, dict) or node.keys() != {called} or not isinstance(node[called], dict):
        return None
    items = node[called]
    if not all(re.fullmatch("[0-9]{1,9}", number) for number in items):
        return None
    return [items[number] for number in sorted(items, key=int)]


def _scalar(kind: str, text: str) -> object:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in ("integer", "long") and re.fullmatch("[+-]?[0-9]{1,20}", text):
        return int(text)
    if kind in ("float", "double") and re.fullmatch(
        r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?", text
    ):
        return float(text)
    if kind == "timestamp":
        return _seconds(text)
    return text


def _seconds(text: str) -> object:
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", text):
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return text


def _fill(parent: ElementTree.Element, members: Mapping[str, object]) -> None:
    for name, value in members.items():
        _write(ElementTree.SubElement(parent, name), value)


def _write(element: ElementTree.Element, value: object) -> None:
    if isinstance(value, dict):
        _fill(element, value)
    elif isinstance(value, list):
        for each in value:
            _write(ElementTree.SubElement(element, "member"), each)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = _NOT_XML.sub("\ufffd", str(value))


def _xml(status: int, root: ElementTree.Element) -> HttpResponse:
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(status, {"Content-Type": "text/xml"}, body)
