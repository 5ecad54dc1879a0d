"""The museum, room by room: each exhibit a bug that a rollout system has had.

What happened elsewhere is told in our own words; the issues are where it was told first.
"""

from tests.checking.museum import gates, messages, room, traffic, turning_back, verdicts

ROOMS = (traffic.ROOM, room.ROOM, turning_back.ROOM, verdicts.ROOM, gates.ROOM, messages.ROOM)

EXHIBITS = tuple(exhibit for room in ROOMS for exhibit in room.exhibits)
"""Every exhibit, room by room."""
