"""What made-up customer records are put together from: names in two scripts and Latin letters, streets, mail hosts."""

from __future__ import annotations

from typing import Final

# Reading, then characters: simplified, or simplified and traditional. In order of how common they are.
SURNAMES: Final = (
    "wang 王", "li 李", "zhang 张張", "liu 刘劉", "chen 陈陳", "yang 杨楊", "huang 黄黃", "zhao 赵趙", "wu 吴吳",
    "zhou 周", "xu 徐", "sun 孙孫", "ma 马馬", "zhu 朱", "hu 胡", "guo 郭", "he 何", "lin 林", "gao 高", "luo 罗羅",
    "zheng 郑鄭", "liang 梁", "xie 谢謝", "song 宋", "tang 唐", "xu 许許", "deng 邓鄧", "han 韩韓", "feng 冯馮",
    "cao 曹", "peng 彭", "zeng 曾", "xiao 肖", "tian 田", "dong 董", "pan 潘", "yuan 袁", "cai 蔡", "jiang 蒋蔣",
    "yu 余", "yu 于", "du 杜", "ye 叶葉", "cheng 程", "wei 魏", "su 苏蘇", "lu 吕呂", "ding 丁", "ren 任", "lu 卢盧",
    "yao 姚", "shen 沈", "zhong 钟鐘", "jiang 姜", "cui 崔", "tan 谭譚", "lu 陆陸", "fan 范", "wang 汪", "liao 廖",
    "shi 石", "jin 金", "wei 韦韋", "jia 贾賈", "xia 夏", "fu 付", "fang 方", "zou 邹鄒", "xiong 熊", "bai 白",
    "meng 孟", "qin 秦", "qiu 邱", "hou 侯", "jiang 江", "yin 尹", "xue 薛", "yan 闫閆", "duan 段", "lei 雷",
    "long 龙龍", "tao 陶", "shi 史", "he 贺賀", "mao 毛", "hao 郝", "gu 顾顧", "gong 龚龔", "shao 邵", "wan 万萬",
    "tan 覃", "wu 武", "qian 钱錢", "dai 戴", "yan 严嚴", "mo 莫", "kong 孔", "xiang 向", "chang 常",
    "ouyang 欧阳歐陽", "shan 单單", "qiu 仇", "xie 解", "yuchi 尉迟尉遲", "zha 查", "shangguan 上官", "sima 司马司馬",
    "zhuge 诸葛諸葛",
)  # fmt: skip

# Reading, then the characters that sound so; a traditional form stands after its simplified one, joined by a slash.
GIVEN: Final = (
    "wei 伟/偉 威 薇 维/維 玮/瑋 炜/煒 巍 蔚", "fang 芳 方 昉", "na 娜", "min 敏 民 旻", "jing 静/靜 晶 婧 敬 菁 景",
    "li 丽/麗 莉 力 立 利 黎", "qiang 强/強", "lei 磊 蕾 雷", "yang 洋 阳/陽 扬/揚 杨/楊",
    "yan 艳/艷 燕 岩 妍 彦/彥 颜/顏", "yong 勇 永 咏/詠", "jie 杰/傑 洁/潔 婕 捷", "juan 娟 娟 涓",
    "tao 涛/濤 桃 韬/韜", "ming 明 铭/銘 鸣/鳴 茗", "chao 超 朝", "xiu 秀 修", "ying 英 颖/穎 莹/瑩 盈 影 滢/瀅",
    "xia 霞 夏", "ping 平 萍 苹/蘋", "gang 刚/剛 钢/鋼", "gui 桂 贵/貴", "hua 华/華 花", "hong 红/紅 宏 洪 虹 鸿/鴻",
    "mei 梅 美 玫", "zi 子 紫 梓 姿", "han 涵 寒 翰 晗 瀚", "xin 欣 新 鑫 馨 心 昕",
    "yi 怡 一 艺/藝 毅 奕 逸 依 仪/儀", "xuan 轩/軒 萱 璇 宣 煊", "yu 雨 宇 玉 钰/鈺 语/語 瑜 羽",
    "tong 桐 彤 童 同 通", "hao 浩 豪 昊 皓", "ran 然 冉 染", "si 思 斯 丝/絲", "yuan 远/遠 源 媛 元 圆/圓",
    "jia 佳 嘉 家 加 珈", "chen 晨 辰 宸 琛 陈/陳", "hui 慧 辉/輝 惠 晖/暉 卉 会/會", "jun 军/軍 俊 君 钧/鈞 骏/駿",
    "bo 博 波 柏 勃", "peng 鹏/鵬 朋 彭", "fei 飞/飛 菲 霏 非", "ting 婷 亭 庭 廷 霆", "ling 玲 灵/靈 凌 铃/鈴 琳",
    "lin 林 琳 霖 麟 临/臨", "yun 云/雲 芸 韵/韻 匀/勻", "jian 建 健 剑/劍 坚/堅 简/簡", "guo 国/國 果",
    "feng 峰 凤/鳳 丰/豐 枫/楓 锋/鋒", "long 龙/龍 隆", "bin 斌 彬 滨/濱 宾/賓", "rui 瑞 睿 锐/銳 蕊",
    "qi 琪 琦 奇 齐/齊 祺 淇", "xiang 翔 祥 香 湘 翔", "zhi 志 智 芝 之 致", "cheng 成 诚/誠 程 承 澄",
    "kai 凯/凱 恺/愷 楷", "nan 楠 男 南", "dan 丹", "lu 璐 露 路 鹿 禄/祿", "meng 梦/夢 萌 孟 蒙", "xue 雪 学/學",
    "qian 倩 茜 谦/謙 千 乾", "shu 淑 书/書 舒 姝", "wen 文 雯 稳/穩", "ya 雅 亚/亞", "rong 荣/榮 蓉 容 融",
    "dong 东/東 冬 栋/棟", "lan 兰/蘭 岚/嵐 澜/瀾", "ning 宁/寧 凝", "shan 山 珊 杉 善", "yue 悦/悅 月 越 玥",
    "ke 可 珂 科 柯", "xiao 晓/曉 小 笑 筱 霄", "zhen 珍 真 振 震 桢/楨", "sheng 胜/勝 生 盛 升", "hai 海",
    "qing 青 清 晴 庆/慶 卿", "bei 蓓 贝/貝 北", "le 乐/樂", "an 安", "mo 墨 默 沫", "zhe 哲 喆",
    "yao 瑶/瑤 耀 尧/堯", "xi 希 熙 曦 西 溪 茜",
)  # fmt: skip

