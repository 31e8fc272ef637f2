"""Why somebody is, or is not, in an audience: each condition with the value that decides it, asked now."""

from __future__ import annotations
