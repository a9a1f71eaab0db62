"""`python -m dutydesk` is the command line."""

import sys

from dutydesk.cli.main import main

sys.exit(main())
