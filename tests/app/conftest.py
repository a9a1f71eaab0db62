"""Lets the helpers of these tests be imported by their full name, as `python -m tests.app.killing` does."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
