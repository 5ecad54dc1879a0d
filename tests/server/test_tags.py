"""Tags belong to what exists, and to nothing else."""

import pytest

from tests.server.account import Account, config, model

MODEL = "arn:aws:sagemaker:us-east-1:123456789012:model/model"
CONFIG = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/config"


def tag(key: str, value: str = "v") -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.fixture
def account() -> Account:
    """An account with a model and a configuration, both tagged when they were made."""
    account = Account()
    account.call("CreateModel", **model(), Tags=[tag("made", "with")])
    account.call("CreateEndpointConfig", **config(), Tags=[tag("stage", "test")])
    return account


def test_tags_given_at_creation_are_listed(account: Account) -> None:
    assert account.call("ListTags", ResourceArn=MODEL) == {"Tags": [tag("made", "with")]}
    assert account.call("ListTags", ResourceArn=CONFIG) == {"Tags": [tag("stage", "test")]}


def test_an_added_tag_replaces_one_of_the_same_key(account: Account) -> None:
    found = account.call("AddTags", ResourceArn=MODEL, Tags=[tag("made", "anew"), tag("a")])
    assert found["Tags"] == [tag("made", "anew"), tag("a")]
    assert account.call("ListTags", ResourceArn=MODEL) == {"Tags": [tag("a"), tag("made", "anew")]}


def test_deleted_tags_are_gone_and_unknown_keys_passed_over(account: Account) -> None:
    assert account.call("DeleteTags", ResourceArn=MODEL, TagKeys=["made", "other"]) == {}
    assert account.call("ListTags", ResourceArn=MODEL) == {"Tags": []}


def test_what_is_gone_has_no_tags_and_its_successor_none_of_them(account: Account) -> None:
    account.call("DeleteModel", ModelName="model")
    text = f'Could not find model "{MODEL}".'
    assert not account.tags.exists(MODEL)
    assert account.refusal("ListTags", ResourceArn=MODEL) == text
    assert account.refusal("AddTags", ResourceArn=MODEL, Tags=[]) == text
    assert account.refusal("DeleteTags", ResourceArn=MODEL, TagKeys=["a"]) == text
    account.call("CreateModel", **model())
    assert account.tags.exists(MODEL)
    assert account.call("ListTags", ResourceArn=MODEL) == {"Tags": []}


@pytest.mark.parametrize(
    ("arn", "what"),
    [
        (CONFIG + "x", "endpoint configuration"),
        ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/e", "endpoint"),
        ("arn:aws:sagemaker:us-east-1:123456789012:training-job/t", "resource"),
        ("arn:aws:sagemaker:us-east-1:123456789012:odd", "resource"),
    ],
)
def test_an_arn_of_nothing_is_refused(account: Account, arn: str, what: str) -> None:
    assert account.refusal("ListTags", ResourceArn=arn) == f'Could not find {what} "{arn}".'


def test_fifty_tags_are_enough(account: Account) -> None:
    tags = [tag(f"k{each:02}") for each in range(49)]
    account.call("AddTags", ResourceArn=MODEL, Tags=tags)
    assert len(account.call("ListTags", ResourceArn=MODEL)["Tags"]) == 50
    assert "50 tags at most" in account.refusal("AddTags", ResourceArn=MODEL, Tags=[tag("one")])
    account.call("AddTags", ResourceArn=MODEL, Tags=[tag("k00", "other")])
    assert len(account.call("ListTags", ResourceArn=MODEL)["Tags"]) == 50


def test_repeated_and_reserved_keys_are_refused_together(account: Account) -> None:
    tags = [tag("a"), tag("a"), tag("aws:x"), tag("AWS:y")]
    lines = account.refusal("AddTags", ResourceArn=MODEL, Tags=tags).splitlines()
    assert [line.split(" = ")[0] for line in lines] == [
        "Tags[1].Key",
        "Tags[2].Key",
        "Tags[3].Key",
    ]
    assert account.call("ListTags", ResourceArn=MODEL) == {"Tags": [tag("made", "with")]}


def test_nothing_is_made_with_tags_it_cannot_have(account: Account) -> None:
    account.refusal("CreateModel", **model("other"), Tags=[tag("aws:x")])
    assert "Could not find" in account.refusal("DescribeModel", ModelName="other")
    account.refusal("CreateEndpointConfig", **config("other"), Tags=[tag("aws:x")])
    assert "other" not in account.configs.as_mapping()


def test_a_bad_token_is_refused(account: Account) -> None:
    assert "NextToken" in account.refusal("ListTags", ResourceArn=MODEL, NextToken="x")
