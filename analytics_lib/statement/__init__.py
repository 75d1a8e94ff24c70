"""Statements: from leaves and arms to SELECTs, and from their answers to cells."""

from __future__ import annotations

from analytics_lib.statement.asking import Statement
from analytics_lib.statement.counted import build
from analytics_lib.statement.together import statements
from analytics_lib.statement.view import Arm

__all__ = ["Arm", "Statement", "build", "statements"]
