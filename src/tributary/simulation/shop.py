"""The demo shop's catalogue: small, bilingual, with prices in CNY."""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY = "CNY"
SHOP_URL = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop. `slug` is its path in the shop's address."""

    slug: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something to buy. `price` is in CNY."""

    sku: str
    category: Category
    en: str
    zh: str
    price: float

    def name(self, locale: str) -> str:
        """The name in the customer's language."""
        return self.zh if locale == "zh" else self.en


_SHELVES: dict[Category, tuple[tuple[str, str, float], ...]] = {
    Category("coffee-tea", "Coffee & Tea", "咖啡与茶"): (
        ("Yunnan Arabica beans 500 g", "云南小粒咖啡豆 500克", 98.0),
        ("Ethiopia Yirgacheffe 250 g", "埃塞俄比亚耶加雪菲 250克", 118.0),
        ("Drip bags, box of 20", "挂耳咖啡 20包", 89.9),
        ("Longjing green tea 100 g", "明前龙井 100克", 268.0),
        ("Pu'er tea cake 357 g", "普洱熟茶饼 357克", 199.0),
        ("Pour-over kettle", "手冲壶", 239.0),
        ("Ceramic gaiwan", "陶瓷盖碗", 78.0),
        ("Burr grinder", "磨豆机", 459.0),
    ),
    Category("home", "Home", "家居"): (
        ("Linen bedding set", "亚麻四件套", 699.0),
        ("Down pillow", "羽绒枕", 189.0),
        ("Aroma diffuser", "香薰机", 159.0),
        ("Bamboo cutting board", "竹砧板", 59.9),
        ("Cast-iron pot 24 cm", "铸铁锅 24厘米", 399.0),
        ("Reading lamp", "阅读台灯", 249.0),
        ("Storage boxes, set of 3", "收纳箱三件套", 79.9),
        ("Wool blanket", "羊毛毯", 329.0),
    ),
    Category("outdoor", "Outdoor", "户外"): (
        ("Two-person tent", "双人帐篷", 899.0),
        ("Trekking poles", "登山杖一对", 219.0),
        ("Insulated bottle 1 l", "保温壶 1升", 149.0),
        ("Rain jacket", "冲锋衣", 599.0),
        ("Sleeping bag", "睡袋", 459.0),
        ("Camping stove", "露营炉", 189.0),
        ("Head torch", "头灯", 99.0),
        ("Folding chair", "折叠椅", 129.0),
    ),
    Category("beauty", "Beauty", "美妆护肤"): (
        ("Camellia face oil", "山茶花面油", 169.0),
        ("Sunscreen SPF 50", "防晒霜 SPF50", 119.0),
        ("Hand cream trio", "护手霜三支装", 69.9),
        ("Clay mask", "清洁泥膜", 89.0),
        ("Lip balm", "润唇膏", 39.9),
        ("Shampoo bar", "洗发皂", 49.9),
        ("Rose toner", "玫瑰纯露", 99.0),
        ("Gift box", "护肤礼盒", 388.0),
    ),
    Category("electronics", "Electronics", "数码"): (
        ("Wireless earbuds", "无线耳机", 399.0),
        ("Power bank 20,000 mAh", "充电宝 20000毫安", 149.0),
        ("Mechanical keyboard", "机械键盘", 469.0),
        ("Smart scale", "智能体脂秤", 129.0),
        ("E-book reader", "电子书阅读器", 999.0),
        ("Desk microphone", "桌面麦克风", 329.0),
        ("USB-C hub", "USB-C 扩展坞", 189.0),
        ("Air quality monitor", "空气检测仪", 279.0),
    ),
    Category("baby", "Mother & Baby", "母婴"): (
        ("Cotton romper", "纯棉连体衣", 89.0),
        ("Nappies, 60 pieces", "纸尿裤 60片", 119.0),
        ("Wooden blocks", "木制积木", 139.0),
        ("Feeding bottle", "奶瓶", 79.0),
        ("Baby carrier", "婴儿背带", 499.0),
        ("Picture books, set of 10", "绘本10册", 128.0),
        ("Bath toys", "洗澡玩具", 45.0),
        ("Stroller rain cover", "婴儿车雨罩", 65.0),
    ),
}

CATEGORIES: tuple[Category, ...] = tuple(_SHELVES)
PRODUCTS: tuple[Product, ...] = tuple(
    Product(f"{category.slug[:2].upper()}-{number:02d}", category, en, zh, price)
    for category, shelf in _SHELVES.items()
    for number, (en, zh, price) in enumerate(shelf, 1)
)
BY_CATEGORY: dict[Category, tuple[Product, ...]] = {
    category: tuple(product for product in PRODUCTS if product.category == category) for category in CATEGORIES
}
