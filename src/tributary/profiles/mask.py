"""Hiding personal data in what people are shown, leaving enough of it to recognise a person they are talking to.

Traits say something about a person, so their names decide: `name` is a person's name. The properties of an event say
something about things as well: the `name` of a product is nobody's. There, `name` is hidden only inside an object that
describes a person, which its own key (`receiver`) or its other keys (`phone`, `lastName`) show. Whatever the name, a
value is hidden that reads as an e-mail address or a phone number, or that is known of the person whose event it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

MASK = "****"
UNMASKED_IDENTIFIERS = frozenset({"anonymous_id"})  # types whose values are shown: they are random
# Names under which only a person is identified or located, even when the catalogue does not say so.
_PERSONAL = frozenset(
    {
        "email", "phone", "mobile", "firstName", "lastName", "fullName", "username", "address", "street", "birthday",
        "avatar", "id_card", "idCard", "postalCode", "ip", "first_name", "last_name", "full_name", "postal_code",
    }
)  # fmt: skip
# Names that are personal of a person, and harmless of a product, a campaign or a company.
_AMBIGUOUS = frozenset({"name", "website"})
# Keys of objects that describe a person. A device is in it for its name: "Anna's iPhone".
_PEOPLE = frozenset(
    {
        "traits", "user", "person", "customer", "contact", "member", "buyer", "receiver", "recipient", "consignee",
        "sender", "guest", "passenger", "patient", "student", "owner", "device", "shipping", "billing",
        "shipping_address", "billing_address", "shippingAddress", "billingAddress",
    }
)  # fmt: skip
_USER_IDS = frozenset({"userId", "previousId", "user_id", "previous_id"})

_WORD = r"[^\s@<>\"'=&?/:;,()%]"  # what the parts of an address are made of, roughly; bounded, so that it stays linear
_EMAIL = re.compile(rf"{_WORD}{{1,64}}(?:@|%40){_WORD}{{1,200}}\.[^\W\d_]{{2,24}}(?!\w)", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:png|jpe?g|webp|gif|svg|avif)$", re.IGNORECASE)  # `logo@2x.png` is no address
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d(?:[ -]?\d){7,14}|(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![\w-])(?!\.\d)", re.ASCII
)
_SHORTEST_KNOWN = 2  # characters; of a single one nothing is left to recognise
_SHORTEST_KNOWN_NUMBER = 5  # digits; a shorter customer number would hide quantities and prices, too


def mask_identifier(type_: str, value: str) -> str:
    """An identifier, hidden according to its type."""
    if type_ == "phone":
        return mask_phone(value)
    if type_ == "email":
        return mask_email(value)
    return value if type_ in UNMASKED_IDENTIFIERS else mask_text(value)


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
    """A trait's value, hidden if the trait is personal: by its name, or because it is in `personal`.

    Of other traits the parts are hidden that are: personal names inside objects, addresses and numbers inside texts.
    """
    return _Masker(personal).trait(name, value)


def is_personal_trait(name: str, personal: Collection[str] = ()) -> bool:
    """Whether the values of a trait are hidden as a whole."""
    return name in _PERSONAL or name in _AMBIGUOUS or name in personal


def is_personal_property(name: str, personal: Collection[str] = ()) -> bool:
    """Whether the values of an event's property are hidden as a whole, whatever stands beside it."""
    return name in _PERSONAL or (name in personal and name not in _AMBIGUOUS)


def mask_traits(values: Mapping[str, Any], personal: Collection[str] = ()) -> dict[str, Any]:
    """Traits of a person with the personal ones hidden, also inside nested objects and lists."""
    return _Masker(personal).traits(values)


def mask_properties(
    values: Mapping[str, Any], personal: Collection[str] = (), known: Collection[str] = ()
) -> dict[str, Any]:
    """Properties of an event, or traits of a group, with what is personal in them hidden.

    `personal` are names that the catalogue calls personal; `known` are identifiers and personal values of the person,
    hidden wherever they stand as a whole value.
    """
    return _Masker(personal, known).thing(values)


