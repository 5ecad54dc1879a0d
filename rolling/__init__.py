"""Rolling deployments as a pure core that you can embed, check and learn from.

>>> from rolling import RollingUpdatePolicy, percent, serving, start, wanted
>>> deployment = start(
...     old=serving("config-1", 10),
...     new=wanted("config-2", 10),
...     policy=RollingUpdatePolicy(percent(30), wait_interval_seconds=300),
...     alarms=["p99-latency"],
... )

`due(deployment)` returns the desired state of the world, and
`advance(deployment, event)` returns the deployment after an event.
"""

TYPE_CHECKING = False  # Typing's own would cost more than all the rest here.
if TYPE_CHECKING:
    from rolling.core.public import *  # noqa: F403
    from rolling.core.public import __all__ as __all__

__version__ = "0.1.0"

if not TYPE_CHECKING:  # A type checker would take any name for one that is here.

    def __getattr__(name):
        # The first name that is used loads the core; `rolling --version` uses none.
        from rolling.core import public

        globals().update({each: getattr(public, each) for each in ("__all__", *public.__all__)})
        if name not in globals():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *__getattr__("__all__")})
