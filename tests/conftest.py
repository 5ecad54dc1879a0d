"""What every test shares: the Hypothesis profiles and the `--rewrite` option.

A test that compares with a text under version control takes the `rewrite`
fixture, and writes the text instead of comparing when it is True.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings

# The same examples every time: a red run is the change's doing, on every machine.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
# New examples every time, and many: the one that hunts.
settings.register_profile(
    "thorough",
    parent=settings.get_profile("default"),
    derandomize=False,
    max_examples=5_000,
    print_blob=True,
)
# Few examples, and the first bad one is enough: for a run on each mutant of the core.
settings.register_profile(
    "quick",
    parent=settings.get_profile("default"),
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    database=None,
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Define `--rewrite`."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="write the expected texts afresh instead of comparing with them",
    )


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """True when the expected texts are to be written afresh."""
    return bool(request.config.getoption("--rewrite"))
