"""The extra `server`: checks that its packages are installed."""

from importlib.util import find_spec
from typing import ClassVar

from rolling.core.errors import RollingError


class MissingExtra(RollingError):
    """A package of the extra `server` is missing."""

    code: ClassVar[str] = "missing-extra"


def require(subject: str, *packages: str) -> None:
    """Raise MissingExtra unless all of `packages` can be imported; `subject` needs them."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"{subject} needs {' and '.join(missing)}, which the extra `server` installs: "
            "pip install 'rolling-deployments[server]'"
        )
