"""The field catalogue: what traits and event properties exist, of which type, and which have typed columns.

`observe_fields` learns from each batch, `load_catalog` is what rules are resolved against, `promote` gives the fields
that a rule uses their own warehouse columns. `governance.lineage` and `governance.rule_check` keep definitions whole;
`governance.definitions` and `governance.runs` are how audiences and tags are versioned and computed.
"""

from tributary.governance.catalog import (
    MAX_COLUMNS,
    MAX_FIELDS,
    FieldKey,
    Observation,
    Observed,
    load_catalog,
    observe_fields,
    promote,
)
from tributary.governance.reserved import ReservedField, reserved_field, reserved_properties, reserved_traits

__all__ = [
    "MAX_COLUMNS",
    "MAX_FIELDS",
    "FieldKey",
    "Observation",
    "Observed",
    "ReservedField",
    "load_catalog",
    "observe_fields",
    "promote",
    "reserved_field",
    "reserved_properties",
    "reserved_traits",
]
