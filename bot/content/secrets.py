"""
Does a text ask a person for a secret? Patterns for English, French and Chinese, clause by clause.

"Send me the code" asks; "never send the code" and "type the code on the page" do not. A clause with a negation before
the asking does not ask. A lint for honest authors: it finds slips, it does not stop somebody who means to deceive.
"""

from __future__ import annotations

import re
from typing import Final

#: Codes that are no secret: of a country, an area, an error, a case.
_EN_CODE: Final = r"(?<!country )(?<!area )(?<!dialling )(?<!dialing )(?<!calling )(?<!error )(?<!case )(?<!postal )(?<!zip )codes?\b"
_EN: Final = (
    rf"(?:{_EN_CODE}|otp|pass ?words?|passphrases?|passcodes?|\bpin\b|(?:seed|recovery|secret) (?:phrase|words|key)s?"
    r"|private keys?|cvv|cvc|card numbers?)"
)
_EN_GIVE: Final = (
    r"\b(?:send|tell|give|share|forward|text|message|write|show|read|provide|dm|email|e-mail|enter|type|paste|post|put|submit"
    r"|upload|reveal|disclose)\b"
)
_EN_HERE: Final = (
    r"\b(?:here|below|(?:to|with) (?:me|us)|(?:in|into) (?:this|the|our) (?:chat|conversation|bot|message))\b"
)
_FR: Final = (
    r"(?:\bcodes?\b(?! (?:pays|du pays|postal|d'erreur|régional|de zone|du dossier|de dossier))|mots? de passe|\bpin\b"
    r"|phrases? (?:de récupération|secrète|de passe)|clés? (?:privée|secrète)s?|cryptogramme|numéro de carte)"
)
_FR_GIVE: Final = (
    r"(?:envoy(?:ez|er|e)|donn(?:ez|er|e)|di(?:tes|re|s)|communiqu(?:ez|er)|transm(?:ettez|ettre)|indiqu(?:ez|er)|partag(?:ez|er)"
    r"|écri(?:vez|re)|tap(?:ez|er)|saisi(?:ssez|r)|coll(?:ez|er)|recopi(?:ez|er)|fourni(?:ssez|r)|entr(?:ez|er)|montr(?:ez|er))"
)
_FR_HERE: Final = r"\b(?:ici|ci-dessous|dans (?:ce|le|cette|notre) (?:chat|conversation|discussion|message)|à (?:moi|nous))\b"
_ZH: Final = r"(?:验证码|驗證碼|校验码|动态码|動態碼|密码|密碼|口令|助记词|助記詞|私钥|私鑰|恢复短语|恢復短語|卡号|卡號)"
_ZH_GIVE: Final = r"(?:发|發|告诉|告訴|提供|给|給|输入|輸入|填写|填寫|填入|回复|回覆|粘贴|貼上|说|說|报|報|出示|分享|转发|轉發)"
_ZH_US: Final = r"(?:我们|我們|我|客服|这里|這裡|此处|此處|聊天|对话|對話)"
_FEW: Final = r"[^\n]{0,60}?"

_ASKING: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_EN_GIVE} (?:it to )?(?:me|us)\b{_FEW}{_EN}",
        rf"{_EN_GIVE}{_FEW}{_EN}{_FEW}{_EN_HERE}",
        rf"\b(?:reply|answer|respond|come back)\b (?:to (?:me|us|this) )?with {_FEW}{_EN}",
        rf"\bwhat(?:'s|’s| is| was) (?:your|the) {_FEW}{_EN}",
        rf"\b(?:i|we)(?:'ll| will)? (?:need|want|require|ask you for|must have|must know) (?:to know )?(?:your|the) {_FEW}{_EN}",
        rf"\b(?:may|can|could) (?:i|we) (?:have|get|see) (?:your|the) {_FEW}{_EN}",
        rf"{_FR_GIVE}[- ](?:moi|nous)\b{_FEW}{_FR}",
        rf"{_FR_GIVE}{_FEW}{_FR}{_FEW}{_FR_HERE}",
        rf"\b(?:me|nous|m'|nous les?) ?{_FR_GIVE}{_FEW}{_FR}",
        rf"\b(?:répondez|répondre) (?:avec|par) {_FEW}{_FR}",
        rf"\bquels? (?:est|était|sont) (?:votre|vos|le|les) {_FEW}{_FR}",
        rf"\b(?:j'ai|nous avons) besoin (?:de|du) (?:votre|vos|le )?{_FEW}{_FR}",
        rf"{_ZH_GIVE}{_FEW}{_ZH}{_FEW}(?:给|給|到|在|来|來){_FEW}{_ZH_US}",
        rf"(?:告诉|告訴|发给|發給|发送给|發送給|提供给|提供給|回复给|给|給|报给){_ZH_US}{_FEW}{_ZH}",
        rf"{_ZH}[^\n]{{0,12}}?{_ZH_GIVE}{_FEW}(?:给|給|到|在|诉|訴){_FEW}{_ZH_US}",
        rf"{_ZH}[^\n]{{0,12}}?(?:告诉|告訴){_ZH_US}",
        rf"(?:在|于|於)?{_ZH_US}[^\n]{{0,6}}?(?:里|裡|中|上)?(?:输入|輸入|填写|填寫|发送|發送|粘贴|回复|回覆){_FEW}{_ZH}",
        rf"(?:请|請)?(?:直接)?(?:回复|回覆)(?:您|你)?的?{_FEW}{_ZH}",
        rf"(?:您|你)的?{_FEW}{_ZH}(?:是|為|为)?(?:多少|什么|什麼|几)",
    )
)
_CLAUSE: Final = re.compile(r"[.!?;:,\n—–。！？；：，]+\s*")
_NEGATION: Final = re.compile(
    r"\b(?:never|not|no|nobody|none|without|nor|don't|don’t|doesn't|won't|cannot|can't|ne|n'|n’|jamais|pas|aucune?|personne|sans|ni)"
    r"(?:\b|(?<=['’]))|不|勿|别|別|没|沒|禁|无需|無需|莫",
    re.IGNORECASE,
)


def asks_for_secret(words: str) -> str | None:
    """
    Find a clause that asks for a secret.

    Args:
        words: A text as it is said.

    Returns:
        The clause, or None.
    """
    for clause in _CLAUSE.split(words):
        for pattern in _ASKING:
            match = pattern.search(clause)
            if match and not _NEGATION.search(clause, 0, match.end()):
                return clause.strip()
    return None
