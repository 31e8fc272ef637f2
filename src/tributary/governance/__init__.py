"""The field catalogue: what traits and event properties exist, of which type, and which have typed columns.

`observe_fields` learns from each batch, `load_catalog` is what rules are resolved against, `promote` gives the fields
that a rule uses their own warehouse columns; `list_fields` and `common_values` are what editors offer.
`governance.lineage` and `governance.rule_check` keep definitions whole; `governance.definitions` and `governance.runs`
are how audiences and tags are versioned and computed.
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
from tributary.governance.field_facts import EventFacts, FieldFacts, field_facts
from tributary.governance.field_list import EventKind, FieldList, ListedEvent, ListedField, known_traits, list_fields
from tributary.governance.field_values import CommonValue, CommonValues, common_values
from tributary.governance.reserved import ReservedField, reserved_field, reserved_properties, reserved_traits

__all__ = [
    "MAX_COLUMNS",
    "MAX_FIELDS",
    "CommonValue",
    "CommonValues",
    "EventFacts",
    "EventKind",
    "FieldFacts",
    "FieldKey",
    "FieldList",
    "ListedEvent",
    "ListedField",
    "Observation",
    "Observed",
    "ReservedField",
    "common_values",
    "field_facts",
    "known_traits",
    "list_fields",
    "load_catalog",
    "observe_fields",
    "promote",
    "reserved_field",
    "reserved_properties",
    "reserved_traits",
]
