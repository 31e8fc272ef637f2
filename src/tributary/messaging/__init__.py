"""Messaging: campaigns, the messages they send, and what came of them.

campaign = create_campaign(session, principal, name=…, audience_id=…, content=Content(...))
problems = check_campaign(...)                        # before the launch: what would go wrong, and for how many
launch_campaign(session, principal, campaign.id)      # the job `campaign.launch` assigns arms and fills the outbox
Sender(store, clock, keys, settings, producer=…).run(stop)      # gives the outbox to the mail server
report_campaign(...)                                  # per arm, with lift against the holdout
"""

from tributary.messaging.behind import STAGES, Behind, Stage, people_behind
from tributary.messaging.campaigns import (
    LAUNCH_JOB,
    archive_campaign,
    assigned_counts,
    campaign_view,
    cancel_campaign,
    create_campaign,
    delivery_counts,
    duplicate_campaign,
    get_campaign,
    get_content,
    launch_campaign,
    list_campaigns,
    list_deliveries,
    list_versions,
    pause_campaign,
    restore_campaign,
    resume_campaign,
    update_campaign,
)
from tributary.messaging.check import CampaignCheck, check_campaign
from tributary.messaging.compose import CampaignView, Composer, Message, MessageKeys, open_keys
from tributary.messaging.content import HOLDOUT, ArmContent, Content, Goal, UtmContent
from tributary.messaging.events import publish_events
from tributary.messaging.following import message_follower
from tributary.messaging.gate import REASONS
from tributary.messaging.headline import SCHEDULES, is_due, keep_headline, sent_counts
from tributary.messaging.launch import job_handlers, launch_handler
from tributary.messaging.preview import Preview, preview_message, send_test
from tributary.messaging.problems import CheckProblem
from tributary.messaging.progress import CampaignProgress, campaign_progress
from tributary.messaging.reach import Overlap, Reach, campaign_reach
from tributary.messaging.reconcile import Reconciliation, reconcile
from tributary.messaging.report import TREATED, ArmReport, CampaignReport, Comparison, report_campaign
from tributary.messaging.sender import Sender
from tributary.messaging.smtp import SmtpConnection
from tributary.messaging.templates import TemplateError
from tributary.messaging.tokens import ClickLink, OpenLink, TokenSigner, UnsubscribeLink
from tributary.messaging.tracking import Visit, is_machine, record_visit, unsubscribe
from tributary.messaging.trial import Lacking, Trial, try_content, worst_member
from tributary.messaging.vocabulary import FILTERS, TAGS, Variable, filter_names, tag_names, variables_of
from tributary.messaging.words import failure_words

__all__ = [
    "FILTERS",
    "HOLDOUT",
    "LAUNCH_JOB",
    "REASONS",
    "SCHEDULES",
    "STAGES",
    "TAGS",
    "TREATED",
    "ArmContent",
    "ArmReport",
    "Behind",
    "CampaignCheck",
    "CampaignProgress",
    "CampaignReport",
    "CampaignView",
    "CheckProblem",
    "ClickLink",
    "Comparison",
    "Composer",
    "Content",
    "Goal",
    "Lacking",
    "Message",
    "MessageKeys",
    "OpenLink",
    "Overlap",
    "Preview",
    "Reach",
    "Reconciliation",
    "Sender",
    "SmtpConnection",
    "Stage",
    "TemplateError",
    "TokenSigner",
    "Trial",
    "UnsubscribeLink",
    "UtmContent",
    "Variable",
    "Visit",
    "archive_campaign",
    "assigned_counts",
    "campaign_progress",
    "campaign_reach",
    "campaign_view",
    "cancel_campaign",
    "check_campaign",
    "create_campaign",
    "delivery_counts",
    "duplicate_campaign",
    "failure_words",
    "filter_names",
    "get_campaign",
    "get_content",
    "is_due",
    "is_machine",
    "job_handlers",
    "keep_headline",
    "launch_campaign",
    "launch_handler",
    "list_campaigns",
    "list_deliveries",
    "list_versions",
    "message_follower",
    "open_keys",
    "pause_campaign",
    "people_behind",
    "preview_message",
    "publish_events",
    "reconcile",
    "record_visit",
    "report_campaign",
    "restore_campaign",
    "resume_campaign",
    "send_test",
    "sent_counts",
    "tag_names",
    "try_content",
    "unsubscribe",
    "update_campaign",
    "variables_of",
    "worst_member",
]
