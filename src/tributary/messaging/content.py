"""What a campaign says, to whom in which arm, and what it is meant to achieve. Stored as JSON, one row per version."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tributary.errors import InvalidRequest
from tributary.experiments import ARM_NAME, Arm
from tributary.messaging.blocks import MAX_BLOCKS, Block, Theme
from tributary.messaging.mail import parse_sender

HOLDOUT = "holdout"  # the arm that gets nothing


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class ArmContent(_Model):
    """One arm: its share of the audience, and what it gets. The arm named `holdout` gets nothing.

    A message is written either as `blocks` or as `html`. An arm may be saved before it is finished.
    """

    name: str = Field(pattern=ARM_NAME.pattern, description="`holdout`, or a name such as `a`.")
    weight: int = Field(ge=0, le=1_000_000, description="Share of the audience: this weight out of the sum of all.")
    subject: str = Field("", max_length=2_000, description="Liquid template of the subject.")
    preheader: str = Field(
        "", max_length=2_000, description="Liquid template of what mail programs show beside the subject."
    )
    blocks: Annotated[list[Block], Field(max_length=MAX_BLOCKS)] | None = Field(
        None, description="What the message is built of; the HTML part is made from them. Null: `html` is written."
    )
    html: str = Field("", description="Liquid template of the HTML part; empty with blocks, or for text only.")
    text: str = Field("", description="Liquid template of the text part; empty: made from the rest.")

    @model_validator(mode="after")
    def _check(self) -> ArmContent:
        if self.name == HOLDOUT and (self.subject or self.preheader or self.blocks or self.html or self.text):
            raise ValueError("the holdout gets nothing, so it has no content")
        if self.blocks is not None and self.html:
            raise ValueError(f"arm {self.name} has both blocks and html; leave one of them out")
        return self

    @property
    def has_message(self) -> bool:
        """Whether anything at all was written that could be sent."""
        return bool(self.blocks or self.html.strip() or self.text.strip())


class Goal(_Model):
    """Which event counts as a conversion, and for how long after the launch."""

    event: str = Field(min_length=1, max_length=200, description="Name of the event, such as `Order Completed`.")
    value_property: str | None = Field(None, max_length=200, description="Number property that is the revenue.")
    window_hours: int = Field(7 * 24, ge=1, le=90 * 24, description="Hours after the launch in which it counts.")


class UtmContent(_Model):
    """Parameters added to the links of the message."""

    source: str = Field("", max_length=100, description="utm_source")
    medium: str = Field("email", max_length=100, description="utm_medium")
    campaign: str = Field("", max_length=100, description="utm_campaign")


class Content(_Model):
    """One version of a campaign's content."""

    arms: Annotated[list[ArmContent], Field(min_length=1, max_length=20, description="The arms of the test.")]
    goal: Goal | None = Field(None, description="What the campaign is measured by.")
    purpose: str = Field("marketing", min_length=1, max_length=64, description="Purpose that consent is needed for.")
    sender: str = Field("", max_length=320, description="From address; empty: the installation's default.")
    reply_to: str = Field("", max_length=320, description="Reply-To address, if another.")
    utm: UtmContent | None = Field(None, description="Campaign parameters for the links.")
    track: list[Literal["opens", "clicks"]] = Field(["opens", "clicks"], description="What is tracked.")
    theme: Theme = Field(Theme(), description="How blocks look.")

    @model_validator(mode="after")
    def _check(self) -> Content:
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("two arms have the same name")
        for text in filter(None, (self.sender, self.reply_to)):
            try:
                parse_sender(text)
            except InvalidRequest as exc:
                raise ValueError(str(exc)) from None
        return self

    @property
    def split(self) -> list[Arm]:
        """The arms as assignment needs them, in their fixed order."""
        return [Arm(arm.name, arm.weight) for arm in self.arms]

    @property
    def has_holdout(self) -> bool:
        """Whether some people get nothing, so that the effect can be measured."""
        return any(arm.name == HOLDOUT and arm.weight > 0 for arm in self.arms)

    def arm(self, name: str) -> ArmContent:
        """The arm of this name; names come from our own assignment."""
        return next(arm for arm in self.arms if arm.name == name)
