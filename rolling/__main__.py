"""`python -m rolling` is the command `rolling`."""

import sys

from rolling.cli.main import main

sys.exit(main())
