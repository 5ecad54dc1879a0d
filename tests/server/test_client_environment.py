"""A client of a server is told an address that it can connect to, and goes there by no proxy."""

from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import boto3
import pytest
from botocore.config import Config

from rolling.server.local_server import (
    client_environment,
    environment_without_proxy,
    local_sagemaker_server,
)

PROXY = "http://192.0.2.1:1"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://0.0.0.0:80", "http://127.0.0.1:80"),
        ("http://[::]:80", "http://[::1]:80"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://192.0.2.7:80", "http://192.0.2.7:80"),
    ],
)
def test_every_address_is_none_to_connect_to(url: str, told: str) -> None:
    assert client_environment(url)["AWS_ENDPOINT_URL"] == told
    only = client_environment(url, only_its_services=True)
    assert only["AWS_ENDPOINT_URL_SAGEMAKER"] == told


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:80", "http://localhost:80", "http://0.0.0.0:80", "http://127.0.0.2:80",
     "http://192.0.2.7:80", "http://[::1]:80", "http://[::]:80"],
)  # fmt: skip
def test_no_proxy_is_asked_for_the_address_that_is_told(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = urlsplit(client_environment(url)["AWS_ENDPOINT_URL"])
    exempt = environment_without_proxy({"no_proxy": "example.com"}, url)
    for name, value in exempt.items():
        monkeypatch.setenv(name, value)
    for each in (told.netloc, told.hostname, "localhost", "127.0.0.1", "example.com"):
        assert proxy_bypass(str(each)), each
    assert not proxy_bypass("example.org")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
def test_a_client_finds_a_server_of_any_address(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with local_sagemaker_server(host=host) as server:
        exempt = environment_without_proxy({}, server.url)
        for name, value in {**server.environment, **exempt, "HTTP_PROXY": PROXY}.items():
            monkeypatch.setenv(name, value)
        client = boto3.session.Session().client(
            "sagemaker", config=Config(retries={"total_max_attempts": 1}, connect_timeout=5)
        )
        assert client.list_endpoints()["Endpoints"] == []
        client.close()
