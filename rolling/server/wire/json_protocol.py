"""AWS's JSON protocols: 1.1 as SageMaker speaks it, 1.0 as CloudWatch does."""

import json
from typing import NoReturn

from attrs import frozen
from botocore.model import OperationModel

from rolling.server.service import CLOUDWATCH, SAGEMAKER, Answer, ServiceError
from rolling.server.wire.answers import as_epoch, prepared
from rolling.server.wire.messages import HttpRequest, HttpResponse
from rolling.server.wire.model import error_name
from rolling.server.wire.wording import not_readable

_VERSIONS = {SAGEMAKER: "1.1", CLOUDWATCH: "1.0"}


@frozen
class JsonProtocol:
    """JSON in and out. `service`: None if the request's service is not here."""

    service: str | None

    def read(self, operation: OperationModel, request: HttpRequest) -> object:
        """The input as plain values. Raises SerializationException."""
        if not request.body.strip():
            return {}
        try:
            return json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise not_readable("The body is not JSON that can be read") from None

    def write(self, operation: OperationModel, answer: Answer) -> HttpResponse:
        """The output; an empty body if the operation has none."""
        shape = operation.output_shape
        plain = prepared(shape, answer, as_epoch)
        if shape is None:
            return HttpResponse(200, self._headers())
        return HttpResponse(200, self._headers(), _dumped(plain))

    def refuse(self, error: ServiceError) -> HttpResponse:
        """The error."""
        if self.service is None:
            body = {"__type": error.error_code, "message": str(error)}
            return HttpResponse(error.status, self._headers(), _dumped(body))
        name = error_name(self.service, error.error_code)
        return HttpResponse(
            error.status,
            self._headers() | query_error_header(self.service, name.query_code, error.status),
            _dumped({"__type": name.shape, name.message: str(error)}),
        )

    def _headers(self) -> dict[str, str]:
        version = _VERSIONS.get(self.service or "", "1.1")
        return {"Content-Type": f"application/x-amz-json-{version}"}


def query_error_header(service: str, query_code: str, status: int) -> dict[str, str]:
    """The header that gives CloudWatch's clients the code of the older query protocol."""
    if service != CLOUDWATCH:
        return {}
    return {"x-amzn-query-error": f"{query_code};{fault_of(status)}"}


def fault_of(status: int) -> str:
    """Who caused an error with this HTTP status, in AWS's words."""
    return "Sender" if status < 500 else "Receiver"


def _dumped(plain: object) -> bytes:
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
