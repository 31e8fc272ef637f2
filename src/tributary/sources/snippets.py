"""Code to paste: how to send the first event to a source, with its real key and address."""

from __future__ import annotations

import base64
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """`language` is js, node, python or curl; `install` is the command that fetches the client, empty if none."""

    language: str
    install: str
    code: str


def snippets(write_key: str, collector_url: str) -> list[Snippet]:
    """Snippets for one write key. `collector_url` is where clients reach the collector, without a trailing slash."""
    return [
        Snippet("js", "npm install @segment/analytics-next", _browser(write_key, collector_url)),
        Snippet("node", "npm install @segment/analytics-node", _node(write_key, collector_url)),
        Snippet("python", "pip install segment-analytics-python", _python(write_key, collector_url)),
        Snippet("curl", "", _curl(write_key, collector_url)),
    ]


def _browser(write_key: str, url: str) -> str:
    scheme, _, host = url.partition("://")
    return f"""\
import {{ AnalyticsBrowser }} from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load(
  {{ writeKey: '{write_key}', cdnURL: '{url}' }},
  {{ integrations: {{ 'Segment.io': {{ apiHost: '{host}/v1', protocol: '{scheme}' }} }} }},
)
analytics.page()
analytics.identify('user-1', {{ email: 'ada@example.com' }})
analytics.track('Product Viewed', {{ product_id: 'sku-1', price: 19.9 }})
"""


def _node(write_key: str, url: str) -> str:
    return f"""\
import {{ Analytics }} from '@segment/analytics-node'

const analytics = new Analytics({{ writeKey: '{write_key}', host: '{url}' }})
analytics.identify({{ userId: 'user-1', traits: {{ email: 'ada@example.com' }} }})
analytics.track({{ userId: 'user-1', event: 'Order Completed', properties: {{ order_id: 'o-1', total: 42.5 }} }})
await analytics.closeAndFlush()
"""


def _python(write_key: str, url: str) -> str:
    return f"""\
import segment.analytics as analytics

analytics.write_key = "{write_key}"
analytics.host = "{url}"
analytics.identify("user-1", {{"email": "ada@example.com"}})
analytics.track("user-1", "Order Completed", {{"order_id": "o-1", "total": 42.5}})
analytics.shutdown()  # sends what is still waiting
"""


def _curl(write_key: str, url: str) -> str:
    authorization = base64.b64encode(f"{write_key}:".encode()).decode()
    return f"""\
curl {url}/v1/track \\
  -H 'Authorization: Basic {authorization}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"userId": "user-1", "event": "Order Completed", "properties": {{"order_id": "o-1", "total": 42.5}}}}'
"""
