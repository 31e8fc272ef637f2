"""Messages that are being written: how they look for somebody, all that is wrong with them, and what they may say."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import messaging
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.locale import LocaleDep
from tributary.api.people import note_revealed, own_profile
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.messaging import CheckProblem, Content, TemplateError
from tributary.rules import Locale

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

Reader = Annotated[Principal, requires("campaigns:read")]


class TemplateProblem(BaseModel):
    """Why a message cannot be rendered."""

    part: str
    path: str = Field(description="Where in the campaign: `arms[0].subject`, `arms[0].blocks[3].text`.")
    line: int | None = Field(description="In the text of that field, from 1.")
    column: int | None = Field(description="From 1, in characters (Unicode code points).")
    length: int | None = Field(description="How many characters are wrong.")
    reason: str
    variable: str
    message: str
    cure: str | None


class CheckProblemOut(BaseModel):
    """Something to mend (`error`) or to know (`warning`) before the launch."""

    severity: Literal["error", "warning"]
    code: str
    path: str = Field(description="Where in the campaign: `audience_id`, `arms[0].subject`, `arms[0].blocks[3].text`.")
    line: int | None = Field(description="In the text that the path points at, from 1; null: it is about all of it.")
    column: int | None = Field(description="From 1, in characters (Unicode code points).")
    length: int | None = Field(description="How many characters it is about.")
    variable: str = Field(description="The variable that it is about, such as `profile.city`; empty: none.")
    message: str
    cure: str


class MessagePreviewOut(BaseModel):
    """What the message looks like, or why it cannot be rendered. Show `html` in a sandboxed frame only."""

    arm: str
    profile_id: str | None
    subject: str | None
    preheader: str | None
    html: str | None
    text: str | None
    html_bytes: int
    variables: list[str]
    error: TemplateProblem | None


class NobodyProfile(Body):
    """Somebody of whom nothing is known."""

    kind: Literal["nobody"] = "nobody"


class PersonProfile(Body):
    """A person. Needs the permission profiles:reveal and is written to the audit log."""

    kind: Literal["person"]
    id: str = Field(max_length=40, description="`prf_…`")


class WorstProfile(Body):
    """The member of an audience who lacks the most of what the message uses. Needs profiles:reveal, like a person."""

    kind: Literal["worst"]
    audience_id: str = Field(max_length=40, description="`aud_…`")


class MessageRender(Body):
    """Content that is being written, and whose eyes to see it with."""

    content: Content
    arm: str | None = Field(None, max_length=40, description="Absent: the first with a message.")
    profile: Annotated[NobodyProfile | PersonProfile | WorstProfile, Field(discriminator="kind")] = NobodyProfile()
    name: str = Field("", max_length=200, description="The campaign's name, which templates can print.")
    audience_id: str | None = Field(
        None, max_length=40, description="`aud_…`: count whose values are missing in this audience."
    )


class LackingOut(BaseModel):
    """How many people of the audience have no value for a variable."""

    variable: str
    people: int
    of: int
    has_fallback: bool = Field(description="Whether the message can do without it.")


class MessageRenderOut(MessagePreviewOut):
    """The message as far as it can be shown, and all that is wrong with it.

    `html` shows `⟦name⟧` where a value is missing, and a field that is no valid Liquid as it was written. `error` is
    the first thing that would keep the message from being sent to this person.
    """

    is_sendable: bool = Field(description="Whether this person would get the message.")
    missing: list[str] = Field(description="Variables that the message reads and this person has no value for.")
    problems: list[CheckProblemOut]
    lacking: list[LackingOut] = Field(description="Per variable of the profile; empty without an audience.")


class TemplateVariableOut(BaseModel):
    """A value that a template can print."""

    name: str = Field(description="As templates write it: `profile.city`.")
    label: str
    type: Literal["text", "number", "boolean", "datetime", "date", "list"]
    is_personal: bool
    coverage: float | None = Field(description="Share of people who have a value, 0 to 1, of a sample; null: unknown.")


class TemplateFilterOut(BaseModel):
    """What can be done with a value, after `|`."""

    name: str
    description: str


class TemplateTagOut(BaseModel):
    """A tag. `snippet` is how it is written; `‸` in it is where the writer goes on."""

    name: str
    description: str
    snippet: str


class TemplateVocabularyOut(BaseModel):
    """What a template may say."""

    variables: list[TemplateVariableOut] = Field(description="Those that most people have come first.")
    filters: list[TemplateFilterOut]
    tags: list[TemplateTagOut]


@router.get("/vocabulary", operation_id="get_message_vocabulary", summary="What templates can say")
def get_message_vocabulary(
    caller: Reader, session: ReadSession, context: ContextDep, locale: LocaleDep
) -> TemplateVocabularyOut:
    """The variables, filters and tags of templates, for an editor that completes them."""
    return TemplateVocabularyOut(
        variables=[
            TemplateVariableOut.model_validate(
                {
                    "name": each.name, "label": each.label.of(locale), "type": each.type,
                    "is_personal": each.is_personal, "coverage": each.coverage,
                }
            )
            for each in messaging.variables_of(session, context.warehouse, caller.workspace_id, context.clock.now())
        ],
        filters=[
            TemplateFilterOut(name=name, description=messaging.FILTERS[name].of(locale))
            for name in messaging.filter_names()
        ],
        tags=[
            TemplateTagOut(name=name, description=words.of(locale), snippet=snippet)
            for name in messaging.tag_names()
            for words, snippet in [messaging.TAGS[name]]
        ],
    )  # fmt: skip


@router.post(
    "/render",
    operation_id="render_message",
    summary="Look at content that is being written",
    responses=problems(404, 409, 422),
)
def render_message(body: MessageRender, caller: Reader, context: ContextDep, locale: LocaleDep) -> MessageRenderOut:
    """What somebody would get of content that need be neither saved nor finished, and every problem at its place."""
    composer = messaging.Composer.of(context.keys, context.clock, context.settings)
    audience_id = body.profile.audience_id if isinstance(body.profile, WorstProfile) else body.audience_id
    person = _person(context, caller, body)
    with context.store.read() as session:
        trial = messaging.try_content(
            session, context.warehouse, composer, caller.workspace_id, body.content, name=body.name, arm=body.arm,
            profile_id=person, audience_id=audience_id,
        )  # fmt: skip
    rendered, error = trial.rendered, trial.error
    return MessageRenderOut(
        arm=trial.arm,
        profile_id=None if person is None else encode_profile_id(person),
        subject=rendered.subject,
        preheader=trial.preheader,
        html=rendered.html,
        text=rendered.text,
        html_bytes=len((rendered.html or "").encode()),
        variables=list(trial.variables),
        error=None if error is None else template_problem_out(error, body.content, trial.arm, locale),
        is_sendable=trial.is_sendable,
        missing=list(trial.missing),
        problems=[check_problem_out(each, locale) for each in trial.problems],
        lacking=[LackingOut.model_validate(each, from_attributes=True) for each in trial.lacking],
    )


def template_problem_out(error: TemplateError, content: Content, arm: str, locale: Locale) -> TemplateProblem:
    """A complaint of the template engine about an arm, in a language."""
    index = next(index for index, each in enumerate(content.arms) if each.name == arm)
    return TemplateProblem(
        part=error.part, path=f"arms[{index}].{error.path}", line=error.line, column=error.column, length=error.length,
        reason=error.reason, variable=error.variable, message=error.words.of(locale), cure=error.cures.of(locale),
    )  # fmt: skip


def check_problem_out(each: CheckProblem, locale: Locale) -> CheckProblemOut:
    """A problem in a language."""
    return CheckProblemOut(
        severity=each.severity, code=each.code, path=each.path, line=each.line, column=each.column, length=each.length,
        variable=each.variable, message=each.message.of(locale), cure=each.cure.of(locale),
    )  # fmt: skip


def _person(context: Context, caller: Principal, body: MessageRender) -> int | None:
    """The person asked for, which is written down before anything is shown."""
    match body.profile:
        case NobodyProfile():
            return None
        case PersonProfile(id=text):
            caller.require("profiles:reveal")
            with context.store.read() as session:
                person: int | None = own_profile(session, caller.workspace_id, text)
        case WorstProfile(audience_id=audience_id):
            caller.require("profiles:reveal")
            with context.store.read() as session:
                person = messaging.worst_member(
                    session, context.warehouse, caller.workspace_id, body.content, audience_id, body.arm
                )
    if person is not None:
        note_revealed(context, caller, "campaign.rendered", [person])
    return person
