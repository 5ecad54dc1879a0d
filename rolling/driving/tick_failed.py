"""Trouble: a look at the world that came to nothing."""

from attrs import frozen

from rolling.driving.record import Record


@frozen
class TickFailed:
    """A tick that was not made: the deployment is where it was, and so is its record.

    `at`: when it was tried; `retry_at`: when this driver will try it again, and None
    where it will not. Both in seconds of its clock. `error`: what the backend raised,
    or whoever was asked for a stop, or was to store the record.
    """

    at: float
    record: Record
    error: Exception
    retry_at: float | None
