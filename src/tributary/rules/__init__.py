"""The rule language: pure functions from a tree of conditions to SQL and to sentences."""

from tributary.rules.catalog import AudienceRef, Catalog, Field, FieldType, TagRef

__all__ = ["AudienceRef", "Catalog", "Field", "FieldType", "TagRef"]
