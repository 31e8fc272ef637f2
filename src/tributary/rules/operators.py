"""Which operators a value of each type has. Editors build their menus from this table; `resolve` enforces it."""

from __future__ import annotations

from tributary.rules.catalog import FieldType
from tributary.rules.tree import Op

_PRESENCE = (Op.IS_SET, Op.IS_NOT_SET)
_TIME = (
    *(Op.ON, Op.BEFORE, Op.AFTER, Op.BETWEEN),
    *(Op.IN_LAST, Op.NOT_IN_LAST, Op.MORE_THAN_AGO, Op.IN_NEXT),
    *(Op.ANNIVERSARY_TODAY, Op.ANNIVERSARY_IN_NEXT),
    *_PRESENCE,
)

OPERATORS: dict[FieldType, tuple[Op, ...]] = {
    FieldType.TEXT: (
        *(Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN),
        *(Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH),
        *_PRESENCE,
    ),
    FieldType.NUMBER: (
        *(Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN),
        *(Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN),
        *_PRESENCE,
    ),
    FieldType.BOOLEAN: (Op.IS, Op.IS_NOT, *_PRESENCE),
    FieldType.DATETIME: _TIME,
    FieldType.DATE: _TIME,
    FieldType.LIST: (Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE, Op.LENGTH, *_PRESENCE),
}

# Operators that are the complement of another one, and so true where the value is missing.
COMPLEMENTS: dict[Op, Op] = {
    Op.IS_NOT: Op.IS,
    Op.NOT_IN: Op.IN,
    Op.NOT_CONTAINS: Op.CONTAINS,
    Op.NOT_IN_LAST: Op.IN_LAST,
    Op.HAS_NONE: Op.HAS_ANY,
    Op.IS_NOT_SET: Op.IS_SET,
}

WITHOUT_VALUE = frozenset({Op.IS_SET, Op.IS_NOT_SET, Op.ANNIVERSARY_TODAY})
RELATIVE = frozenset({Op.IN_LAST, Op.NOT_IN_LAST, Op.MORE_THAN_AGO, Op.IN_NEXT, Op.ANNIVERSARY_IN_NEXT})
MOVING = RELATIVE | {Op.ANNIVERSARY_TODAY}  # their answer changes as time passes
