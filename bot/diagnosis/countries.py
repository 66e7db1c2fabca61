"""Country names and calling codes people type when asked which country is chosen on the form.

Names are English, simplified and traditional Chinese and French, of the most populous countries and the territories
that are often named. Only what is written counts; anything unclear is None.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import phonenumbers

#: Region to its names, separated by bars. The first three are English, Chinese, French; then other spellings.
NAMES: Final[dict[str, str]] = {
    "AE": "United Arab Emirates|阿联酋|Émirats arabes unis|UAE|阿聯酋|Emirates|Dubai|迪拜|杜拜",
    "AF": "Afghanistan|阿富汗|Afghanistan",
    "AL": "Albania|阿尔巴尼亚|Albanie|阿爾巴尼亞",
    "AM": "Armenia|亚美尼亚|Arménie|亞美尼亞",
    "AO": "Angola|安哥拉|Angola",
    "AR": "Argentina|阿根廷|Argentine",
    "AT": "Austria|奥地利|Autriche|奧地利",
    "AU": "Australia|澳大利亚|Australie|澳大利亞|澳洲",
    "AZ": "Azerbaijan|阿塞拜疆|Azerbaïdjan|亞塞拜然",
    "BA": "Bosnia and Herzegovina|波黑|Bosnie-Herzégovine|Bosnia|波士尼亞",
    "BD": "Bangladesh|孟加拉国|Bangladesh|孟加拉國|孟加拉",
    "BE": "Belgium|比利时|Belgique|比利時",
    "BF": "Burkina Faso|布基纳法索|Burkina Faso|布吉納法索",
    "BG": "Bulgaria|保加利亚|Bulgarie|保加利亞",
    "BH": "Bahrain|巴林|Bahreïn",
    "BI": "Burundi|布隆迪|Burundi|蒲隆地",
    "BJ": "Benin|贝宁|Bénin|貝南",
    "BO": "Bolivia|玻利维亚|Bolivie|玻利維亞",
    "BR": "Brazil|巴西|Brésil",
    "BW": "Botswana|博茨瓦纳|Botswana|波札那",
    "BY": "Belarus|白俄罗斯|Biélorussie|白俄羅斯",
    "CA": "Canada|加拿大|Canada",
    "CD": "DR Congo|刚果民主共和国|RD Congo|Congo-Kinshasa|民主刚果|Democratic Republic of the Congo",
    "CF": "Central African Republic|中非|République centrafricaine|Centrafrique",
    "CG": "Republic of the Congo|刚果共和国|République du Congo|Congo-Brazzaville",
    "CH": "Switzerland|瑞士|Suisse",
    "CI": "Ivory Coast|科特迪瓦|Côte d'Ivoire|象牙海岸",
    "CL": "Chile|智利|Chili",
    "CM": "Cameroon|喀麦隆|Cameroun|喀麥隆",
    "CN": "China|中国|Chine|中國|中国大陆|中國大陸|Mainland China|PRC",
    "CO": "Colombia|哥伦比亚|Colombie|哥倫比亞",
    "CR": "Costa Rica|哥斯达黎加|Costa Rica|哥斯大黎加",
    "CU": "Cuba|古巴|Cuba",
    "CY": "Cyprus|塞浦路斯|Chypre|賽普勒斯",
    "CZ": "Czechia|捷克|Tchéquie|Czech Republic|République tchèque",
    "DE": "Germany|德国|Allemagne|德國",
    "DK": "Denmark|丹麦|Danemark|丹麥",
    "DO": "Dominican Republic|多米尼加|République dominicaine|多明尼加",
    "DZ": "Algeria|阿尔及利亚|Algérie|阿爾及利亞",
    "EC": "Ecuador|厄瓜多尔|Équateur|厄瓜多",
    "EE": "Estonia|爱沙尼亚|Estonie|愛沙尼亞",
    "EG": "Egypt|埃及|Égypte",
    "ER": "Eritrea|厄立特里亚|Érythrée|厄利垂亞",
    "ES": "Spain|西班牙|Espagne",
    "ET": "Ethiopia|埃塞俄比亚|Éthiopie|衣索比亞",
    "FI": "Finland|芬兰|Finlande|芬蘭",
    "FR": "France|法国|France|法國",
    "GA": "Gabon|加蓬|Gabon|加彭",
    "GB": "United Kingdom|英国|Royaume-Uni|UK|英國|Great Britain|Britain|England|Scotland|Wales|Angleterre",
    "GE": "Georgia|格鲁吉亚|Géorgie|喬治亞",
    "GG": "Guernsey|根西岛|Guernesey",
    "GH": "Ghana|加纳|Ghana|迦納",
    "GN": "Guinea|几内亚|Guinée|幾內亞",
    "GR": "Greece|希腊|Grèce|希臘",
    "GT": "Guatemala|危地马拉|Guatemala|瓜地馬拉",
    "HK": "Hong Kong|香港|Hong Kong|Hongkong",
    "HN": "Honduras|洪都拉斯|Honduras|宏都拉斯",
    "HR": "Croatia|克罗地亚|Croatie|克羅埃西亞",
    "HT": "Haiti|海地|Haïti",
    "HU": "Hungary|匈牙利|Hongrie",
    "ID": "Indonesia|印度尼西亚|Indonésie|印尼|印度尼西亞",
    "IE": "Ireland|爱尔兰|Irlande|愛爾蘭",
    "IL": "Israel|以色列|Israël",
    "IM": "Isle of Man|马恩岛|Île de Man",
    "IN": "India|印度|Inde",
    "IQ": "Iraq|伊拉克|Irak",
    "IR": "Iran|伊朗|Iran",
    "IS": "Iceland|冰岛|Islande|冰島",
    "IT": "Italy|意大利|Italie|義大利",
    "JE": "Jersey|泽西岛|Jersey",
    "JM": "Jamaica|牙买加|Jamaïque|牙買加",
    "JO": "Jordan|约旦|Jordanie|約旦",
    "JP": "Japan|日本|Japon",
    "KE": "Kenya|肯尼亚|Kenya|肯亞",
    "KG": "Kyrgyzstan|吉尔吉斯斯坦|Kirghizistan|吉爾吉斯",
    "KH": "Cambodia|柬埔寨|Cambodge",
    "KP": "North Korea|朝鲜|Corée du Nord|北韓",
    "KR": "South Korea|韩国|Corée du Sud|韓國|南韓",
    "KW": "Kuwait|科威特|Koweït",
    "KZ": "Kazakhstan|哈萨克斯坦|Kazakhstan|哈薩克",
    "LA": "Laos|老挝|Laos|寮國",
    "LB": "Lebanon|黎巴嫩|Liban",
    "LK": "Sri Lanka|斯里兰卡|Sri Lanka|斯里蘭卡",
    "LR": "Liberia|利比里亚|Libéria|賴比瑞亞",
    "LT": "Lithuania|立陶宛|Lituanie",
    "LU": "Luxembourg|卢森堡|Luxembourg|盧森堡",
    "LV": "Latvia|拉脱维亚|Lettonie|拉脫維亞",
    "LY": "Libya|利比亚|Libye|利比亞",
    "MA": "Morocco|摩洛哥|Maroc",
    "MD": "Moldova|摩尔多瓦|Moldavie|摩爾多瓦",
    "MG": "Madagascar|马达加斯加|Madagascar|馬達加斯加",
    "MK": "North Macedonia|北马其顿|Macédoine du Nord|北馬其頓",
    "ML": "Mali|马里|Mali|馬利",
    "MM": "Myanmar|缅甸|Birmanie|Burma|緬甸",
    "MN": "Mongolia|蒙古|Mongolie",
    "MO": "Macau|澳门|Macao|澳門",
    "MW": "Malawi|马拉维|Malawi|馬拉威",
    "MX": "Mexico|墨西哥|Mexique",
    "MY": "Malaysia|马来西亚|Malaisie|馬來西亞",
    "MZ": "Mozambique|莫桑比克|Mozambique|莫三比克",
    "NE": "Niger|尼日尔|Niger",
    "NG": "Nigeria|尼日利亚|Nigéria|奈及利亞",
    "NI": "Nicaragua|尼加拉瓜|Nicaragua",
    "NL": "Netherlands|荷兰|Pays-Bas|Holland|荷蘭",
    "NO": "Norway|挪威|Norvège",
    "NP": "Nepal|尼泊尔|Népal|尼泊爾",
    "NZ": "New Zealand|新西兰|Nouvelle-Zélande|紐西蘭",
    "OM": "Oman|阿曼|Oman",
    "PA": "Panama|巴拿马|Panama|巴拿馬",
    "PE": "Peru|秘鲁|Pérou|秘魯",
    "PG": "Papua New Guinea|巴布亚新几内亚|Papouasie-Nouvelle-Guinée|巴布亞紐幾內亞",
    "PH": "Philippines|菲律宾|Philippines|菲律賓",
    "PK": "Pakistan|巴基斯坦|Pakistan",
    "PL": "Poland|波兰|Pologne|波蘭",
    "PR": "Puerto Rico|波多黎各|Porto Rico",
    "PS": "Palestine|巴勒斯坦|Palestine",
    "PT": "Portugal|葡萄牙|Portugal",
    "PY": "Paraguay|巴拉圭|Paraguay",
    "QA": "Qatar|卡塔尔|Qatar|卡達",
    "RO": "Romania|罗马尼亚|Roumanie|羅馬尼亞",
    "RS": "Serbia|塞尔维亚|Serbie|塞爾維亞",
    "RU": "Russia|俄罗斯|Russie|俄羅斯|Russian Federation",
    "RW": "Rwanda|卢旺达|Rwanda|盧安達",
    "SA": "Saudi Arabia|沙特阿拉伯|Arabie saoudite|沙特|沙烏地阿拉伯|KSA",
    "SD": "Sudan|苏丹|Soudan|蘇丹",
    "SE": "Sweden|瑞典|Suède",
    "SG": "Singapore|新加坡|Singapour",
    "SI": "Slovenia|斯洛文尼亚|Slovénie|斯洛維尼亞",
    "SK": "Slovakia|斯洛伐克|Slovaquie",
    "SL": "Sierra Leone|塞拉利昂|Sierra Leone|獅子山",
    "SN": "Senegal|塞内加尔|Sénégal|塞內加爾",
    "SO": "Somalia|索马里|Somalie|索馬利亞",
    "SS": "South Sudan|南苏丹|Soudan du Sud|南蘇丹",
    "SV": "El Salvador|萨尔瓦多|Salvador|薩爾瓦多",
    "SY": "Syria|叙利亚|Syrie|敘利亞",
    "TD": "Chad|乍得|Tchad|查德",
    "TG": "Togo|多哥|Togo",
    "TH": "Thailand|泰国|Thaïlande|泰國",
    "TJ": "Tajikistan|塔吉克斯坦|Tadjikistan|塔吉克",
    "TM": "Turkmenistan|土库曼斯坦|Turkménistan|土庫曼",
    "TN": "Tunisia|突尼斯|Tunisie|突尼西亞",
    "TR": "Turkey|土耳其|Turquie|Türkiye",
    "TW": "Taiwan|台湾|Taïwan|臺灣|台灣",
    "TZ": "Tanzania|坦桑尼亚|Tanzanie|坦尚尼亞",
    "UA": "Ukraine|乌克兰|Ukraine|烏克蘭",
    "UG": "Uganda|乌干达|Ouganda|烏干達",
    "US": "United States|美国|États-Unis|USA|U.S.A.|美國|America|U.S.|Etats Unis",
    "UY": "Uruguay|乌拉圭|Uruguay|烏拉圭",
    "UZ": "Uzbekistan|乌兹别克斯坦|Ouzbékistan|烏茲別克",
    "VE": "Venezuela|委内瑞拉|Venezuela|委內瑞拉",
    "VN": "Vietnam|越南|Viêt Nam|Viet Nam|Việt Nam",
    "YE": "Yemen|也门|Yémen|葉門",
    "ZA": "South Africa|南非|Afrique du Sud",
    "ZM": "Zambia|赞比亚|Zambie|尚比亞",
    "ZW": "Zimbabwe|津巴布韦|Zimbabwe|辛巴威",
}

#: Longest answer read: a sentence, not a story.
_ANSWER_LIMIT: Final = 120

#: Two capital letters that are also an answer to a question: no, and Spanish or Italian yes.
_ALSO_WORDS: Final = frozenset({"NO", "SI"})


def _plain(text: str) -> str:
    """Lower case without accents, words separated by one space; Chinese stays as it is."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", bare.replace(".", "")))


