"""Texts that ask for a secret are told from texts that warn of asking, in the three languages."""

from __future__ import annotations

import pytest

from bot.content.secrets import asks_for_secret

ASKING = (
    "Please send me the code.",
    "Tell us your password",
    "Now type the code here, please",
    "Send the 6-digit verification code to us.",
    "What is your seed phrase?",
    "What's the code you received?",
    "Reply with the code from the text message.",
    "We need your password to go on.",
    "I'll need the code that you got.",
    "Could I have your PIN?",
    "Paste your recovery phrase below.",
    "Don't worry, just send me the code!",
    "Enter the OTP in this chat.",
    "Give me the private key, please.",
    "Share your card number with us.",
    "发送验证码给我",
    "请把验证码发给我们。",
    "请告诉我您的密码",
    "请在这里输入验证码",
    "您的验证码是多少？",
    "请回复您收到的验证码",
    "把助记词粘贴到这里",
    "请提供您的密码给客服",
    "請將驗證碼發送給我們",
    "请发送您的私钥到此处",
    "别担心，把验证码告诉我就行",
    "Envoyez-moi le code.",
    "Donnez-nous votre mot de passe, s'il vous plaît.",
    "Quel est votre code ?",
    "Tapez le code ici.",
    "Indiquez votre phrase de récupération dans ce chat.",
    "Répondez avec le code reçu.",
    "Pouvez-vous nous envoyer le code ?",
    "Nous avons besoin de votre mot de passe.",
)

HARMLESS = (
    "Never send me the code.",
    "Please do not send the code to us.",
    "Nobody from us will ever ask you for a code or a password.",
    "I never ask for codes, passwords, seed phrases or ID photos.",
    "Type the code on the page within 10 minutes.",
    'Tap "Send code" once and wait 3 minutes.',
    "Ask the page to send you a new code.",
    "Tell me which country code you chose.",
    "Please send us the case code when you write again.",
    "Did the code arrive? Tell me here, but never send me the code.",
    "Change your password on the website.",
    "Never type a code in this chat.",
    "If you sent the code to anybody else, ask for a new one.",
    "The code was sent to the phone that you gave us.",
    "请勿把验证码发给任何人，也不要发给我们。",
    "我们绝不会向您索要验证码或密码。",
    "请在页面上输入验证码。",
    "验证码 10 分钟内有效。",
    "收到验证码了吗？在这里告诉我一声，但不要把验证码发给我。",
    "请在网站上修改密码。",
    "点一次“发送验证码”，等 3 分钟。",
    "我已经删去验证码，没有保存。",
    "Ne m'envoyez jamais le code.",
    "Personne ne vous demandera votre code ou votre mot de passe.",
    "Tapez le code sur la page.",
    "Changez votre mot de passe sur le site.",
    "Indiquez-moi le code pays que vous avez choisi.",
    "Le code est-il arrivé ? Dites-le-moi, sans jamais écrire le code ici.",
    "Redemandez un code sur la page.",
)


@pytest.mark.parametrize("words", ASKING)
def test_asking_for_a_secret_is_found(words: str) -> None:
    assert asks_for_secret(words) is not None


@pytest.mark.parametrize("words", HARMLESS)
def test_warning_of_asking_is_not_asking(words: str) -> None:
    assert asks_for_secret(words) is None


def test_the_clause_that_asks_is_shown() -> None:
    assert asks_for_secret("Good. Please send me the code, then we go on.") == "Please send me the code"
