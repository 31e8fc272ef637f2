"""What is compared: one script, one spelling, and nothing where nothing was said."""

from __future__ import annotations

import math
import sys

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.errors import InvalidRequest, Unavailable
from tributary.identity.matching import CHINESE_CUSTOMERS, Field, chinese, standardise, standardise_table
from tributary.identity.matching.chinese import split_address, split_name

ANYTHING = st.text("中国省市区路號号年月日張张王·先生 123.-/@+aB\u3000\u200b", max_size=9)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none()
            | st.sampled_from(["張偉", "张伟", " 张 伟 ", "Wang Wei", "null", "欧阳修先生"])
            | ANYTHING,
            "phone": st.none() | st.sampled_from(["13912345678", "+86 139-1234-5678", "0", "12"]) | ANYTHING,
            "email": st.none() | st.sampled_from(["A@b.com", "a.b+c@gmail.com", "无"]) | ANYTHING,
            "address": st.none() | st.sampled_from(["上海市浦东新区张江路88号3幢501室", "12 High St."]) | ANYTHING,
            "birthday": st.none() | st.sampled_from(["1990-02-03", "1990年2月3日", "19900230"]) | ANYTHING,
        }
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("name", "text", "pinyin", "surname", "given"),
    [
        ("單雄信", "单雄信", "shanxiongxin", "单", "雄信"),
        ("曾國藩", "曾国藩", "zengguofan", "曾", "国藩"),
        ("仇 和", "仇和", "qiuhe", "仇", "和"),
        ("解珍", "解珍", "xiezhen", "解", "珍"),
        ("尉遲恭", "尉迟恭", "yuchigong", "尉迟", "恭"),
        ("歐陽娜娜", "欧阳娜娜", "ouyangnana", "欧阳", "娜娜"),
        ("欧阳", "欧阳", "ouyang", "欧", "阳"),
        ("王伟先生", "王伟", "wangwei", "王", "伟"),
        ("阿凡提·买买提", "阿凡提买买提", "afantimaimaiti", "阿", "凡提买买提"),
        ("wang wei", "wang wei", "wangwei", "wei", "wang"),
        ("josé garcía", "josé garcía", "josegarcia", "garcía", "josé"),
    ],
)
def test_names_are_read_as_names(name, text, pinyin, surname, given):
    assert split_name(name) == (text, pinyin, surname, given)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (
            "四川省成都市錦江區荷花巷174號27棟2單元1603室",
            ("四川", "成都", "锦江区", "荷花巷174-27-2-1603", "174-27-2-1603"),
        ),
        ("成都锦江区荷花巷174号27-2-1603", ("四川", "成都", "锦江区", "荷花巷174-27-2-1603", "174-27-2-1603")),
        ("中国上海市市辖区浦东新区张江路1号", ("上海", "上海", "浦东新区", "张江路1", "1")),
        ("吉林省吉林市船营区解放路01号", ("吉林", "吉林", "船营区", "解放路01", "1")),
        ("新疆伊犁哈萨克自治州伊宁市1号", ("新疆", "伊犁", "伊宁市", "1", "1")),
        ("广东深圳南山区科技路3号楼501", ("广东", "深圳", "南山区", "科技路3-501", "3-501")),
        ("12 high street, london", ("", "", "", "12 high street london", "12")),
    ],
)
def test_addresses_are_taken_apart(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize("nothing", ["", " ", "null", "N/A", "未知", "无", "00000000", "-1", "11111111"])
def test_what_says_nothing_is_missing(nothing):
    columns = standardise(dict.fromkeys(("name", "phone", "email", "address", "birthday"), nothing), CHINESE_CUSTOMERS)
    assert all(value == "" or (isinstance(value, float) and math.isnan(value)) for value in columns.values())


def test_values_come_into_one_form():
    columns = standardise(
        {"phone": "0086 139 1234 5679", "email": "A.B+shop@Gmail.com", "birthday": "1990/2/3"}, CHINESE_CUSTOMERS
    )
    assert columns["phone"] == "+8613912345679"
    assert (columns["email"], columns["email.local"]) == ("a.b+shop@gmail.com", "ab")
    assert (columns["birthday"], columns["birthday.month_day"]) == ("19900203", "1990-02-03")
    assert columns["birthday.day_month"] == "1990-03-02"
    assert columns["birthday.days"] == 7338.0
    assert standardise({"birthday": "1990-02-30"}, CHINESE_CUSTOMERS)["birthday"] == "19900230"


@settings(deadline=None)  # the first example waits for the dictionaries
@given(ROWS)
def test_a_table_is_its_records(rows):
    table = pa.table(
        {
            "id": pa.array([f"r{n:03}" for n in reversed(range(len(rows)))], pa.string()),
            **{
                name: pa.array([row[name] for row in rows], pa.string())
                for name in ("name", "phone", "email", "address", "birthday")
            },
        }
    )
    found = standardise_table(table, CHINESE_CUSTOMERS)
    assert found.ids.to_pylist() == [f"r{n:03}" for n in range(len(rows))]
    for place, row in enumerate(reversed(rows)):
        alone = standardise(row, CHINESE_CUSTOMERS)
        for name, column in found.texts.items():
            assert column.values[int(column.codes[place])].as_py() == alone[name]
        for name, numbers in found.numbers.items():
            assert numbers[place] == alone[name] or (math.isnan(numbers[place]) and math.isnan(alone[name]))


def test_other_kinds():
    from msgspec.structs import replace

    other = replace(
        CHINESE_CUSTOMERS,
        fields=[
            Field(name="c", kind="code", source="card"),
            Field(name="x", kind="exact"),
            Field(name="t", kind="text"),
            Field(name="n", kind="number"),
        ],
    )
    found = standardise({"card": " ab-12 x", "x": " u-A b ", "t": "A  b", "n": "0"}, other)
    assert found == {"c": "AB12X", "x": "u-A b", "t": "a b", "n": 0.0}
    assert math.isnan(standardise({"n": "inf"}, other)["n"])


def test_ids_must_be_there_once():
    with pytest.raises(InvalidRequest, match="same id"):
        standardise_table(pa.table({"id": [1, 1]}), CHINESE_CUSTOMERS)
    with pytest.raises(InvalidRequest, match="needs an id"):
        standardise_table(pa.table({"name": ["x"]}), CHINESE_CUSTOMERS)
    with pytest.raises(InvalidRequest, match="needs an id"):
        standardise_table(pa.table({"id": [1, None]}), CHINESE_CUSTOMERS)


@pytest.mark.parametrize("library", ["opencc", "pypinyin"])
def test_chinese_without_the_extra_says_what_to_install(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    chinese.simplified.cache_clear()
    chinese.reading.cache_clear()
    try:
        assert split_name("wang wei").pinyin == "wangwei"
        with pytest.raises(Unavailable, match=r"tributary\[matching\]"):
            split_name("王伟")
    finally:
        chinese.simplified.cache_clear()
        chinese.reading.cache_clear()
