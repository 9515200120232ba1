"""What the demo company trades in, with whom, and from where.

Invariant: the same seed gives the same company, to the last cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orderloom.sdk import Random

LINES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "办公文具": (
        ("复印纸", "包", "22.50"),
        ("中性笔", "盒", "18.00"),
        ("文件夹", "个", "6.80"),
        ("订书机", "台", "25.00"),
        ("白板笔", "盒", "24.00"),
        ("计算器", "台", "48.00"),
        ("档案盒", "个", "9.90"),
    ),
    "五金工具": (
        ("扳手", "把", "36.00"),
        ("螺丝刀套装", "套", "58.00"),
        ("冲击钻", "台", "299.00"),
        ("卷尺", "把", "15.50"),
        ("手动葫芦", "台", "420.00"),
        ("膨胀螺栓", "盒", "32.00"),
        ("工具箱", "个", "88.00"),
    ),
    "照明电气": (
        ("LED灯管", "支", "19.90"),
        ("工矿灯", "盏", "168.00"),
        ("空气开关", "个", "45.00"),
        ("插线板", "个", "39.00"),
        ("控制电缆", "米", "8.60"),
        ("应急灯", "盏", "76.00"),
        ("接线端子", "盒", "28.00"),
    ),
    "包装材料": (
        ("瓦楞纸箱", "个", "4.20"),
        ("封箱胶带", "卷", "5.50"),
        ("气泡膜", "卷", "46.00"),
        ("缠绕膜", "卷", "38.00"),
        ("打包带", "卷", "62.00"),
        ("木托盘", "个", "95.00"),
        ("快递袋", "捆", "33.00"),
    ),
    "劳保防护": (
        ("防护手套", "双", "7.50"),
        ("安全帽", "顶", "29.00"),
        ("防护眼镜", "副", "16.00"),
        ("防尘口罩", "盒", "52.00"),
        ("劳保鞋", "双", "138.00"),
        ("反光背心", "件", "21.00"),
        ("耳塞", "盒", "44.00"),
    ),
    "清洁用品": (
        ("洗手液", "瓶", "13.80"),
        ("擦拭布", "包", "17.50"),
        ("垃圾袋", "卷", "8.80"),
        ("地板清洁剂", "桶", "66.00"),
        ("拖把", "把", "27.00"),
        ("卷纸", "提", "31.00"),
        ("工业吸尘器", "台", "880.00"),
    ),
    "仪器仪表": (
        ("万用表", "台", "158.00"),
        ("压力表", "只", "73.00"),
        ("温湿度计", "台", "65.00"),
        ("测厚仪", "台", "1280.00"),
        ("电子秤", "台", "235.00"),
        ("红外测温仪", "台", "198.00"),
        ("流量计", "台", "1650.00"),
    ),
    "电子元件": (
        ("贴片电阻", "盘", "12.00"),
        ("电解电容", "包", "26.00"),
        ("连接器", "包", "35.00"),
        ("继电器", "只", "11.50"),
        ("开关电源", "台", "118.00"),
        ("传感器", "只", "92.00"),
        ("单片机模块", "块", "54.00"),
    ),
}
"""Product line → (name, unit, price including tax in CNY)."""

SPECS = ("A型", "B型", "C型", "标准型", "加强型", "经济型", "大号", "小号")
BRANDS = ("织工", "恒准", "远桥", "白石")

CITIES: tuple[tuple[str, str, str, str], ...] = (
    ("广东省", "深圳市", "南山区", "华南"),
    ("广东省", "广州市", "天河区", "华南"),
    ("广东省", "东莞市", "", "华南"),
    ("广东省", "佛山市", "顺德区", "华南"),
    ("浙江省", "杭州市", "滨江区", "华东"),
    ("浙江省", "宁波市", "鄞州区", "华东"),
    ("江苏省", "苏州市", "虎丘区", "华东"),
    ("江苏省", "南京市", "江宁区", "华东"),
    ("上海市", "上海市", "浦东新区", "华东"),
    ("山东省", "青岛市", "黄岛区", "华东"),
    ("福建省", "厦门市", "湖里区", "华南"),
    ("四川省", "成都市", "武侯区", "西南"),
    ("重庆市", "重庆市", "渝北区", "西南"),
    ("湖北省", "武汉市", "洪山区", "华中"),
    ("湖南省", "长沙市", "岳麓区", "华中"),
    ("河南省", "郑州市", "金水区", "华中"),
    ("北京市", "北京市", "海淀区", "华北"),
    ("天津市", "天津市", "西青区", "华北"),
    ("陕西省", "西安市", "雁塔区", "西北"),
    ("辽宁省", "大连市", "甘井子区", "东北"),
)
WORDS: tuple[str, ...] = (
    "广联",
    "宏远",
    "盛达",
    "华泰",
    "金鼎",
    "恒信",
    "瑞丰",
    "通达",
    "众合",
    "新元",
)
WORDS += ("博翔", "凯源", "立德", "天成", "永嘉")
TRADES = ("电子", "机械", "商贸", "实业", "科技", "物业", "建材", "食品")
STREETS = ("科技路", "工业大道", "创业路", "人民路", "建设路", "东风路", "迎宾大道")

WAREHOUSES: tuple[tuple[str, str, str], ...] = (
    ("WH-SZ", "深圳仓", "华南"),
    ("WH-HZ", "杭州仓", "华东"),
    ("WH-WH", "武汉仓", "华中"),
)
"""Code, name, and the region served first."""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """One demo person: login, shown name, roles, department, and the owner mark."""

    login: str
    name: str
    roles: tuple[str, ...]
    department: str
    warehouse: str | None = None
    is_owner: bool = False


STAFF: tuple[Staff, ...] = (
    Staff(login="owner", name="应用管理员", roles=(), department="总部", is_owner=True),
    Staff(login="sales1", name="业务员甲", roles=("sales",), department="销售一部"),
    Staff(login="sales2", name="业务员乙", roles=("sales",), department="销售二部"),
    Staff(login="manager", name="销售经理", roles=("manager",), department="销售一部"),
    Staff(login="director", name="销售总监", roles=("director",), department="销售中心"),
    Staff(login="clerk", name="审单员", roles=("clerk",), department="订单部"),
    Staff(login="finance", name="财务", roles=("finance",), department="财务部"),
    Staff(
        login="warehouse",
        name="深圳仓管",
        roles=("warehouse",),
        department="仓储部",
        warehouse="WH-SZ",
    ),
    Staff(
        login="warehouse2",
        name="杭州仓管",
        roles=("warehouse",),
        department="仓储部",
        warehouse="WH-HZ",
    ),
    Staff(login="service", name="客服", roles=("service",), department="客服部"),
    Staff(login="boss", name="总经理", roles=("boss",), department="总部"),
)

DEPARTMENTS: tuple[tuple[str, str | None], ...] = (
    ("总部", None),
    ("销售中心", "总部"),
    ("销售一部", "销售中心"),
    ("销售二部", "销售中心"),
    ("订单部", "总部"),
    ("财务部", "总部"),
    ("仓储部", "总部"),
    ("客服部", "总部"),
)
"""Department and its parent."""

PRODUCTS = 400
INACTIVE_EVERY = 97
CUSTOMERS = 300


def products(rng: Random) -> Iterator[dict[str, Any]]:
    """The catalogue: 400 products in eight lines."""
    names = [(line, *row) for line, rows in LINES.items() for row in rows]
    for index in range(PRODUCTS):
        line, name, unit, base = names[index % len(names)]
        spec = SPECS[(index // len(names)) % len(SPECS)]
        price = (Decimal(base) * Decimal(rng.randint(85, 125)) / 100).quantize(Decimal("0.01"))
        cost = (price * Decimal(rng.randint(58, 80)) / 100).quantize(Decimal("0.01"))
        yield {
            "sku": f"P{index + 1:04}",
            "name": f"{name} {spec}",
            "spec": spec,
            "line": line,
            "brand": BRANDS[index % len(BRANDS)],
            "unit": unit,
            "price": str(price),
            "floor_price": str((price * Decimal("0.85")).quantize(Decimal("0.01"))),
            "cost": str(cost),
            "tax_rate": "0.13",
            "barcode": f"69{index + 10_000_000_000:011}",
            "active": index % INACTIVE_EVERY != INACTIVE_EVERY - 1,
            "safety_stock": str(rng.choice((20, 50, 100))),
        }


def customers(rng: Random) -> Iterator[dict[str, Any]]:
    """The customers: 300 firms in twenty cities, each with a full address."""
    for index in range(CUSTOMERS):
        province, city, district, region = CITIES[index % len(CITIES)]
        word = WORDS[(index // len(CITIES)) % len(WORDS)]
        trade = TRADES[(index * 7 + index // len(CITIES)) % len(TRADES)]
        street = STREETS[rng.randrange(len(STREETS))]
        short = city.removesuffix("市")
        yield {
            "code": f"C{index + 1:04}",
            "name": f"{short}{word}{trade}有限公司",
            "level": rng.choices(("A", "B", "C"), (2, 5, 3))[0],
            "region": region,
            "payment_terms": rng.choices(("prepaid", "monthly", "net30"), (3, 5, 2))[0],
            "address": {
                "name": "收货部",
                "phone": f"0755-8{index + 1_000_000:07}"[:13],
                "province": province,
                "city": city,
                "district": district,
                "detail": f"{street}{rng.randint(1, 299)}号",
            },
        }
