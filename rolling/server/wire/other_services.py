"""Requests for AWS's other services, which a global endpoint URL may send here.

This module recognizes them, and refuses them in the format of their protocol with 501,
which no client tries again.
"""

import json
import re
from urllib.parse import parse_qs
from xml.etree import ElementTree

from attrs import frozen

from rolling.server.service import SERVICES
from rolling.server.wire import cbor_protocol
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import service_of_target
from rolling.server.wire.query_protocol import is_form
from rolling.server.wire.signature import signed_service

CODE = "NotImplemented"

_OURS = {*SERVICES, "monitoring"}
_SPEAKS_XML = {"s3", "s3express", "route53", "cloudfront"}
_INVOCATION = re.compile("/endpoints/[^/]{1,200}/(async-)?invocations(-response-stream)?")


@frozen
class _Asked:
    """The requested operation, its service, and why it is not here."""

    service: str
    operation: str
    why: str

    @property
    def text(self) -> str:
        """The sentence that says so."""
        asked = f"{self.operation} of {self.service}"
        return f"{asked} is not implemented by this local server: {self.why}"


def refused_elsewhere(request: HttpRequest, request_id: str) -> HttpResponse | None:
    """The refusal of a request for another service; None if it may be for us.

    The scope of the signature decides; SageMaker's inference, which is signed as SageMaker,
    is recognized by its path.
    """
    asked = _asked(request)
    return None if asked is None else _refusal(request, asked, request_id)


def _asked(request: HttpRequest) -> _Asked | None:
    target = request.headers.get("x-amz-target", "")
    if service_of_target(target.rpartition(".")[0]) is not None:
        return None
    if _INVOCATION.fullmatch(request.path):
        return _Asked("sagemaker-runtime", "InvokeEndpoint", "no model runs here.")
    service = signed_service(request)
    ours = request.path == "/" or cbor_protocol.is_meant(request)
    if service is None or (service in _OURS and ours):
        return None
    why = (
        "there are SageMaker's endpoints and CloudWatch's alarms, and nothing else. "
        "AWS_ENDPOINT_URL leads every service's client here; AWS_ENDPOINT_URL_SAGEMAKER and "
        "AWS_ENDPOINT_URL_CLOUDWATCH in its place lead these two alone."
    )
    return _Asked(service, _operation(request, target), why)


def _operation(request: HttpRequest, target: str) -> str:
    """The operation's name if the request gives it, otherwise its method and path."""
    if target:
        return ascii(target.rpartition(".")[2][:100])[1:-1]
    if is_form(request):
        try:
            actions = parse_qs(request.body.decode("ascii"), max_num_fields=10_000).get("Action")
        except ValueError:
            actions = None
        if actions:
            return ascii(actions[0][:100])[1:-1]
    return f"{request.method} {ascii(request.path[:200])[1:-1]}"


def _refusal(request: HttpRequest, asked: _Asked, request_id: str) -> HttpResponse:
    if cbor_protocol.is_meant(request) and cbor_protocol.is_available():
        return cbor_protocol.error(501, CODE, asked.text)
    if asked.service in _SPEAKS_XML:
        root = error = ElementTree.Element("Error")
    elif asked.service == "ec2":
        root = ElementTree.Element("Response")
        error = ElementTree.SubElement(ElementTree.SubElement(root, "Errors"), "Error")
    elif is_form(request):
        root = ElementTree.Element("ErrorResponse")
        error = ElementTree.SubElement(root, "Error")
    else:
        body = json.dumps({"__type": CODE, "message": asked.text}).encode()
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": CODE}
        return HttpResponse(501, headers, body)
    ElementTree.SubElement(error, "Code").text = CODE
    ElementTree.SubElement(error, "Message").text = asked.text
    ElementTree.SubElement(root, "RequestId").text = request_id
    body = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return HttpResponse(501, {"Content-Type": "text/xml"}, body)
