"""The mark 计算中: which values of a record wait for the worker."""

from collections.abc import Sequence

from orderloom.database.pool import Connection
from orderloom.definition.graph import Graph, Node
from orderloom.records.command import Record

KEY = "computing"
"""The key under which a record carries the names of its fields that are being recomputed."""


async def note(conn: Connection, graph: Graph, entity: str, items: Sequence[Record]) -> None:
    """Put the names of fields that wait, and of own fields that read them, into the records."""
    if entity not in graph.recomputed or not items:
        return
    rows = await conn.fetch(
        "select place, keys, ids from orderloom.computing"
        " where (place = $1 or place like $1 || '.%')",
        entity,
    )
    if not rows:
        return
    lines = {
        line["id"]: item["id"]
        for item in items
        for value in item.values()
        if isinstance(value, list)
        for line in value
        if isinstance(line, dict)
    }
    found: dict[int, set[str]] = {}
    for row in rows:
        nodes = [Node(row["place"], key) for key in row["keys"]]
        names = {node.path for node in own_readers(graph, nodes)}
        of_lines = row["place"] != entity
        for id_ in row["ids"]:
            record = lines.get(id_) if of_lines else id_
            if record is not None:
                found.setdefault(record, set()).update(names)
    for item in items:
        if item["id"] in found:
            item[KEY] = sorted(found[item["id"]])


def own_readers(graph: Graph, nodes: Sequence[Node]) -> set[Node]:
    """The fields and what the same record computes from them."""
    found, waiting = set(nodes), list(nodes)
    while waiting:
        for edge in graph.readers.get(waiting.pop(), ()):
            if edge.is_own and edge.reader not in found:
                found.add(edge.reader)
                waiting.append(edge.reader)
    return found
