"""Code to paste: how to send the first event to a source, with its real key and address."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["js", "wechat", "python", "node", "java", "go", "php", "curl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Snippet:
    """`language` is one of `LANGUAGES`; `install` is the command that fetches the client, empty if none is needed."""

    language: Language
    install: str
    code: str


def snippets(write_key: str, collector_url: str) -> list[Snippet]:
    """Snippets for one write key. `collector_url` is where clients reach the collector, without a trailing slash."""
    return [
        Snippet("js", "npm install @segment/analytics-next", _browser(write_key, collector_url)),
        Snippet("wechat", "", _wechat(write_key, collector_url)),
        Snippet("python", "pip install segment-analytics-python", _python(write_key, collector_url)),
        Snippet("node", "npm install @segment/analytics-node", _node(write_key, collector_url)),
        Snippet("java", "", _java(write_key, collector_url)),
        Snippet("go", "go get github.com/segmentio/analytics-go/v3", _go(write_key, collector_url)),
        Snippet("php", "composer require segmentio/analytics-php", _php(write_key, collector_url)),
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


def _wechat(write_key: str, url: str) -> str:
    return f"""\
// The mini-program's console must list {url} among the domains for requests (request 合法域名).
function anonymousId() {{
  let id = wx.getStorageSync('tributary_id')
  if (!id) {{
    id = Date.now().toString(36) + Math.random().toString(36).slice(2)
    wx.setStorageSync('tributary_id', id)
  }}
  return id
}}

function send(type, event) {{
  wx.request({{
    url: '{url}/v1/' + type,
    method: 'POST',
    header: {{ 'content-type': 'application/json', authorization: '{_authorization(write_key)}' }},
    data: {{
      anonymousId: anonymousId(),
      messageId: Date.now().toString(36) + Math.random().toString(36).slice(2),
      timestamp: new Date().toISOString(),
      sentAt: new Date().toISOString(),
      ...event,
    }},
  }})
}}

send('identify', {{ userId: 'user-1', traits: {{ phone: '13812345678' }} }})
send('track', {{ event: 'Product Viewed', properties: {{ product_id: 'sku-1', price: 19.9 }} }})
"""


def _java(write_key: str, url: str) -> str:
    return f"""\
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class SendEvent {{
  public static void main(String[] args) throws Exception {{
    String event = "{{\\"userId\\": \\"user-1\\", \\"event\\": \\"Order Completed\\","
        + " \\"properties\\": {{\\"order_id\\": \\"o-1\\", \\"total\\": 42.5}}}}";
    HttpRequest request = HttpRequest.newBuilder(URI.create("{url}/v1/track"))
        .header("Authorization", "{_authorization(write_key)}")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(event))
        .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body());
  }}
}}
"""


def _go(write_key: str, url: str) -> str:
    return f"""\
package main

import "github.com/segmentio/analytics-go/v3"

func main() {{
	client, err := analytics.NewWithConfig("{write_key}", analytics.Config{{Endpoint: "{url}"}})
	if err != nil {{
		panic(err)
	}}
	defer client.Close() // sends what is still waiting
	client.Enqueue(analytics.Identify{{
		UserId: "user-1",
		Traits: analytics.NewTraits().SetEmail("ada@example.com"),
	}})
	client.Enqueue(analytics.Track{{
		UserId:     "user-1",
		Event:      "Order Completed",
		Properties: analytics.NewProperties().Set("order_id", "o-1").Set("total", 42.5),
	}})
}}
"""


def _php(write_key: str, url: str) -> str:
    scheme, _, host = url.partition("://")
    return f"""\
<?php
require 'vendor/autoload.php';

use Segment\\Segment;

Segment::init('{write_key}', ['host' => '{host}', 'ssl' => {"true" if scheme == "https" else "false"}]);
Segment::identify(['userId' => 'user-1', 'traits' => ['email' => 'ada@example.com']]);
Segment::track([
    'userId' => 'user-1',
    'event' => 'Order Completed',
    'properties' => ['order_id' => 'o-1', 'total' => 42.5],
]);
Segment::flush();
"""


def _curl(write_key: str, url: str) -> str:
    return f"""\
curl {url}/v1/track \\
  -H 'Authorization: {_authorization(write_key)}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"userId": "user-1", "event": "Order Completed", "properties": {{"order_id": "o-1", "total": 42.5}}}}'
"""


def _authorization(write_key: str) -> str:
    return "Basic " + base64.b64encode(f"{write_key}:".encode()).decode()
