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


def test_fifty_tags_are_enough(account: Account) -> None:
    tags = [tag(f"k{each:02}") for each in range(49)]
    account.call("AddTags", ResourceArn=MODEL, Tags=tags)
    assert len(account.call("ListTags", ResourceArn=MODEL)["Tags"]) == 50
    assert "50 tags at most" in account.refusal("AddTags", ResourceArn=MODEL, Tags=[tag("one")])
    account.call("AddTags", ResourceArn=MODEL, Tags=[tag("k00", "other")])
    assert len(account.call("ListTags", ResourceArn=MODEL)["Tags"]) == 50
