"""What the demo says, in English and Chinese, and what its operator sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tributary.settings import Settings
from tributary.simulation import SHOP_URL

SENDING = "Shoppers click 顾客行为上报"
PROCESSING = "Events become people 事件合并成人"
SELECTING = "Select an audience 圈选受众"
MAILING = "Mail goes out 发送邮件"
ANSWERING = "People answer 顾客作出反应"
TITLE = "What happened 结果"
OWNER = "Demo 演示"
WORKSPACE = "Demo shop 演示商城"
CAMPAIGN = "Autumn offer 秋季优惠"
USER_AGENT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"


def campaign_content() -> dict[str, Any]:
    """Three arms: a fifth gets nothing, the others one of two mails."""
    return {
        "arms": [
            {"name": "holdout", "weight": 1},
            {
                "name": "a",
                "weight": 2,
                "subject": _subject("Something for you", "为你挑选"),
                "blocks": _blocks("Something for you 为你挑选", "autumn"),
            },
            {
                "name": "b",
                "weight": 2,
                "subject": _subject("10 % off until Sunday", "周日前九折"),
                "blocks": _blocks("10 % off until Sunday 周日前九折", "ten-off"),
            },
        ],
        "goal": {"event": "Order Completed", "value_property": "total", "window_hours": 168},
        "utm": {"source": "tributary", "campaign": "autumn"},
    }


def _subject(english: str, chinese: str) -> str:
    return f"{{{{ profile.firstName | default: '' }}}} {english} · {chinese}"


def _blocks(heading: str, page: str) -> list[dict[str, Any]]:
    return [
        {"kind": "heading", "text": heading},
        {"kind": "text", "text": "{{ profile.firstName | default: '你好 Hello' }},"},
        {"kind": "button", "text": "Look 看看", "href": f"{SHOP_URL}/{page}"},
        {"kind": "footer", "company": WORKSPACE, "address": "Nanjing Road 1, Shanghai 上海市南京路 1 号"},
    ]


def shop_links(links: Iterable[str]) -> tuple[str, ...]:
    """The links that lead to the shop: all that are tracked; not the one that unsubscribes."""
    return tuple(link for link in links if "/t/c/" in link)


def rows(outcome: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The lines of the table."""
    labels = {
        "accepted": "events accepted 收到事件",
        "stored": "  stored 入库",
        "duplicate": "  duplicate 重复",
        "quarantined": "  quarantined 隔离",
        "suppressed": "  suppressed 抑制",
        "identifiers": "identifiers seen 标识数（合并前）",
        "people": "people 人数（合并后）",
        "audience": "audience 受众人数",
        "messages": "messages delivered 邮件送达",
        "opened": "  opened 打开",
        "clicked": "  clicked 点击",
    }
    for key, label in labels.items():
        yield label, f"{outcome[key]:,}"
    arms = ", ".join(f"{name} {count}" for name, count in outcome["conversions"].items())
    yield "conversions 转化人数", arms
    yield "sample ratio check 样本比例检验", f"p = {outcome['srm_p_value']:.2f}"


def lift_row(lift: dict[str, Any], *, is_recovered: bool) -> tuple[str, str]:
    """One arm's lift against the holdout."""
    mark = "recovered 已还原" if is_recovered else "NOT recovered 未还原"
    return (
        f"lift of {lift['arm'].upper()} against holdout 提升",
        (
            f"{lift['measured']:+.1f} pp [{lift['low']:+.1f}, {lift['high']:+.1f}], p = {lift['p_value']:.3f}; "
            f"planted {lift['planted']:+.1f}: {mark}"
        ),
    )


def staying(settings: Settings, link: str, email: str, password: str) -> str:
    """How to go on."""
    return (
        f"\nOpen the page 打开页面:  {link}\n"
        "  (signs you in, once, within 30 minutes 一次性登录链接，30分钟内有效)\n"
        f"Later 之后:  {settings.public_url}/  e-mail 邮箱 {email}, password 密码 {password}\n"
        f"API {settings.public_url}/docs, collector 采集端 {settings.collector_url}. Ctrl-C stops it 停止。"
    )
