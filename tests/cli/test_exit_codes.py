"""The exit code says how the last update ended; a plan that can be made is a success."""

import pytest

from tests.cli.command import REQUEST, Command, scenario


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("seed-success", 0),
        ("cleanup-fails-at-the-end", 0),
        ("seed-rollback-in-batches", 3),
        ("stop", 3),
        ("rollback-beyond-the-capacity", 4),
    ],
)
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_simulation_exits_as_its_update_ended(
    rolling: Command, name: str, exit_code: int, output: str
) -> None:
    result = rolling("simulate", scenario(name), "-o", output)
    assert result.exit_code == exit_code
    assert result.out and not result.err


@pytest.mark.parametrize("repaired", ["to-the-old", "to-the-new", "to-a-third"])
def test_only_the_last_update_counts(rolling: Command, repaired: str) -> None:
    result = rolling("simulate", scenario(f"rollback-failed-repaired-{repaired}"), "-o", "json")
    outcomes = [update["Outcome"] for update in result.document["Updates"]]
    assert outcomes == ["RollbackFailed", "Succeeded"]
    assert result.exit_code == 0


def test_a_plan_warns_and_exits_0(rolling: Command) -> None:
    result = rolling("plan", scenario("capacity-short-forward"))
    assert "Will not work" in result.out
    assert result.exit_code == 0


def test_bad_input_exits_2(rolling: Command) -> None:
    assert rolling("simulate", "no-such-file.json").exit_code == 2
    assert rolling("plan", rolling.file(REQUEST)).exit_code == 2
    assert rolling().exit_code == 2
