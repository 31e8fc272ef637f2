"""Hiding personal data in what people are shown, leaving enough of it to recognise a person they are talking to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MASK = "****"
# Traits that identify or locate a person even when the catalogue does not say so.
_PERSONAL = frozenset(
    {
        "email", "phone", "mobile", "name", "firstName", "lastName", "fullName", "username", "address", "street",
        "birthday", "avatar", "id_card", "idCard", "website", "postalCode", "ip", "first_name", "last_name",
    }
)  # fmt: skip


def mask_identifier(type_: str, value: str) -> str:
    """An identifier, hidden according to its type. `anonymous_id` stays: it is random."""
    if type_ == "phone":
        return mask_phone(value)
    if type_ == "email":
        return mask_email(value)
    return value if type_ == "anonymous_id" else mask_text(value)


def mask_phone(value: str) -> str:
    """`+8613812341234` and `13812341234` become `138****1234`; other numbers keep their first and last digits."""
    text = value[3:] if value.startswith("+86") and len(value) == 14 else value
    return f"{text[:3]}{MASK}{text[-4:]}" if len(text) >= 10 else mask_text(text)


def mask_email(value: str) -> str:
    """`anna@shop.example` becomes `a***@shop.example`."""
    local, separator, domain = value.rpartition("@")
    return f"{local[:1]}***@{domain}" if separator else mask_text(value)


def mask_text(value: str) -> str:
    """The first character, and the last one of longer texts: `张三` becomes `张*`, `customer-17` `c****7`."""
    if len(value) <= 1:
        return "*" * len(value)
    if len(value) <= 3:
        return value[0] + "*" * (len(value) - 1)
    return f"{value[0]}{MASK}{value[-1]}"


def mask_trait(name: str, value: Any, personal: Collection[str] = ()) -> Any:
    """A trait's value, hidden if the trait is personal: by its name, or because it is in `personal`."""
    if name not in _PERSONAL and name not in personal:
        return value
    if isinstance(value, str):
        if name in {"phone", "mobile"}:
            return mask_phone(value)
        return mask_email(value) if "@" in value else mask_text(value)
    if value is None or isinstance(value, bool):
        return value
    return MASK


def mask_object(values: Mapping[str, Any], personal: Collection[str] = ()) -> dict[str, Any]:
    """A JSON object with its personal values hidden, also inside nested objects and lists."""
    return {name: _mask_any(name, value, personal) for name, value in values.items()}


def _mask_any(name: str, value: Any, personal: Collection[str]) -> Any:
    if name in _PERSONAL or name in personal:
        return mask_trait(name, value, personal)
    if isinstance(value, Mapping):
        return mask_object(value, personal)
    if isinstance(value, list):
        return [_mask_any("", item, personal) for item in value]
    return value
