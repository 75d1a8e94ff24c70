"""What single rows must fulfil: rules as frozen values, and who breaks them.

A row that breaks a rule is loaded all the same; it is counted here and shown by `check`. What must hold
between rows and between tables stands in `audits`.
"""

from __future__ import annotations

from analytics_lib.rules.breaks import EXAMPLES, RULES, RuleBreak, rule_breaks, shown
from analytics_lib.rules.row_rule import RowRule
from analytics_lib.rules.stays import BUSINESS_MODELS

__all__ = ["BUSINESS_MODELS", "EXAMPLES", "RULES", "RowRule", "RuleBreak", "rule_breaks", "shown"]
