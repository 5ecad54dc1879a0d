"""The fixtures in a user's own run: found by their entry point, isolated, and free until used."""

import subprocess
import sys
import tomllib

import pytest

from tests.source import ROOT, third_party

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

IN_PROCESS = """
import pytest

MODEL = {"ModelName": "m", "PrimaryContainer": {"Image": "i"},
         "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r"}

@pytest.mark.parametrize("number", range(4))
def test_each_has_its_own(local_sagemaker, number):
    assert local_sagemaker.sagemaker.list_models()["Models"] == []
    local_sagemaker.sagemaker.create_model(**MODEL)
    assert len(local_sagemaker.sagemaker.list_models()["Models"]) == 1
"""

SERVER = """
import os
import boto3
import pytest

BEFORE = dict(os.environ)

@pytest.mark.parametrize("number", range(2))
def test_scripts_find_the_server(local_sagemaker_server, number):
    assert os.environ["AWS_ENDPOINT_URL"] == local_sagemaker_server.url
    assert "AWS_PROFILE" not in os.environ
    client = boto3.client("sagemaker")
    assert client.meta.endpoint_url == local_sagemaker_server.url
    assert client.list_endpoints()["Endpoints"] == []
    client.create_model(ModelName="m", PrimaryContainer={"Image": "i"},
                        ExecutionRoleArn="arn:aws:iam::123456789012:role/r")
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[
        {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large",
         "InitialInstanceCount": 1}])
    client.create_endpoint(EndpointName="e", EndpointConfigName="c")
    client.get_waiter("endpoint_in_service").wait(EndpointName="e")
    assert local_sagemaker_server.endpoints()[0].status == "InService"

def test_the_environment_is_as_it_was():
    from botocore.client import BaseClient
    now = {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
    assert now == {key: value for key, value in BEFORE.items() if key != "PYTEST_CURRENT_TEST"}
    assert BaseClient.get_waiter.__module__ == "botocore.client"
"""

OPTIONS = """
import pytest
from rolling.backends.simulated import SimulationSettings
from rolling.server.timekeeping import ManualTime

@pytest.fixture
def local_sagemaker_options():
    return {"region": "eu-west-1", "time": ManualTime(1000), "waiters_move_time": False}

def test_in_process(local_sagemaker):
    assert (local_sagemaker.region, local_sagemaker.now()) == ("eu-west-1", 1000)

def test_on_a_port(local_sagemaker_server):
    import os
    from botocore.client import BaseClient
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert BaseClient.get_waiter.__module__ == "botocore.client"
"""

BESIDE_MOTO = """
import boto3
import pytest
from moto import mock_aws

@pytest.fixture
def local_sagemaker_options():
    return {"only_its_services": True}

def test_s3_is_motos_and_sagemaker_is_ours(local_sagemaker_server):
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="models")
        assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["models"]
        boto3.client("sagemaker").create_model(
            ModelName="m", PrimaryContainer={"Image": "i"})
        assert boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    (kept,) = boto3.client("sagemaker").list_models()["Models"]
    assert kept["ModelName"] == "m"

def test_the_other_fixture_has_no_use_for_it(local_sagemaker):
    with mock_aws():
        assert local_sagemaker.sagemaker.list_models()["Models"] == []
"""

FAILING = """
import pytest
from botocore.exceptions import WaiterError

@pytest.fixture
def endpoint(local_sagemaker):
    client = local_sagemaker.sagemaker
    client.create_model(ModelName="m", PrimaryContainer={"Image": "i"})
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[
        {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large",
         "InitialInstanceCount": 1}])
    client.create_endpoint(EndpointName="e", EndpointConfigName="c")
    return client

def test_it_waits_too_shortly(local_sagemaker, endpoint):
    local_sagemaker.inject("e", [{"Kind": "Stop"}])
    endpoint.get_waiter("endpoint_in_service").wait(
        EndpointName="e", WaiterConfig={"MaxAttempts": 2})

@pytest.fixture
def expects_more(endpoint, local_sagemaker_server):
    assert endpoint.list_endpoints()["Endpoints"] == []

def test_a_fixture_fails(expects_more):
    pass

def test_all_is_well(endpoint):
    pass
"""

UNUSED = """
import sys

def test_nothing_is_loaded():
    assert "rolling.server.pytest_plugin" in sys.modules
    heavy = ("attr", "boto3", "botocore", "rolling.core", "rolling.server.cloud")
    assert [name for name in heavy if name in sys.modules] == []
"""

WITHOUT = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in ("boto3", "botocore"):
            raise ModuleNotFoundError(name)