def mask_context(
    values: Mapping[str, Any], personal: Collection[str] = (), known: Collection[str] = ()
) -> dict[str, Any]:
    """The context of an event: `traits` as traits, all else as properties."""
    masker = _Masker(personal, known)
    traits = values.get("traits")
    hidden = masker.thing({name: value for name, value in values.items() if name != "traits"})
    if "traits" in values:
        hidden["traits"] = masker.traits(traits) if isinstance(traits, Mapping) else masker.value(traits)
    return {name: hidden[name] for name in values}


def mask_event(event: Mapping[str, Any], personal: Collection[str] = (), known: Collection[str] = ()) -> dict[str, Any]:
    """An event as a client sent it, whatever shape it has. `known` as in `mask_properties`."""
    masker = _Masker(personal, known)
    hidden: dict[str, Any] = {}
    for name, value in event.items():
        if name == "context" and isinstance(value, Mapping):
            hidden[name] = mask_context(value, personal, known)
        elif name == "traits" and isinstance(value, Mapping):
            hidden[name] = masker.traits(value)
        elif name in _USER_IDS:
            hidden[name] = mask_text(value) if isinstance(value, str) else None if value is None else MASK
        else:
            hidden[name] = masker.thing({name: value})[name]
    return hidden


class _Masker:
    def __init__(self, personal: Collection[str], known: Collection[str] = ()) -> None:
        self._personal = frozenset(personal)
        self._known = frozenset(text for each in known if _is_telling(text := each.strip().casefold()))

    def trait(self, name: str, value: Any) -> Any:
        if is_personal_trait(name, self._personal):
            return _hide(name, value)
        if isinstance(value, Mapping):
            return self.traits(value)
        if isinstance(value, list):
            return [self.trait("", item) for item in value]
        return self.value(value)

    def traits(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.trait(name, value) for name, value in values.items()}

    def thing(self, values: Mapping[str, Any], *, is_person: bool = False) -> dict[str, Any]:
        """An object that describes a thing unless it shows that it describes a person.

        What lies inside a person is a person's, too: `user.profile.name`. What lies inside an object that merely has a
        personal value among its own is not: `products` beside the `email` of an order.
        """
        names = _PERSONAL | (self._personal - _AMBIGUOUS)
        if is_person or not names.isdisjoint(values):
            names |= _AMBIGUOUS
        return {
            name: _hide(name, value) if name in names else self._part(name, value, is_person)
            for name, value in values.items()
        }

    def _part(self, name: str, value: Any, is_person: bool) -> Any:
        if isinstance(value, Mapping):
            return self.thing(value, is_person=is_person or name in _PEOPLE)
        if isinstance(value, list):
            return [self._part(name, item, is_person) for item in value]
        return self.value(value)

    def value(self, value: Any) -> Any:
        """A text or number, hidden as far as it names a person by itself."""
        if isinstance(value, bool) or not isinstance(value, str | int):
            return value
        text = str(value)
        if text.strip().casefold() in self._known:
            return _hide("", text)
        if isinstance(value, int):
            return mask_phone(text) if _PHONE.fullmatch(text) else value
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(_hide_email, text)
        return _PHONE.sub(lambda found: mask_phone(re.sub(r"[ -]", "", found[0])), text)


def _is_telling(text: str) -> bool:
    return len(text) >= (_SHORTEST_KNOWN_NUMBER if text.isdecimal() else _SHORTEST_KNOWN)


def _hide_email(found: re.Match[str]) -> str:
    return found[0] if _IMAGE.search(found[0]) else mask_email(found[0].replace("%40", "@"))


def _hide(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name in {"phone", "mobile"}:
            return mask_phone(value)
        return mask_email(value) if "@" in value else mask_text(value)
    if value is None or isinstance(value, bool):
        return value
    return MASK
