"""The canonical channel order (api.md), read strictly; pure.

Invariant: what cannot be understood is named with a reason code; nothing is guessed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

KNOWN = frozenset(
    (
        "shop",
        "external_no",
        "revision",
        "ordered_at",
        "paid_at",
        "payable",
        "paid",
        "platform_subsidy",
        "receiver_name",
        "receiver_phone",
        "receiver_token",
        "province",
        "city",
        "district",
        "address",
        "buyer",
        "buyer_message",
        "seller_note",
        "freight",
        "discount",
        "lines",
    )
)

FIELDS = (
    "receiver_name",
    "receiver_phone",
    "receiver_token",
    "contact",
    "buyer_message",
    "seller_note",
    "discount",
    "address",
)
"""What a revision says of the order's header; what it leaves out is blank."""

_LONGEST_NAME = 100
_LARGEST_REVISION = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """One line of a channel order."""

    sku: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal | None = None
    external_line_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelOrder:
    """A channel order that was understood; ``faults`` are hard reasons why it was not."""

    shop: str
    external_no: str
    revision: int
    lines: tuple[ChannelLine, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    payable: Decimal | None = None
    freight: Decimal | None = None
    faults: tuple[str, ...] = ()


def fingerprint(canonical_text: str) -> str:
    """The identity of a payload's content."""
    return hashlib.sha256(canonical_text.encode()).hexdigest()


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def read(payload: Any) -> ChannelOrder:
    """A payload as a channel order, with every hard fault as a reason code."""
    if not isinstance(payload, Mapping):
        return ChannelOrder(shop="", external_no="", revision=0, faults=("not_an_object",))
    faults: list[str] = []
    external_no = _name(payload, "external_no", faults)
    if not external_no and not faults:
        faults.append("external_no_missing")
    shop = _name(payload, "shop", faults)
    revision = payload.get("revision", 0)
    if type(revision) is not int or not 0 <= revision <= _LARGEST_REVISION:
        faults.append("revision_invalid")
        revision = 0
    faults += [f"unknown_field:{key}" for key in payload if key not in KNOWN]
    lines = _lines(payload.get("lines"), faults)
    return ChannelOrder(
        shop=shop,
        external_no=external_no,
        revision=revision,
        lines=tuple(lines),
        fields=_fields(payload),
        payable=_money(payload, "payable", faults),
        freight=_money(payload, "freight", faults),
        faults=tuple(faults),
    )


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _name(payload: Mapping[str, Any], key: str, faults: list[str]) -> str:
    """A name that the inbox can keep; blank when there is none."""
    found = _text(payload.get(key)) or ""
    if len(found) > _LONGEST_NAME:
        faults.append(f"{key}_invalid")
        return ""
    return found


def _money(payload: Mapping[str, Any], key: str, faults: list[str]) -> Decimal | None:
    value = payload.get(key)
    number = _decimal(value)
    if value is not None and (number is None or number < 0):
        faults.append(f"{key}_invalid")
        return None
    return number


def _lines(raw: Any, faults: list[str]) -> list[ChannelLine]:
    if not isinstance(raw, list) or not raw:
        faults.append("lines_missing")
        return []
    lines: list[ChannelLine] = []
    for index, line in enumerate(raw):
        if not isinstance(line, Mapping):
            faults.append(f"line_{index + 1}_invalid")
            continue
        quantity, price = _decimal(line.get("quantity")), _decimal(line.get("unit_price"))
        discount = _decimal(line.get("discount"))
        sku = _text(line.get("sku"))
        if quantity is None or quantity <= 0:
            faults.append(f"line_{index + 1}_quantity_invalid")
        if price is None or price < 0:
            faults.append(f"line_{index + 1}_price_invalid")
        if line.get("discount") is not None and (discount is None or discount < 0):
            faults.append(f"line_{index + 1}_discount_invalid")
        if not sku:
            faults.append(f"line_{index + 1}_sku_missing")
        if quantity is None or price is None or not sku:
            continue
        lines.append(
            ChannelLine(
                sku=sku,
                quantity=quantity,
                unit_price=price,
                discount=discount,
                external_line_no=_text(line.get("external_line_no")),
            )
        )
    return lines


def _fields(payload: Mapping[str, Any]) -> dict[str, Any]:
    address = {key: _text(payload.get(key)) for key in ("province", "city", "district")}
    address["detail"] = _text(payload.get("address"))
    given = {
        "ordered_at": payload.get("ordered_at"),
        "receiver_name": _text(payload.get("receiver_name")),
        "receiver_phone": _text(payload.get("receiver_phone")),
        "receiver_token": _text(payload.get("receiver_token")),
        "contact": _text(payload.get("buyer")),
        "buyer_message": _text(payload.get("buyer_message")),
        "seller_note": _text(payload.get("seller_note")),
        "discount": payload.get("discount"),
        "address": {key: value for key, value in address.items() if value} or None,
    }
    return {key: value for key, value in given.items() if value is not None}
