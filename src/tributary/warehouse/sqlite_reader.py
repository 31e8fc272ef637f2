"""The process that reads columns of an SQLite file with chDB: `store.columns` starts it and says what is wanted."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Read what standard input asks for, and write it as an Arrow file."""
    import chdb  # noqa: PLC0415 (nobody else who imports this module needs it)

    order = json.load(sys.stdin)
    numbers = ", ".join(order["numbers"])
    labels = ", ".join(f"toString({name})" for name in order["labels"])
    # A condition that SQLite could see would send it through an index, which takes ten times as long as all rows.
    condition = "identity(workspace_id) = {workspace_id:Int64}"
    parameters = {"path": order["path"], "workspace_id": order["workspace_id"]}
    if order["but"]:
        condition += f" AND identity({order['but'][0]}) != {{but:String}}"
        parameters["but"] = order["but"][1]
    query = (
        f"SELECT {numbers}, reinterpretAsInt64(sipHash64({labels})) AS label "  # noqa: S608 (our own names)
        f"FROM sqlite({{path:String}}, '{order['table']}') WHERE {condition} "
        "SETTINGS output_format_arrow_compression_method = 'none', max_block_size = 262144"
    )
    found = chdb.query(query, "Arrow", params=parameters)  # type: ignore[no-untyped-call]
    with open(order["target"], "wb") as target:  # noqa: PTH123 (a name that we were given)
        target.write(found.bytes())


if __name__ == "__main__":
    main()
