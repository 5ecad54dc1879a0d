"""`python -m rolling` is the command `rolling`."""

import sys

from rolling.cli.entry import main

sys.exit(main())
