"""The bell: what ends a wait before its moment. For drivers in an asyncio event loop."""

import asyncio

from rolling.driving.clock import AsyncClock


async def wait_or_ring(clock: AsyncClock, moment: float, bell: asyncio.Event) -> None:
    """Return when it is `moment`, or when the bell has been rung. Raises what the clock does."""
    waiting = asyncio.ensure_future(clock.wait_until(moment))
    ringing = asyncio.ensure_future(bell.wait())
    try:
        await asyncio.wait({waiting, ringing}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            waiting.result()
    finally:
        waiting.cancel()
        ringing.cancel()