# Province, city, districts. A municipality is its own city.
PLACES: Final = (
    ("上海市", "上海市", "浦东新区 黄浦区 徐汇区 长宁区 静安区 普陀区 虹口区 杨浦区 闵行区 宝山区 嘉定区 松江区"),
    ("北京市", "北京市", "东城区 西城区 朝阳区 海淀区 丰台区 石景山区 通州区 昌平区 大兴区 顺义区"),
    ("天津市", "天津市", "和平区 河东区 河西区 南开区 河北区 滨海新区"),
    ("重庆市", "重庆市", "渝中区 江北区 南岸区 沙坪坝区 九龙坡区 渝北区"),
    ("广东省", "广州市", "天河区 越秀区 海珠区 荔湾区 白云区 番禺区"),
    ("广东省", "深圳市", "南山区 福田区 罗湖区 宝安区 龙岗区 龙华区"), ("广东省", "佛山市", "禅城区 南海区 顺德区"),
    ("浙江省", "杭州市", "西湖区 上城区 拱墅区 滨江区 萧山区 余杭区"), ("浙江省", "宁波市", "海曙区 江北区 鄞州区"),
    ("江苏省", "南京市", "玄武区 秦淮区 建邺区 鼓楼区 栖霞区 江宁区"),
    ("江苏省", "苏州市", "姑苏区 虎丘区 吴中区 相城区 昆山市"),
    ("四川省", "成都市", "锦江区 青羊区 金牛区 武侯区 成华区 双流区"),
    ("湖北省", "武汉市", "江岸区 江汉区 武昌区 洪山区 汉阳区"), ("陕西省", "西安市", "碑林区 雁塔区 未央区 莲湖区"),
    ("山东省", "济南市", "历下区 市中区 槐荫区 历城区"), ("山东省", "青岛市", "市南区 市北区 崂山区 李沧区"),
    ("湖南省", "长沙市", "岳麓区 芙蓉区 天心区 雨花区"), ("福建省", "厦门市", "思明区 湖里区 集美区"),
    ("河南省", "郑州市", "金水区 中原区 二七区 管城区"), ("辽宁省", "沈阳市", "和平区 沈河区 皇姑区 铁西区"),
)  # fmt: skip
_ROADS: Final = (
    "人民 解放 建设 中山 和平 新华 文化 胜利 长江 黄河 学府 科技 创新 兴业 迎宾 滨河 湖滨 锦绣 花园 翠竹 桃园 "
    "梅园 松柏 银杏 梧桐 芙蓉 牡丹 玉兰 丁香 荷花 幸福 光明 友谊 团结 振兴 复兴 健康 朝阳 向阳 东风 南湖 西湖 "
    "北湖 青年 少年 工农 民生 民权 民主 自由 公园 体育 大学 图书 音乐 艺术 星光 月亮 彩虹 云山 天河 龙泉 凤凰 "
    "麒麟 白鹭 海棠 紫荆"
)
ROADS: Final = tuple(_ROADS.split())
ROAD_KINDS: Final = ("路", "路", "路", "街", "大道", "巷", "东路", "西路", "南路", "北路")
ESTATES: Final = (
    "", "", "", "阳光小区", "锦绣花园", "碧桂园", "万科城", "世纪城", "金色家园", "翡翠湾", "中海国际", "绿地新城",
)  # fmt: skip
_MOBILE_PREFIXES: Final = (
    "130 131 132 133 134 135 136 137 138 139 147 150 151 152 153 155 156 157 158 159 166 170 171 173 175 176 "
    "177 178 180 181 182 183 184 185 186 187 188 189 191 198 199"
)
MOBILE_PREFIXES: Final = tuple(_MOBILE_PREFIXES.split())
MAIL_HOSTS: Final = ("example.com", "example.net", "example.org", "mail.example", "post.example")
