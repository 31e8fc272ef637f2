"""Names and addresses in Chinese: one script, the sound, and the parts of an address.

Turning traditional characters into simplified ones and characters into pinyin needs the extra `matching` (opencc,
pypinyin). Surnames are read by a table of our own: many are read otherwise than the same character elsewhere.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from tributary.errors import Unavailable

HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

# Read so as surnames, whatever dictionaries say first.
SURNAME_READINGS: Final = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "任": "ren", "华": "hua",
    "区": "ou", "朴": "piao", "翟": "zhai", "乐": "yue", "缪": "miao", "那": "na", "宁": "ning", "覃": "qin",
    "员": "yun", "郇": "xun", "黑": "he", "秘": "bi", "冯": "feng", "车": "che", "召": "shao", "尉": "wei",
    "幺": "yao", "会": "gui", "重": "chong", "种": "chong", "曲": "qu", "折": "she", "句": "gou", "隗": "kui",
    "逄": "pang", "谌": "chen", "祭": "zhai", "繁": "po", "石": "shi", "葛": "ge", "盛": "sheng", "纪": "ji",
    "燕": "yan", "应": "ying", "於": "yu", "钭": "tou", "卜": "bu", "洗": "xian", "冼": "xian", "晁": "chao",
    "郗": "chi", "哈": "ha", "佴": "nai", "相": "xiang", "宿": "su", "能": "nai", "阚": "kan", "撒": "sa",
    "褶": "zhe", "都": "du", "行": "xing", "适": "kuo", "牟": "mou", "万": "wan", "沈": "shen",
}  # fmt: skip
COMPOUND_SURNAMES: Final = {
    "欧阳": "ouyang", "司马": "sima", "上官": "shangguan", "诸葛": "zhuge", "东方": "dongfang", "皇甫": "huangfu",
    "尉迟": "yuchi", "公孙": "gongsun", "慕容": "murong", "令狐": "linghu", "宇文": "yuwen", "长孙": "zhangsun",
    "司徒": "situ", "司空": "sikong", "夏侯": "xiahou", "端木": "duanmu", "独孤": "dugu", "南宫": "nangong",
    "闻人": "wenren", "轩辕": "xuanyuan", "鲜于": "xianyu", "赫连": "helian", "澹台": "tantai", "公冶": "gongye",
    "宗政": "zongzheng", "濮阳": "puyang", "淳于": "chunyu", "单于": "chanyu", "太叔": "taishu", "申屠": "shentu",
    "仲孙": "zhongsun", "钟离": "zhongli", "拓跋": "tuoba", "百里": "baili", "东郭": "dongguo", "西门": "ximen",
    "呼延": "huyan", "闾丘": "lvqiu", "左丘": "zuoqiu", "梁丘": "liangqiu", "万俟": "moqi", "公羊": "gongyang",
    "第五": "diwu", "段干": "duangan", "纳兰": "nalan", "完颜": "wanyan", "耶律": "yelv", "叱干": "chigan",
}  # fmt: skip

_HONORIFIC = re.compile("(?:先生|女士|小姐|太太|同学|老师)$")
_NAME_NOISE = re.compile(r"[\s·•・.\-_,，。'’()（）]+")
_BLANKS = re.compile(r"\s+")


class Name(NamedTuple):
    """A name: in one script, by its sound, and in two parts. Parts of no name are empty."""

    text: str
    pinyin: str
    surname: str
    given: str


def split_name(name: str) -> Name:
    """The parts of a name in either script or in Latin letters.

    Raises:
        Unavailable: the name is Chinese and the extra `matching` is not installed.
    """
    if not HAN.search(name):
        text = _BLANKS.sub(" ", name.replace("·", " ")).strip()
        letters = "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalpha())
        words = text.split(" ")
        return Name(text, letters, words[-1] if len(words) > 1 else "", words[0])
    text = _HONORIFIC.sub("", _NAME_NOISE.sub("", simplified()(name)))
    long = len(text) > 2 and text[:2] in COMPOUND_SURNAMES
    surname, given = (text[:2], text[2:]) if long else (text[:1], text[1:])
    sound = COMPOUND_SURNAMES[surname] if long else SURNAME_READINGS.get(surname) or reading()(surname)
    return Name(text, sound + "".join(map(reading(), given)), surname, given)


@cache
def simplified() -> Callable[[str], str]:
    """Traditional characters to simplified ones.

    Raises:
        Unavailable: the extra `matching` is not installed.
    """
    try:
        import opencc  # noqa: PLC0415 (an extra)
    except ImportError:
        raise _missing() from None
    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def reading() -> Callable[[str], str]:
    """One character to its most common reading, without tone; what has none stays as it is.

    Raises:
        Unavailable: the extra `matching` is not installed.
    """
    # Single characters need no phrases, which would take a second and a hundred megabytes to load.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    try:
        import pypinyin  # noqa: PLC0415 (an extra)
    except ImportError:
        raise _missing() from None

    @cache  # there are fewer characters than names
    def read(character: str) -> str:
        return str(pypinyin.lazy_pinyin(character)[0])

    return read


def _missing() -> Unavailable:
    return Unavailable(
        "Chinese names and addresses cannot be matched, because opencc and pypinyin are not installed.",
        cure="Install them: pip install 'tributary[matching]'.",
    )


class Address(NamedTuple):
    """An address from the large to the small. `numbers` are those of house, building, unit and room, joined by '-'."""

    province: str
    city: str
    district: str
    rest: str
    numbers: str


# Short names; a municipality is its own city.
MUNICIPALITIES: Final = ("北京", "上海", "天津", "重庆")
PROVINCES: Final = {
    "河北": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "山西": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安 锡林郭勒 阿拉善",
    "辽宁": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "吉林": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边",
    "黑龙江": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "江苏": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "安徽": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "湖北": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门",
    "湖南": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "广东": "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 "
    "清远 东莞 中山 潮州 揭阳 云浮",
    "广西": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南": "海口 三亚 三沙 儋州",
    "四川": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 "
    "雅安 巴中 资阳 阿坝 甘孜 凉山",
    "贵州": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "云南": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆",
    "西藏": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里",
    "陕西": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "青海": "西宁 海东 海北 黄南 海南 果洛 玉树 海西",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫",
    "新疆": "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰",
    "台湾": "台北 高雄 台中 台南 新北 桃园 基隆 新竹 嘉义",
    "香港": "",
    "澳门": "",
}  # fmt: skip
_PROVINCE_OF: Final = {
    city: province for province, cities in reversed(PROVINCES.items()) for city in cities.split()
} | {city: city for city in MUNICIPALITIES}
_NATION = re.compile("^(?:中国|中华人民共和国)")
_NAMED_PROVINCE = re.compile(
    f"^({'|'.join((*PROVINCES, *MUNICIPALITIES))})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
)
_NAMED_CITY = re.compile(
    f"^({'|'.join(sorted(_PROVINCE_OF, key=len, reverse=True))})(?:市|地区|盟|[\u4e00-\u9fff]{{0,10}}?自治州|州)?"
)
_NO_DISTRICT = re.compile("^(?:市辖区|辖区)")
_DISTRICT = re.compile("^([\u4e00-\u9fff]{1,8}?(?:自治县|自治旗|新区|开发区|区|县|旗|市))")
_ADDRESS_NOISE = re.compile(r"[\s,，。.;；:：、()（）\[\]【】\"“”'’·]+")
_BUILDING = re.compile("(?:号楼|幢|座|栋)")
_DIGITS = re.compile(r"\d+")


def split_address(address: str) -> Address:
    """The parts of a Chinese address; of another one, everything is `rest`. What is not there is empty.

    Raises:
        Unavailable: the address is Chinese and the extra `matching` is not installed.
    """
    if not HAN.search(address):
        text = _BLANKS.sub(" ", re.sub(r"[,.;:#]+", " ", address)).strip()
        return Address("", "", "", text, "-".join(_DIGITS.findall(text)))
    text = _NATION.sub("", _ADDRESS_NOISE.sub("", simplified()(address)))
    province = city = district = ""
    # 吉林 and 海南 are a province and a city: the province stands first.
    if found := _NAMED_PROVINCE.match(text):
        province, text = found[1], text[found.end() :]
    if (found := _NAMED_CITY.match(text)) and (not province or _belongs(found[1], province)):
        city, text = found[1], text[found.end() :]
    province = province or _PROVINCE_OF.get(city, "")
    if province in MUNICIPALITIES:
        city = province
    text = _NO_DISTRICT.sub("", text)
    if found := _DISTRICT.match(text):
        district, text = found[1], text[found.end() :]
    numbers = "-".join(number.lstrip("0") or "0" for number in _DIGITS.findall(text))
    rest = _BUILDING.sub("-", text).replace("单元", "-").replace("室", "").replace("号", "-")
    return Address(province, city, district, rest.strip("-"), numbers)


def _belongs(city: str, province: str) -> bool:
    return city == province or city in PROVINCES.get(province, "").split()
