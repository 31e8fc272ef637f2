"""Bringing identifier values into the one form in which they are compared.

Each normaliser takes text and returns text, or raises `Rejected` with a short reason that a person can act on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

NormaliserName = Literal["text", "lower", "digits", "email", "phone"]

# Zero-width characters, byte-order mark, soft hyphen, direction marks and controls: invisible, so never meant.
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CHINESE_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_PHONE_NOISE = re.compile(r"[\s\-().·]+")
_PLAIN_EMAIL = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


class Rejected(ValueError):
    """The value cannot be one of this kind; the text says why."""


def clean_text(value: str) -> str:
    """NFKC, without invisible characters and without blanks around it."""
    if value.isascii():
        return value.strip() if value.isprintable() else _INVISIBLE.sub("", value).strip()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", value)).strip()


def normalise_phone(value: str, region: str = "CN") -> str:
    """The number in E.164 form, such as `+8613912345678`. `region` is the country of numbers without a `+`.

    Raises:
        Rejected: no valid number of any country.
    """
    text = _PHONE_NOISE.sub("", clean_text(value))
    mobile = _CHINESE_MOBILE.fullmatch(text)
    if mobile and (region == "CN" or len(text) > 11):
        return "+86" + mobile[1]
    import phonenumbers  # noqa: PLC0415 (takes 0.1 s and 20 MB, and Chinese mobiles never need it)

    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Rejected("not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise Rejected("not a valid phone number of its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(value: str) -> str:
    """The address in lower case, with the domain in its Unicode form. No DNS is asked.

    Raises:
        Rejected: not an address.
    """
    text = clean_text(value).lower()
    if len(text) <= 254 and text.find("@") <= 64 and _PLAIN_EMAIL.fullmatch(text):
        return text
    import email_validator  # noqa: PLC0415 (plain addresses never need it)

    try:
        found = email_validator.validate_email(text, check_deliverability=False, test_environment=True)
    except email_validator.EmailNotValidError:
        raise Rejected("not an e-mail address") from None
    return found.normalized.lower()


def normaliser(name: NormaliserName, region: str = "CN") -> Callable[[str], str]:
    """The function behind a normaliser's name."""
    if name == "phone":
        return lambda value: normalise_phone(value, region)
    return _BY_NAME[name]


_BY_NAME: dict[str, Callable[[str], str]] = {
    "text": clean_text,
    "lower": lambda value: clean_text(value).lower(),
    "digits": lambda value: "".join(character for character in clean_text(value) if character.isdigit()),
    "email": normalise_email,
}
