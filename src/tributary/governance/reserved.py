"""Traits and properties with an agreed meaning: their type, their labels, and whether they are personal.

Names and meanings: Segment Spec, "Identify" (traits), "Page", and "Ecommerce Events V2". They are in every catalogue
before the first event, so an audience can be written on day one. What a workspace sends under these names is expected
to have these types; the pipeline converts what it safely can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from tributary.core.fields import FieldKind
from tributary.rules import FieldType, Labels


@dataclass(frozen=True, slots=True)
class ReservedField:
    """A field with an agreed meaning. `label` is keyed by locale: `zh` and `en`."""

    name: str
    type: FieldType
    label: Mapping[str, str]
    is_pii: bool = False


_T, _N, _B, _D, _Y = FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATETIME, FieldType.DATE


def _table(*rows: tuple[str, FieldType, str, str, bool]) -> Mapping[str, ReservedField]:
    return MappingProxyType(
        {name: ReservedField(name, type_, {"zh": zh, "en": en}, is_pii) for name, type_, zh, en, is_pii in rows}
    )


_TRAITS: Final = _table(
    ("email", _T, "邮箱", "E-mail", True),
    ("phone", _T, "手机号", "Phone", True),
    ("name", _T, "姓名", "Name", True),
    ("firstName", _T, "名", "First name", True),
    ("lastName", _T, "姓", "Last name", True),
    ("username", _T, "用户名", "User name", True),
    ("gender", _T, "性别", "Gender", False),
    ("birthday", _Y, "生日", "Birthday", True),
    ("age", _N, "年龄", "Age", False),
    ("title", _T, "职位", "Job title", False),
    ("company", _T, "公司", "Company", False),
    ("description", _T, "简介", "Description", False),
    ("avatar", _T, "头像", "Avatar", True),
    ("website", _T, "网站", "Website", True),
    ("city", _T, "城市", "City", False),
    ("province", _T, "省份", "Province", False),
    ("country", _T, "国家", "Country", False),
    ("postalCode", _T, "邮编", "Postal code", True),
    ("street", _T, "街道地址", "Street", True),
    ("locale", _T, "语言", "Language", False),
    ("timezone", _T, "时区", "Time zone", False),
    ("createdAt", _D, "注册时间", "Signed up at", False),
    ("plan", _T, "套餐", "Plan", False),
)

_PROPERTIES: Final = _table(
    ("revenue", _N, "收入", "Revenue", False),
    ("total", _N, "订单总额", "Order total", False),
    ("subtotal", _N, "商品小计", "Subtotal", False),
    ("value", _N, "价值", "Value", False),
    ("price", _N, "价格", "Price", False),
    ("quantity", _N, "数量", "Quantity", False),
    ("discount", _N, "优惠金额", "Discount", False),
    ("shipping", _N, "运费", "Shipping", False),
    ("tax", _N, "税费", "Tax", False),
    ("position", _N, "位置", "Position", False),
    ("currency", _T, "币种", "Currency", False),
    ("coupon", _T, "优惠券", "Coupon", False),
    ("order_id", _T, "订单号", "Order number", False),
    ("checkout_id", _T, "结账号", "Checkout number", False),
    ("cart_id", _T, "购物车号", "Cart number", False),
    ("product_id", _T, "商品编号", "Product number", False),
    ("sku", _T, "货号", "SKU", False),
    ("category", _T, "类目", "Category", False),
    ("brand", _T, "品牌", "Brand", False),
    ("variant", _T, "规格", "Variant", False),
    ("affiliation", _T, "渠道", "Affiliation", False),
    ("payment_method", _T, "支付方式", "Payment method", False),
    ("query", _T, "搜索词", "Search text", False),
    ("list_id", _T, "列表编号", "List number", False),
    ("promotion_id", _T, "活动编号", "Promotion number", False),
    ("creative", _T, "创意", "Creative", False),
    ("name", _T, "名称", "Name", False),
    ("url", _T, "网址", "URL", False),
    ("path", _T, "路径", "Path", False),
    ("title", _T, "标题", "Title", False),
    ("referrer", _T, "来源页", "Referrer", False),
    ("search", _T, "查询参数", "Query string", False),
)

_ORDER = (
    "order_id",
    "total",
    "revenue",
    "subtotal",
    "discount",
    "shipping",
    "tax",
    "currency",
    "coupon",
    "affiliation",
)
_PRODUCT = ("product_id", "sku", "name", "category", "brand", "variant", "price", "quantity", "currency", "coupon")
_PAGE = ("name", "url", "path", "title", "referrer", "search")
_EVENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Order Completed": (*_ORDER, "checkout_id", "payment_method"),
        "Order Updated": _ORDER,
        "Order Refunded": _ORDER,
        "Order Cancelled": _ORDER,
        "Checkout Started": (*_ORDER, "value"),
        "Product Viewed": (*_PRODUCT, "value", "url", "position"),
        "Product Clicked": (*_PRODUCT, "value", "url", "position"),
        "Product Added": (*_PRODUCT, "cart_id", "value"),
        "Product Removed": (*_PRODUCT, "cart_id", "value"),
        "Product List Viewed": ("list_id", "category"),
        "Products Searched": ("query",),
        "Cart Viewed": ("cart_id",),
        "Promotion Clicked": ("promotion_id", "creative", "name", "position"),
        "$page": _PAGE,
        "$screen": ("name",),
    }
)


_EVENT_LABELS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        name: {"zh": zh, "en": en}
        for name, zh, en in (
            ("Order Completed", "完成订单", "Order completed"),
            ("Order Updated", "更新订单", "Order updated"),
            ("Order Refunded", "订单退款", "Order refunded"),
            ("Order Cancelled", "取消订单", "Order cancelled"),
            ("Checkout Started", "开始结账", "Checkout started"),
            ("Product Viewed", "浏览商品", "Product viewed"),
            ("Product Clicked", "点击商品", "Product clicked"),
            ("Product Added", "加入购物车", "Product added to the cart"),
            ("Product Removed", "移出购物车", "Product removed from the cart"),
            ("Product List Viewed", "浏览商品列表", "Product list viewed"),
            ("Products Searched", "搜索商品", "Products searched"),
            ("Cart Viewed", "查看购物车", "Cart viewed"),
            ("Promotion Clicked", "点击活动", "Promotion clicked"),
            ("$page", "浏览页面", "Page viewed"),
            ("$screen", "浏览界面", "Screen viewed"),
            ("$identify", "识别用户", "Person identified"),
            ("$group", "加入群组", "Joined a group"),
            ("$alias", "关联标识", "Identifiers linked"),
        )
    }
)


def reserved_field(kind: FieldKind, name: str) -> ReservedField | None:
    """What a trait or property of this name means everywhere, None if the name has no agreed meaning.

    A property's meaning does not depend on the event: `revenue` is a number in every one.
    """
    return (_TRAITS if kind == "trait" else _PROPERTIES).get(name)


def reserved_traits() -> Mapping[str, ReservedField]:
    """Every reserved trait, by name."""
    return _TRAITS


def reserved_properties() -> Mapping[str, tuple[ReservedField, ...]]:
    """The reserved properties of each standard event."""
    return {event: tuple(_PROPERTIES[name] for name in names) for event, names in _EVENTS.items()}


def event_labels() -> Mapping[str, Mapping[str, str]]:
    """What standard events are called, by name and locale."""
    return _EVENT_LABELS


@cache
def sentence_labels() -> Mapping[str, Labels]:
    """What sentences about rules call fields and events, by locale, as the rule editor does.

    The names are English words: an English sentence keeps them, but for our own events such as `$page`.
    """
    events = {locale: {name: label[locale] for name, label in _EVENT_LABELS.items()} for locale in ("zh", "en")}
    return {
        "zh": Labels(
            traits={name: each.label["zh"] for name, each in _TRAITS.items()},
            properties={name: each.label["zh"] for name, each in _PROPERTIES.items()},
            events=events["zh"],
        ),
        "en": Labels(events={name: label for name, label in events["en"].items() if name.startswith("$")}),
    }
