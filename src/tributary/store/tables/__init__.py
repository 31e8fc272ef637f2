"""Every table of the records store, one module per domain. Importing this package registers them all."""

from tributary.store.tables import audiences as audiences
from tributary.store.tables import tags as tags