import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: (
    None if name in ("boto3", "botocore") else found(name, *rest))
sys.meta_path.insert(0, Hidden())

def test_in_process(local_sagemaker):
    pass

def test_on_a_port(local_sagemaker_server):
    pass
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of somebody who has installed rolling: its entry points are found."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = declared["entry-points"]["pytest11"]
    site = pytester.mkdir("site")
    installed = site / "rolling_deployments-0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: rolling-deployments\nVersion: 0\n", "utf-8")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (installed / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]), "utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT}")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


def test_each_test_has_a_sagemaker_of_its_own_also_in_parallel(project: pytest.Pytester) -> None:
    project.makepyfile(test_in_process=IN_PROCESS, test_server=SERVER, test_options=OPTIONS)
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=9)
    project.runpytest_subprocess("-n", "2").assert_outcomes(passed=9)


def test_beside_moto_only_its_services_come_here(project: pytest.Pytester) -> None:
    project.makepyfile(BESIDE_MOTO)
    project.makeini("[pytest]\nfilterwarnings =\n error\n ignore::DeprecationWarning")
    project.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=2)


def test_the_report_of_a_failing_test_shows_what_happened_in_it(project: pytest.Pytester) -> None:
    project.makepyfile(FAILING)
    result = project.runpytest_subprocess("-p", "no:xdist")
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines_random(["*Max attempts exceeded*", "*assert [[]{*"])
    result.stdout.fnmatch_lines(
        [
            "*- local_sagemaker: events and faults -*",
            "       0 s  e  The endpoint is Creating.",
            "At 0 s, when the test failed:",
            "e in us-east-1 is being created: 0 of 1 instance(s).",
            "*- local_sagemaker_server: events and faults -*",
            "At 0 s, when the test failed:",
            "No endpoint exists.",
            "*- local_sagemaker: events and faults -*",
            "       0 s  e  The endpoint is Creating.",
            "At 30 s, when the test failed:",
            "e in us-east-1 is being created: 0 of 1 instance(s).",
            "  faults of its next updates: Stop",
        ],
        consecutive=False,
    )
    assert result.stdout.str().count("events and faults") == 3


def test_a_run_that_does_not_use_it_loads_a_page_and_nothing_else(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(UNUSED)
    project.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=1)


def test_it_can_be_left_out(project: pytest.Pytester) -> None:
    project.makepyfile(IN_PROCESS)
    result = project.runpytest_subprocess("-p", "no:rolling.server.pytest_plugin")
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(["*fixture 'local_sagemaker' not found*"])


def test_without_the_extra_a_fixture_fails_in_one_sentence(project: pytest.Pytester) -> None:
    project.makepyfile(WITHOUT)
    result = project.runpytest_subprocess()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "The local SageMaker needs boto3 and botocore, which the extra `server` installs: "
            "pip install 'rolling-deployments?server?'",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_options_that_are_none_fail_in_one_sentence(project: pytest.Pytester) -> None:
    for given in ("None", "['region']"):
        project.makepyfile(
            f"""
            import pytest

            @pytest.fixture
            def local_sagemaker_options():
                return {given}

            def test_in_process(local_sagemaker):
                pass

            def test_on_a_port(local_sagemaker_server):
                pass
            """
        )
        result = project.runpytest_subprocess()
        result.assert_outcomes(errors=2)
        expected = "local_sagemaker_options must return a dict, such as {'region': 'eu-west-1'}"
        assert result.stdout.str().count(expected) >= 2
        result.stdout.no_fnmatch_line("*AttributeError*")


def test_the_fixtures_say_what_they_are(project: pytest.Pytester) -> None:
    told = project.runpytest_subprocess("--fixtures").stdout.str()
    for name in ("local_sagemaker", "local_sagemaker_server", "local_sagemaker_options"):
        assert f"{name} --" in told


def test_the_plugin_imports_nothing_but_pytest_before_it_is_used() -> None:
    import ast

    path = ROOT / "rolling" / "server" / "pytest_plugin.py"
    top: list[ast.stmt] = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert third_party(ast.Module(top, [])) == {"pytest"}
    probe = "import sys, pytest; a = set(sys.modules); import rolling.server.pytest_plugin; " + (
        "print(sorted(set(sys.modules) - a))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['rolling', 'rolling.server', 'rolling.server.pytest_plugin']\n"


def test_no_other_module_imports_boto3_than_the_clients() -> None:
    from tests.source import modules

    users = {name for name, tree in modules().items() if "boto3" in third_party(tree)}
    assert users == {"rolling.server.clients"}
