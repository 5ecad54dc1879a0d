"""`rolling serve` as a process: it says where it listens, serves, and stops as it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rolling.server.control_client import ControlClient
from tests.cli.command import Command, scenario
from tests.cli.test_streams import ENVIRONMENT

pytestmark = pytest.mark.slow

# A process that is started in the background may inherit that Ctrl-C is ignored.
ROLLING = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("rolling", run_name="__main__")
"""
PATIENCE_SECONDS = 60


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process, and the greeting that it printed as JSON."""
    command = [sys.executable, "-c", ROLLING, "serve", "--port", "0", "-o", "json", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=ENVIRONMENT) as running:
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            assert line, running.communicate()[1]
            yield running, json.loads(line)
        finally:
            running.kill()


def update(environment: dict[str, str], file: str) -> None:
    """Begin the update of a scenario, by a boto3 client that knows the environment alone."""
    script = (
        "import boto3, json, sys; document = json.load(open(sys.argv[1], 'rb')); "
        "boto3.client('sagemaker').update_endpoint(**document['Updates'][0]['UpdateEndpoint'])"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    subprocess.run([sys.executable, "-c", script, file], env={**clean, **environment}, check=True)


def wait_for_the_end(client: ControlClient) -> None:
    """Return when the one endpoint is not being updated any more."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while client.endpoints()[0].under_way is not None:
        assert time.monotonic() < give_up_at, client.endpoints()
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGHUP, -1)]
)
def test_a_client_finds_it_and_it_stops_saying_what_was_under_way(
    number: signal.Signals, code: int
) -> None:
    file = scenario("seed-success")
    with served(file, "--speed", "manual", "--verbose") as (running, greeting):
        update(greeting["Environment"], file)
        ControlClient(greeting["Url"]).advance_until("my-endpoint", batch=2, phase="Baking")
        running.send_signal(number)
        out, err = running.communicate(timeout=PATIENCE_SECONDS)
    assert (running.returncode, err) == (code, "")
    *happened, last = map(json.loads, out.splitlines())
    assert last == {
        "Stopped": True,
        "UnderWay": [
            "my-endpoint in us-east-1 is being updated to config-2: batch 2 of 5, baking."
        ],
    }
    stages = [each["Stage"] for each in happened if each["Stage"]]
    assert [(each["Batch"], each["Phase"]) for each in stages] == [
        (1, "Provisioning"),
        (1, "Shifting"),
        (1, "Baking"),
        (1, "Cleaning"),
        (2, "Provisioning"),
        (2, "Shifting"),
        (2, "Baking"),
    ]
    assert "is accepted" in next(each["Why"] for each in happened if each["Stage"])


def test_without_verbose_only_the_first_and_the_last_line_are_printed() -> None:
    file = scenario("seed-success")
    settings = ("--provisioning-seconds", "0", "--cleanup-seconds", "0")
    with served(file, "--speed", "1000000", "--region", "eu-west-1", *settings) as (
        running,
        greeting,
    ):
        assert greeting["Environment"]["AWS_DEFAULT_REGION"] == "eu-west-1"
        update(greeting["Environment"], file)
        wait_for_the_end(ControlClient(greeting["Url"], "eu-west-1"))
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=PATIENCE_SECONDS)
    assert json.loads(out) == {"Stopped": True, "UnderWay": []}


def test_in_words_it_prints_what_to_export() -> None:
    command = [sys.executable, "-c", ROLLING, "serve", "--port", "0", "--speed", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        first, second, *others = [running.stdout.readline() for _ in range(4)]
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    url = first.split()[5].rstrip(",")
    assert first == f"A local SageMaker listens at {url}, where time runs 60 times as fast.\n"
    assert second == (
        f"export AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local "
        "AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1\n"
    )
    assert all(each.startswith("# ") for each in others)
    assert others[1] == (
        f"# export AWS_ENDPOINT_URL_SAGEMAKER={url} AWS_ENDPOINT_URL_CLOUDWATCH={url}\n"
    )
    assert rest == "Stopped. Nothing was in progress.\n"
    assert running.returncode == 130


def test_an_impatient_interrupt_loses_nothing_of_what_was_under_way() -> None:
    file = scenario("seed-success")
    with served(file, "--speed", "manual") as (running, greeting):
        update(greeting["Environment"], file)
        for _ in range(3):
            running.send_signal(signal.SIGINT)
            time.sleep(0.03)
        out, err = running.communicate(timeout=PATIENCE_SECONDS)
    # The last of them may come when all is said, and end what is left of the process.
    assert running.returncode in (130, -signal.SIGINT)
    assert err == ""
    assert len(json.loads(out)["UnderWay"]) == 1


def test_one_that_others_reach_warns_and_names_an_address_to_connect_to() -> None:
    with served("--host", "0.0.0.0") as (running, greeting):
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=PATIENCE_SECONDS)
    assert greeting["Environment"]["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert err.startswith("rolling: warning: every machine that reaches 0.0.0.0 can use ")


def test_an_address_that_cannot_be_listened_on_is_bad_input(rolling: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = rolling("serve", "--port", port, "-o", "json")
    assert result.exit_code == 2
    (problem,) = result.error["Problems"]
    assert (problem["Field"], problem["Fix"]) == ("--port", None)
    assert problem["Rule"].count("free") == 1
    result = rolling("serve", "--port", "0", "--host", "192.0.2.1", "-o", "json")
    assert result.error["Problems"][0]["Field"] == "--host"


def test_without_botocore_one_sentence_names_the_extra(
    rolling: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rolling.server.extra.find_spec", lambda name: None)
    result = rolling("serve")
    assert (result.exit_code, result.out) == (2, "")
    assert " ".join(result.err.split()) == (
        "rolling: `rolling serve` needs botocore, which the extra `server` installs: "
        "pip install 'rolling-deployments[server]'"
    )
