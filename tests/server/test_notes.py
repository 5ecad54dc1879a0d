"""What a backend says to people is among the news of the server, once for as long as it stands."""

from itertools import pairwise

import pytest

from tests.noting import NOTE, throttled
from tests.server.clouds import NAME, Sky

__all__ = ["throttled"]


@pytest.mark.usefixtures("throttled")
def test_it_is_told_while_an_endpoint_is_created_and_in_each_batch_of_its_update() -> None:
    sky = Sky()
    sky.call("CreateEndpoint", EndpointName=NAME, EndpointConfigName="config-1")
    told = sky.advance_to_rest(NAME)
    assert [each.why for each in told].count(NOTE) == 1
    sky.update()
    told = sky.advance_to_rest(NAME)
    assert [each.why for each in told].count(NOTE) == 3
    for before, each in pairwise(told):
        if each.why == NOTE:
            assert (each.at, each.stage, each.status) == (before.at, None, "Updating")
            assert "launches 1 new instance" in before.why or "is accepted" in before.why
