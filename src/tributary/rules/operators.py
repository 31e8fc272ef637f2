"""Which operators a value of each type has, and what stands beside them. `resolve` enforces these tables, and
`rules.vocabulary` gives them to editors.
"""

from __future__ import annotations

from enum import StrEnum

from tributary.rules.catalog import FieldType
from tributary.rules.tree import Op, Unit

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


class Operand(StrEnum):
    """What an operator takes as `value`. Wire values are forever."""

    NONE = "none"
    ONE = "one"
    MANY = "many"  # a list of at least one
    TWO = "two"  # [low, high], both included
    STEPS = "steps"  # a whole number, with a `unit` beside it
    COMPARE = "compare"  # a comparison of its own: {"op": …, "value": …}


OPERANDS: dict[Op, Operand] = {
    Op.IS: Operand.ONE,
    Op.IS_NOT: Operand.ONE,
    Op.IN: Operand.MANY,
    Op.NOT_IN: Operand.MANY,
    Op.CONTAINS: Operand.ONE,
    Op.NOT_CONTAINS: Operand.ONE,
    Op.STARTS_WITH: Operand.ONE,
    Op.ENDS_WITH: Operand.ONE,
    Op.LT: Operand.ONE,
    Op.LTE: Operand.ONE,
    Op.GT: Operand.ONE,
    Op.GTE: Operand.ONE,
    Op.BETWEEN: Operand.TWO,
    Op.ON: Operand.ONE,
    Op.BEFORE: Operand.ONE,
    Op.AFTER: Operand.ONE,
    Op.IN_LAST: Operand.STEPS,
    Op.NOT_IN_LAST: Operand.STEPS,
    Op.MORE_THAN_AGO: Operand.STEPS,
    Op.IN_NEXT: Operand.STEPS,
    Op.ANNIVERSARY_TODAY: Operand.NONE,
    Op.ANNIVERSARY_IN_NEXT: Operand.STEPS,
    Op.HAS_ANY: Operand.MANY,
    Op.HAS_ALL: Operand.MANY,
    Op.HAS_NONE: Operand.MANY,
    Op.LENGTH: Operand.COMPARE,
    Op.IS_SET: Operand.NONE,
    Op.IS_NOT_SET: Operand.NONE,
}

WITHOUT_VALUE = frozenset(op for op, operand in OPERANDS.items() if operand is Operand.NONE)
RELATIVE = frozenset(op for op, operand in OPERANDS.items() if operand is Operand.STEPS)
MOVING = RELATIVE | {Op.ANNIVERSARY_TODAY}  # their answer changes as time passes

DAY_UNITS = (Unit.DAYS, Unit.WEEKS, Unit.MONTHS)  # of what is counted in whole days
FROM_ZERO = frozenset({Op.ANNIVERSARY_IN_NEXT})  # relative operators that take 0 steps: today


def takes_ignore_case(type_: FieldType, op: Op) -> bool:
    """Whether letter case can be ignored where a value of this type is compared."""
    return type_ in {FieldType.TEXT, FieldType.LIST} and OPERANDS[op] in {Operand.ONE, Operand.MANY}


def units_of(type_: FieldType, op: Op) -> tuple[Unit, ...]:
    """The units that stand beside an operator; none beside those that take no steps."""
    if op not in RELATIVE:
        return ()
    return DAY_UNITS if type_ is FieldType.DATE or op is Op.ANNIVERSARY_IN_NEXT else tuple(Unit)
