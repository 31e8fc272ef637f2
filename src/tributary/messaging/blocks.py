"""The blocks that a message is built of in the page: what the editor edits, stored as they are.

Blocks are the single source of such a message; its HTML is compiled from them and never read back. They may be saved
unfinished — an empty button is no mistake yet — so only shapes and bounds are refused here. What is missing is for the
check before the launch to say.

Texts are Liquid templates. `text` of headings and paragraphs also knows a little markup, see `markup`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_BLOCKS = 100
_MAX_LINE, _MAX_TEXT, _MAX_URL = 2_000, 20_000, 4_000
MAX_HTML = 200_000

Align = Literal["left", "center", "right"]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class _Block(_Model):
    id: str = Field("", max_length=40, description="A name that an editor gives the block. It has no effect.")


class HeadingBlock(_Block):
    """A heading."""

    kind: Literal["heading"] = "heading"
    text: str = Field("", max_length=_MAX_LINE, description="Markup with Liquid, on one line.")
    level: Literal[1, 2, 3] = Field(1, description="1 is the largest.")
    align: Align = "left"


class TextBlock(_Block):
    """Paragraphs and lists."""

    kind: Literal["text"] = "text"
    text: str = Field(
        "",
        max_length=_MAX_TEXT,
        description="Markup with Liquid: an empty line starts a paragraph, `**bold**`, `*italic*`, `[text](address)`, "
        "lines that start with `- ` or `1. ` are a list, and `\\` before a sign of these takes its meaning away.",
    )
    align: Align = "left"


class ImageBlock(_Block):
    """A picture that is loaded from the web."""

    kind: Literal["image"] = "image"
    src: str = Field("", max_length=_MAX_URL, description="Where it lies, https://…; Liquid.")
    alt: str = Field("", max_length=_MAX_LINE, description="What it shows, for those who do not see it; Liquid.")
    href: str = Field("", max_length=_MAX_URL, description="Where a click on it leads; empty: nowhere. Liquid.")
    width: int | None = Field(None, ge=16, le=1_200, description="Pixels; null: as wide as there is room.")
    align: Align = "center"


class ButtonBlock(_Block):
    """A button."""

    kind: Literal["button"] = "button"
    text: str = Field("", max_length=_MAX_LINE, description="What stands on it; Liquid.")
    href: str = Field("", max_length=_MAX_URL, description="Where it leads; Liquid.")
    color: Color | None = Field(None, description="Null: the brand's.")
    align: Align = "center"


class DividerBlock(_Block):
    """A line across."""

    kind: Literal["divider"] = "divider"
    color: Color | None = Field(None, description="Null: a quiet grey.")


class SpacerBlock(_Block):
    """Empty space."""

    kind: Literal["spacer"] = "spacer"
    height: int = Field(24, ge=4, le=200, description="Pixels.")


class HtmlBlock(_Block):
    """HTML that is taken as it is, for engineers. It stands in a table's cell."""

    kind: Literal["html"] = "html"
    html: str = Field("", max_length=MAX_HTML, description="HTML with Liquid.")


class FooterBlock(_Block):
    """Who writes, and how to end it. The link to unsubscribe is always in it."""

    kind: Literal["footer"] = "footer"
    company: str = Field("", max_length=_MAX_LINE, description="Name of the sender; Liquid.")
    address: str = Field("", max_length=_MAX_LINE, description="Postal address of the sender; Liquid.")
    unsubscribe: str = Field(
        "", max_length=_MAX_LINE, description="Text of the link; Liquid. Empty: `退订 · Unsubscribe`."
    )


InnerBlock = Annotated[
    HeadingBlock | TextBlock | ImageBlock | ButtonBlock | DividerBlock | SpacerBlock | HtmlBlock,
    Field(discriminator="kind"),
]
Column = Annotated[list[InnerBlock], Field(max_length=20)]


class ColumnsBlock(_Block):
    """Two columns side by side, one below the other on a phone."""

    kind: Literal["columns"] = "columns"
    columns: Annotated[list[Column], Field(min_length=2, max_length=2)] = [[], []]


Block = Annotated[
    HeadingBlock
    | TextBlock
    | ImageBlock
    | ButtonBlock
    | DividerBlock
    | SpacerBlock
    | HtmlBlock
    | FooterBlock
    | ColumnsBlock,
    Field(discriminator="kind"),
]


class Theme(_Model):
    """How all blocks of a campaign look."""

    brand_color: Color = Field("#1668dc", description="Buttons and links.")
    text_color: Color = Field("#1f2329", description="Texts.")
    background: Color = Field("#f4f5f7", description="Around the message.")
    content_background: Color = Field("#ffffff", description="Behind the message.")
    font: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[\w ,'.-]+$")] = Field(
        "-apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', Arial, sans-serif",
        description="Names of fonts, the best first.",
    )
    width: int = Field(600, ge=320, le=800, description="Pixels of the message on a large screen.")
    is_dark_aware: bool = Field(True, description="Whether mail programs in dark mode get dark colours.")
