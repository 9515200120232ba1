"""Reading a pasted line as an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.definition import divisions
from orderloom.definition.address import from_parts, level_faults, one_line, parse_text

LINES: list[tuple[str, tuple[str | None, ...]]] = [
    (
        "张三 13812345678 广东省深圳市南山区科技园科苑路15号",
        ("张三", "13812345678", "广东省", "深圳市", "南山区", "科技园科苑路15号"),
    ),
    (
        "广东省深圳市南山区科技园科苑路15号，张三，138-1234-5678",
        ("张三", "13812345678", "广东省", "深圳市", "南山区", "科技园科苑路15号"),
    ),
    (
        "收货人：李四 电话：０７５５－８８８８６６６６ 地址：广东 深圳 福田 华强北路1号",
        ("李四", "0755-88886666", "广东省", "深圳市", "福田区", "华强北路1号"),
    ),
    (
        "北京市朝阳区建国路88号SOHO现代城A座 王小明 13912345678",
        ("王小明", "13912345678", "北京市", "北京市", "朝阳区", "建国路88号SOHO现代城A座"),
    ),
    (
        "北京北京市海淀区中关村大街1号",
        (None, None, "北京市", "北京市", "海淀区", "中关村大街1号"),
    ),
    (
        "上海市市辖区浦东新区世纪大道100号",
        (None, None, "上海市", "上海市", "浦东新区", "世纪大道100号"),
    ),
    (
        "重庆市石柱土家族自治县南宾街道1号",
        (None, None, "重庆市", "重庆市", "石柱土家族自治县", "南宾街道1号"),
    ),
    (
        "广东省东莞市长安镇振安路9号 赵六 13700001111",
        ("赵六", "13700001111", "广东省", "东莞市", None, "长安镇振安路9号"),
    ),
    ("中山市小榄镇工业大道3号", (None, None, "广东省", "中山市", None, "小榄镇工业大道3号")),
    ("海南省儋州市那大镇中兴大街", (None, None, "海南省", "儋州市", None, "那大镇中兴大街")),
    ("甘肃嘉峪关市雄关街道新华路", (None, None, "甘肃省", "嘉峪关市", None, "雄关街道新华路")),
    (
        "江苏省昆山市花桥镇绿地大道1号",
        (None, None, "江苏省", "苏州市", "昆山市", "花桥镇绿地大道1号"),
    ),
    ("昆山市花桥镇绿地大道1号", (None, None, "江苏省", "苏州市", "昆山市", "花桥镇绿地大道1号")),
    ("湖北省仙桃市沔阳大道1号", (None, None, "湖北省", "仙桃市", None, "沔阳大道1号")),
    (
        "湖南长沙开福区湘江中路1号",
        (None, None, "湖南省", "长沙市", "开福区", "湘江中路1号"),
    ),
    ("湖南长沙开福寺路5号", (None, None, "湖南省", "长沙市", None, "开福寺路5号")),
    (
        "吉林市昌邑区解放大路1号",
        (None, None, "吉林省", "吉林市", "昌邑区", "解放大路1号"),
    ),
    (
        "吉林省延边朝鲜族自治州延吉市公园路1号",
        (None, None, "吉林省", "延边朝鲜族自治州", "延吉市", "公园路1号"),
    ),
    (
        "内蒙古呼和浩特新城区哲里木路1号",
        (None, None, "内蒙古自治区", "呼和浩特市", "新城区", "哲里木路1号"),
    ),
    (
        "广东省深圳市南山区广东省深圳市南山区粤海街道1号",
        (None, None, "广东省", "深圳市", "南山区", "粤海街道1号"),
    ),
    (
        "518057 广东省深圳市南山区高新南一道 陈先生 138****5678",
        ("陈先生", "138****5678", "广东省", "深圳市", "南山区", "高新南一道"),
    ),
    (
        "浙江杭州西湖区文三路1号 欧阳娜娜收 13666666666",
        ("欧阳娜娜", "13666666666", "浙江省", "杭州市", "西湖区", "文三路1号"),
    ),
    (
        "John Smith, 13812345678, 上海市徐汇区漕溪北路1号",
        ("John Smith", "13812345678", "上海市", "上海市", "徐汇区", "漕溪北路1号"),
    ),
    ("随便写的一句话", (None, None, None, None, None, "随便写的一句话")),
]


@pytest.mark.parametrize(("line", "parts"), LINES)
def test_reads_a_pasted_line(line: str, parts: tuple[str | None, ...]) -> None:
    value = parse_text(line)
    keys = ("name", "phone", "province", "city", "district", "detail")
    assert tuple(value[key] for key in keys) == parts
    assert value["text"] == line


def test_completes_given_parts_from_the_table() -> None:
    given_parts = {"province": "广东", "city": "深圳", "district": "南山", "detail": "科苑路15号"}
    value = from_parts(given_parts)
    assert value is not None
    assert (value["province"], value["city"], value["district"], value["detail"]) == (
        "广东省",
        "深圳市",
        "南山区",
        "科苑路15号",
    )
    assert one_line(value) == "广东省深圳市南山区科苑路15号"


def test_reads_levels_from_the_detail() -> None:
    value = from_parts({"name": "张三", "detail": "广东省深圳市南山区科苑路15号"})
    assert value is not None
    assert (value["name"], value["district"], value["detail"]) == ("张三", "南山区", "科苑路15号")


def test_keeps_unknown_levels_as_given() -> None:
    value = from_parts({"province": "Bayern", "city": "München", "detail": "Ring 1"})
    assert value is not None
    assert (value["province"], value["city"], value["detail"]) == ("Bayern", "München", "Ring 1")


def test_nothing_is_no_address() -> None:
    assert from_parts({}) is None
    assert from_parts({"province": ""}) is None


def test_a_direct_city_repeats_its_province() -> None:
    value = from_parts(
        {"province": "北京市", "city": "北京市", "district": "朝阳区", "detail": "路1号"}
    )
    assert value is not None
    assert level_faults(value) == []
    assert one_line(value) == "北京市朝阳区路1号"


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("广东省深圳市南山区科苑路15号", []),
        ("广东省东莞市长安镇1号", []),
        ("广东省深圳市", ["address.missing_district", "address.missing_detail"]),
        ("广东省深圳市南山区", ["address.missing_detail"]),
        ("广东省", ["address.missing_city", "address.missing_detail"]),
        ("科苑路15号", ["address.missing_province"]),
    ],
)
def test_says_which_level_is_missing(line: str, codes: list[str]) -> None:
    assert [fault.code for fault in level_faults(parse_text(line))] == codes


def test_says_when_a_level_is_unknown() -> None:
    faults = level_faults({"province": "广东省", "city": "杭州市", "detail": "1号"})
    assert [(fault.pointer, fault.code) for fault in faults] == [("/city", "address.unknown_city")]
    assert level_faults(None)[0].code == "address.missing"


def test_every_full_division_is_found_again() -> None:
    for province, cities in divisions.table().items():
        for city, districts in cities.items():
            for district in districts or (None,):
                value = parse_text(f"{province}{city}{district or ''}甲路1号")
                assert (value["province"], value["city"], value["district"]) == (
                    province,
                    city,
                    district,
                ), (province, city, district)


@given(st.text(max_size=60))
def test_reads_any_text_without_failing(text: str) -> None:
    value = parse_text(text)
    assert value["text"] == text.strip()
