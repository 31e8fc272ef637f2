"""The examples of `docs/reference/rules.md`, the catalogue that they are written for, and their golden texts.

After an intended change of a sentence or a query, rewrite the golden files and read the difference:

    PYTHONPATH=tests python -m rules_oracle.documented
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tributary.rules import (
    AudienceRef,
    Catalog,
    Field,
    FieldType,
    TagRef,
    compile_members,
    compile_why,
    decode,
    explain,
    resolve,
)

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "rules"
NOW = datetime(2026, 11, 23, 4, 5, 6, 789000, tzinfo=UTC)


def _fields(**types: str) -> dict[str, Field]:
    return {name: Field(name, FieldType(type_)) for name, type_ in types.items()}


CATALOG = Catalog(
    workspace_id=7,
    timezone="Asia/Shanghai",
    traits=_fields(
        city="text",
        email="text",
        phone="text",
        age="number",
        is_member="boolean",
        createdAt="datetime",
        birthday="date",
        interests="list",
    )
    | {"age": Field("age", FieldType.NUMBER, "t_age_n")},
    properties={
        "Order Completed": _fields(total="number", category="text", is_gift="boolean"),
        "Product Viewed": _fields(category="text"),
    },
    tags={
        "tag_level": TagRef("tag_level", "会员等级", "text", 4),
        "tag_score": TagRef("tag_score", "Score", "number", 9),
    },
    audiences={"aud_vip": AudienceRef("aud_vip", "VIP 客户", 3)},
    events=frozenset(),
)


def examples() -> list[dict[str, Any]]:
    """Every JSON block of the reference, in order."""
    text = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def sentences(locale: Any) -> str:
    """One line per example: its JSON, then the sentence."""
    blocks = [f"{_short(example)}\n    {explain(decode(example), CATALOG, locale)}\n" for example in examples()]
    return "\n".join(blocks)


def queries() -> str:
    """The query for the members of each example, and the one that says why for each kind of condition."""
    blocks = []
    explained: set[str] = set()
    for example in examples():
        resolved = resolve(decode(example), CATALOG, NOW)
        blocks.append(f"-- {_short(example)}\n{_laid_out(compile_members(resolved).render())}\n")
        if example["kind"] not in {*explained, "all"}:
            explained.add(example["kind"])
            why = compile_why(resolved, 42)[-1]
            blocks.append(f"-- why: {_short(example)}\n{_laid_out(why.sql.render())}\n")
    return "\n".join(blocks)


def _short(example: dict[str, Any]) -> str:
    return json.dumps(example, ensure_ascii=False)


def _laid_out(rendered: tuple[str, dict[str, Any]]) -> str:
    """The query with a line per scan, then its values."""
    text, params = rendered
    text = re.sub(r" (FROM|CROSS JOIN|WHERE|GROUP BY|ORDER BY) ", r"\n  \1 ", text)
    values = [f"  {name} = {value!r} {type_}" for name, (value, type_) in params.items()]
    return "\n".join([text, *values])


GOLDEN_FILES = {
    "sentences.en.txt": lambda: sentences("en"),
    "sentences.zh.txt": lambda: sentences("zh"),
    "queries.sql": queries,
}


def rewrite() -> None:
    """Write what the code gives today."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, make in GOLDEN_FILES.items():
        (GOLDEN / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
