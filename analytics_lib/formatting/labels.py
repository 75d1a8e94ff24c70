"""The values of dimensions as people read them."""

from __future__ import annotations

from analytics_lib.scope import BusinessModel

_MODELS = frozenset(model.value for model in BusinessModel)

_CODES = ("channel", "device", "partner_kind", "product_kind")
"""Dimensions whose values are words of ours or of a source, joined by underscores."""


def group_label(value: object, dimension: str) -> str:
    """A dimension's value as people read it: models in capitals, bands without rank, codes in words."""
    text = str(value)
    if text in _MODELS:
        return text.upper()
    if dimension in _CODES:
        return text.replace("_", " ")
    return text.partition(" ")[2] or text if dimension.endswith("_band") and text[:1].isdigit() else text


def dimension_label(dimension: str) -> str:
    """A dimension's name as people say it: product_name is product."""
    return dimension.removesuffix("_name").replace("_", " ")
