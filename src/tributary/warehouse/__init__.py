"""The analytics store: chDB in the process or a ClickHouse server, the same SQL and the same code for both.

    warehouse = open_warehouse(settings.warehouse_url, settings.warehouse_dir)
    warehouse.migrate()
    rows = warehouse.query(raw("SELECT count()") + scan(EVENTS, workspace_id), workspace_id=workspace_id)

Questions are `core.sql.Sql` whose tables come from `core.scan.scan`; inserts are Arrow tables with a token that makes a
retry exact. No other package imports a ClickHouse driver.
"""

from tributary.warehouse.schema import arrow_schema
from tributary.warehouse.shown import ShownParam, ShownSql, show_sql
from tributary.warehouse.stopping import Stop
from tributary.warehouse.topology import Cluster, SingleNode
from tributary.warehouse.warehouse import BATCH, INTERACTIVE, Budget, Warehouse, open_warehouse

__all__ = [
    "BATCH",
    "INTERACTIVE",
    "Budget",
    "Cluster",
    "ShownParam",
    "ShownSql",
    "SingleNode",
    "Stop",
    "Warehouse",
    "arrow_schema",
    "open_warehouse",
    "show_sql",
]
