"""Every table of the records store, one module per domain. Importing this package registers them all."""

from tributary.store.tables import access as access
from tributary.store.tables import audiences as audiences
from tributary.store.tables import dependencies as dependencies
from tributary.store.tables import governance as governance
from tributary.store.tables import identity as identity
from tributary.store.tables import identity_runs as identity_runs
from tributary.store.tables import jobs as jobs
from tributary.store.tables import matching as matching
from tributary.store.tables import messaging as messaging
from tributary.store.tables import pipeline as pipeline
from tributary.store.tables import privacy as privacy
from tributary.store.tables import profiles as profiles
from tributary.store.tables import sources as sources
from tributary.store.tables import tags as tags