_REGION_OF: Final = {_plain(name): region for region, names in NAMES.items() for name in names.split("|")}
_LONGEST_FIRST: Final = sorted(_REGION_OF, key=len, reverse=True)
_NAME: Final = re.compile(
    "|".join(re.escape(name) if not name.isascii() else rf"\b{re.escape(name)}\b" for name in _LONGEST_FIRST)
)
_CODE: Final = re.compile(r"(\+\s?|\b00)?(\d+)")
#: A code without a plus is one only if little else is said: "886", "the 886 one", but not "error 40".
_BARE_CODE: Final = re.compile(
    r"\W*(?:the|code|country code|it is|it's)?\W*\d+\W*(?:one|code)?\W*", re.IGNORECASE
)


def parse_country(text: str) -> str | None:
    """Read a country name, an ISO code in capitals or a calling code out of a short answer.

    Args:
        text: What the person typed: "Taiwan", "台湾", "TW", "+886", "the +886 one".

    Returns:
        The ISO 3166 region. Of several regions that share a calling code the main one, unless another is named.
        None when the answer names none or more than one.
    """
    text = unicodedata.normalize("NFKC", text[:_ANSWER_LIMIT]).strip()
    if text in phonenumbers.SUPPORTED_REGIONS and text not in _ALSO_WORDS:
        return text
    named = {_REGION_OF[name] for name in _NAME.findall(_plain(text))}
    called = [_region_of_code(*match) for match in _CODE.findall(text)]
    if not named and "+" not in text and "00" not in text and not _BARE_CODE.fullmatch(text):
        return None
    if len(named) == 1:
        region = named.pop()
        return region if all(_agree(region, other) for other in called) else None
    return called[0] if not named and len(called) == 1 else None


def _agree(named: str, called: str | None) -> bool:
    if called is None:
        return False
    return phonenumbers.country_code_for_region(named) == phonenumbers.country_code_for_region(called)


def _region_of_code(mark: str, digits: str) -> str | None:
    """A calling code's main region. A single digit counts with a plus or 00 only: alone it is a choice."""
    if len(digits) > 3 or (len(digits) == 1 and not mark):
        return None
    if not digits.isascii() or digits.startswith("0"):
        return None
    region = phonenumbers.region_code_for_country_code(int(digits))
    return None if region in {"ZZ", "001"} else region
