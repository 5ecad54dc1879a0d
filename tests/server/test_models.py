"""Models are kept as they were given, and refused in SageMaker's words."""

from tests.server.account import Account, model

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/model"


def test_a_model_comes_back_as_it_was_given() -> None:
    account = Account()
    given = model() | {
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "EnableNetworkIsolation": True,
    }
    assert account.call("CreateModel", **given) == {"ModelArn": ARN}
    expected = given | {"ModelArn": ARN, "CreationTime": 1_000.0}
    assert account.call("DescribeModel", ModelName="model") == expected


def test_a_model_of_several_containers_comes_back_too() -> None:
    account = Account()
    containers = [{"Image": "a:1"}, {"Image": "b:1", "Environment": {"KEY": "value"}}]
    account.call("CreateModel", ModelName="model", Containers=containers)
    found = account.call("DescribeModel", ModelName="model")
    assert found["Containers"] == containers
    assert "PrimaryContainer" not in found
    assert found["EnableNetworkIsolation"] is False


def test_what_is_changed_after_the_call_or_in_an_answer_stays_outside() -> None:
    account = Account()
    given = model()
    account.call("CreateModel", **given)
    given["PrimaryContainer"]["Image"] = "image:2"
    account.call("DescribeModel", ModelName="model")["PrimaryContainer"]["Image"] = "image:3"
    found = account.call("DescribeModel", ModelName="model")
    assert found["PrimaryContainer"] == {"Image": "image:1"}


def test_models_are_listed() -> None:
    account = Account()
    for each in ("a", "b"):
        account.time += 1
        account.call("CreateModel", **model(each))
    found = account.call("ListModels", MaxResults=1)
    assert [(each["ModelName"], each["CreationTime"]) for each in found["Models"]] == [
        ("b", 1_002.0)
    ]
    rest = account.call("ListModels", MaxResults=1, NextToken=found["NextToken"])
    assert [each["ModelName"] for each in rest["Models"]] == ["a"]
