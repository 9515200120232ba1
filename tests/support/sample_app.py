"""A small app with every kind of field, for the tests of the definition and of storage."""

from copy import deepcopy
from typing import Any

from orderloom.definition.app import App
from orderloom.definition.json import from_data


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def field(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "label": label(kind), **settings}


def option(key: str, **settings: Any) -> dict[str, Any]:
    return {"key": key, "label": label(key), **settings}


CUSTOMER: dict[str, Any] = {
    "label": label("Customer"),
    "title": "name",
    "rank": 10,
    "search": ["code", "name"],
    "import_key": "code",
    "fields": {
        "code": field("text", unique=True, max_length=40, required="always"),
        "name": field("text", required="always"),
        "level": field("choice", options=[option("a"), option("b", archived=True)], default="a"),
        "phone": field("phone"),
        "email": field("email"),
        "address": field("address"),
        "salesperson": field("person"),
        "parent": field("reference", entity="customer"),
        "note": field("long_text"),
        "tags": field("multi_choice", options=[option("vip"), option("new")]),
    },
}

ORDER: dict[str, Any] = {
    "label": label("Order"),
    "title": "number",
    "rank": 20,
    "owner": "salesperson",
    "search": ["number"],
    "sections": [
        {
            "id": "main",
            "label": label("Main"),
            "fields": ["number", "customer", "salesperson", "ordered_at", "state", "lines"],
        }
    ],
    "fields": {
        "number": field("sequence", pattern="SO{yyyy}{mm}{dd}-{n:6}", unique=True),
        "customer": field(
            "reference",
            entity="customer",
            carry={"address": "address", "salesperson": "salesperson"},
            filter='level = "a"',
            required="always",
        ),
        "salesperson": field("person", default="=CURRENT_USER()"),
        "department": field("department"),
        "address": field("address", required="submit"),
        "ordered_at": field("datetime"),
        "requested_at": field("date", default="TODAY()"),
        "urgent": field("boolean", default=False),
        "rate": field("percent", minimum="0", maximum="1"),
        "boxes": field("integer", minimum=0, maximum=1000),
        "discount": field("money", minimum="0"),
        "remark": field("text"),
        "state": field(
            "choice",
            options=[option("draft"), option("submitted"), option("done")],
            read_only=True,
        ),
        "amount": field("formula", formula="SUM(lines.amount)", result="money"),
        "lines": field(
            "lines",
            totals=["amount"],
            fields={
                "product": field("reference", entity="product", required="always"),
                "quantity": field("number", scale=4, positive=True),
                "unit_price": field("money", scale=8),
                "amount": field("formula", formula="quantity * unit_price", result="money"),
            },
        ),
    },
    "states": {
        "field": "state",
        "initial": "draft",
        "edges": {"draft": ["submitted"], "submitted": ["done", "draft"]},
    },
    "actions": {
        "submit": {
            "label": label("Submit"),
            "from": ["draft"],
            "to": ["submitted"],
            "style": "primary",
            "bulk": True,
        },
        "reject": {
            "label": label("Reject"),
            "from": ["submitted"],
            "to": ["draft"],
            "parameters": {"reason": field("text", required="always")},
        },
    },
    "validations": [
        {
            "id": "discount_small",
            "formula": "discount <= 100",
            "message": label("too much"),
            "fields": ["discount"],
        }
    ],
}

PRODUCT: dict[str, Any] = {
    "label": label("Product"),
    "title": "name",
    "rank": 5,
    "search": ["sku", "name"],
    "fields": {
        "sku": field("text", unique=True),
        "name": field("text"),
        "price": field("money"),
        "withheld": field("number"),
    },
}

WAREHOUSE: dict[str, Any] = {
    "label": label("Warehouse"),
    "title": "name",
    "fields": {"name": field("text")},
}

STOCK: dict[str, Any] = {
    "label": label("Stock"),
    "title": "product",
    "sort": "product",
    "fields": {
        "product": field("reference", entity="product"),
        "warehouse": field("reference", entity="warehouse"),
        "on_hand": field("number"),
        "reserved": field("number"),
        "available": field("number"),
    },
    "ledger": {
        "account": "sample.stock",
        "dimensions": ["product", "warehouse"],
        "withheld": "product.withheld",
    },
}

SAMPLE: dict[str, Any] = {
    "id": "sample",
    "label": label("Sample"),
    "policies": {"backorder": True, "limit": "12.50"},
    "menu": [
        {"label": label("Sales"), "items": [{"view": "open_orders"}, {"entity": "customer"}]},
        {"entity": "stock", "icon": "box"},
    ],
    "entities": {
        "customer": CUSTOMER,
        "order": ORDER,
        "product": PRODUCT,
        "warehouse": WAREHOUSE,
        "stock": STOCK,
    },
    "views": {
        "open_orders": {
            "label": label("Open orders"),
            "entity": "order",
            "columns": ["number", "customer", "amount", "state", "created_at"],
            "filter": 'state <> "done" AND urgent',
            "sort": "-ordered_at",
        }
    },
    "roles": {
        "sales": {
            "label": label("Sales"),
            "grants": {
                "order": {
                    "see": "owner_id = CURRENT_USER()",
                    "create": True,
                    "edit": "owner_id = CURRENT_USER()",
                    "import": True,
                    "actions": ["submit"],
                    "fields": {"lines.unit_price": "read", "discount": "hidden"},
                },
                "customer": {"see": True, "actions": "*"},
            },
        }
    },
}


def data(**changes: Any) -> dict[str, Any]:
    """A copy of the sample's data that a test may change."""
    return deepcopy(SAMPLE) | changes


def sample() -> App:
    """The sample app."""
    return from_data(data())
