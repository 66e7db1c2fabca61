"""
Does a text tell what is the case with an account? Patterns for English, French and Chinese, sentence by sentence.

"This account is frozen" tells it; "if this belongs to an account", a question, and what holds of any account do not.
The bot talks with anybody: what it tells of an account it tells to a stranger (OWASP Authentication Cheat Sheet,
"Authentication and Error Messages"). A lint for honest authors, as `bot.content.secrets` is.
"""

from __future__ import annotations

import re
from typing import Final

_EN_THIS: Final = (
    r"\b(?:your|this|that|the|his|her|their|such an|an?)(?: old)? (?:account|user(?: ?name)?|identifier|e-?mail(?: address)?"
    r"|mail address|address|phone number|number)"
)
_EN_STATE: Final = (
    r"(?:frozen|unfrozen|locked|blocked|suspended|restricted|disabled|closed|deleted|active|verified|unverified|registered|unregistered"
    r"|known(?! for)|unknown|on file|with us|in our system|linked to|not there)"
)
_FR_THIS: Final = r"\b(?:votre|ce|cet|cette|le|la|l['’]|un|une) ?(?:ancien )?(?:compte|identifiant|adresse(?: e-mail)?|e-mail|numéro)"
_FR_STATE: Final = (
    r"(?:gelée?|dégelée?|verrouillée?|bloquée?|suspendue?|restreinte?|désactivée?|fermée?|supprimée?|active?|vérifiée?"
    r"|enregistrée?|inscrite?|connue?|inconnue?)\b"
)
_ZH_THIS: Final = r"(?:您的|你的|该|此|这个|那个)(?:账户|帐户|账号|帐号|用户名|邮箱|手机号|号码|地址)"
_ZH_STATE: Final = r"(?:不?存在|(?:已经?|尚未|还没有|没有|未)?(?:被)?(?:冻结|解冻|锁定|封禁|停用|限制|注册|认证|验证|绑定|注销)(?:了|过)?|是(?:有效|无效))"

_TELLING: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_EN_THIS} (?:exists\b|does not exist|doesn['’]t exist|was(?: not|n['’]t)? found)",
        (
            rf"\b(?:your|this|that|the) (?:account|user name|identifier|e-?mail address|phone number|number)"
            rf" (?:is|was|has been|is not|isn['’]t|was not) (?:already |still |now |currently |not )?{_EN_STATE}(?! with\b(?! us))"
        ),
        r"\bno (?:such )?account (?:with|for|under|exists|belongs|was|is|has)\b",
        r"\b(?:there (?:is|was)|(?:i|we) (?:have|found|see|know)) (?:no|an|your|the|this|such an) (?:account|user)\b(?! of\b)",
        (
            r"\b(?:i|we) (?:cannot|can['’]t|could not|couldn['’]t|did not|didn['’]t|do not|don['’]t) (?:find|know|have) (?:an|any|your|the|this|such an)"
            r" (?:account|user)\b"
        ),
        r"\b(?:this|that|it|what you (?:sent|typed|wrote)) (?:belongs|does not belong|doesn['’]t belong) to (?:an|no|your|the|any) account\b",
        r"\b(?:number|address|e-?mail|user ?name|name|identifier|you) (?:is|are) not registered\b",
        rf"{_FR_THIS} (?:existe\b|n['’]existe)",
        (
            rf"\b(?:votre|ce|cet|cette|le|la|l['’]) ?(?:compte|identifiant|adresse(?: e-mail)?|numéro)"
            rf" (?:n['’])?(?:est|était|a été) (?:pas |déjà |encore |toujours )?{_FR_STATE}"
        ),
        r"\baucun (?:compte|utilisateur) (?:avec|pour|à|n['’]|ne |trouvé|de ce)",
        r"\b(?:il (?:y a|n['’]y a)|nous (?:avons|n['’]avons|connaissons|ne connaissons)|j['’]ai|je n['’]ai|je ne) (?:pas )?(?:trouv\w+ )?(?:un|pas de|aucun|votre|ce) compte\b",
        r"\b(?:cela|ceci|c['’]) ?(?:ne )?(?:correspond|appartient)(?: pas| bien)? à (?:un|aucun|votre) compte\b",
        rf"{_ZH_THIS}{_ZH_STATE}(?!吗)",
        r"(?:账户|帐户|账号|帐号|用户)(?:不存在|未注册|尚未注册|没有注册|不是我们的)",
        r"(?:没有|未|查不到|找不到|不存在)(?:找到|查到)?(?:该|此|这个|这样的|对应的|您的|任何)?(?:账户|帐户|账号|帐号)(?!的)",
        r"(?:它|这|该信息)(?:不)?(?:对应|属于)(?:一个|您的|某个|任何)?(?:账户|帐户|账号|帐号)",
    )
)
_IF: Final = re.compile(r"\bif\b|\bsi\b|\bs['’]il|如果|若|假如|要是", re.IGNORECASE)
#: What leaves open whether it is so, or speaks of any account.
_OPEN: Final = re.compile(
    r"\b(?:if|whether|when|once|until|unless|as long as|while|before|in case|may|might|perhaps|means)\b"
    r"|\b(?:si|lorsque|quand|une fois|jusqu['’]à|tant qu|avant que?|au cas où|peut|peut-être|pourrait|signifie|(?:avec|par) la?quel\w*)\b|\b(?:s|tant qu)['’]il"
    r"|如果|若|假如|要是|是否|当|直到|除非|期间|时[，,]|之前|可能|也许|意思是|吗|[?？]\s*$",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def tells_of_account(words: str) -> str | None:
    """
    Find a sentence that tells whether an account exists, or what is the case with it.

    Args:
        words: A text as it is said.

    Returns:
        The sentence, or None.
    """
    for sentence in _SENTENCE.split(words):
        if any(pattern.search(sentence) for pattern in _TELLING) and not _OPEN.search(sentence):
            return sentence.strip()
    return None


def speaks_conditionally(words: str) -> bool:
    """Tell whether a text says "if"."""
    return _IF.search(words) is not None
