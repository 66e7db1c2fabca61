"""Messages with a secret in them and messages without, made from templates. Every secret here was made up for it."""

import base64
import hashlib
import re
from collections.abc import Iterator

from bot.diagnosis.secrets import SecretKind

Positive = tuple[str, str, SecretKind]

CODE_TEMPLATES = {
    "en": [
        "my code is {}",
        "the verification code I got was {} but it is rejected",
        "{} is the code they sent",
        "OTP: {}",
    ],
    "zh": ["我的验证码是{}", "收到验证码 {} 但是提示错误", "{}这个验证码不对"],
    "zh-Hant": ["我的驗證碼是{}", "收到驗證碼 {} 但是顯示無效", "{}這個驗證碼不對"],
    "fr": ["mon code est {}", "le code reçu est {} mais il est refusé", "code : {}"],
    "es": ["mi código es {}", "me llegó el codigo {} y no funciona", "código: {}"],
    "pt": ["meu código é {}", "recebi o código {} e não funciona", "código: {}"],
    "de": ["mein Code ist {}", "ich habe den Code {} bekommen, er geht nicht", "Bestätigungscode: {}"],
    "it": ["il mio codice è {}", "ho ricevuto il codice {} ma non va", "codice: {}"],
    "ru": ["мой код {}", "пришёл код {} но он не подходит", "код: {}"],
    "uk": ["мій код {}", "прийшов код {} але не підходить", "код: {}"],
    "tr": ["kodum {}", "gelen kod {} ama kabul etmiyor", "kod: {}"],
    "ar": ["الرمز هو {}", "وصلني رمز التحقق {} ولا يعمل", "الكود: {}"],
    "hi": ["मेरा कोड {} है", "मुझे ओटीपी {} मिला पर काम नहीं करता", "कोड: {}"],
    "id": ["kode saya {}", "saya terima kode {} tapi ditolak", "kode OTP: {}"],
    "vi": ["mã của tôi là {}", "tôi nhận được mã {} nhưng không đúng", "mã OTP: {}"],
    "ja": ["コードは{}です", "認証番号 {} が届きましたが使えません", "認証コード：{}"],
    "ko": ["인증번호는 {} 입니다", "코드 {} 가 왔는데 안 돼요", "인증 번호: {}"],
    "th": ["รหัสคือ {}", "ได้รับรหัส OTP {} แต่ใช้ไม่ได้", "รหัส: {}"],
    "fa": ["کد من {} است", "کد {} آمد ولی کار نمی‌کند", "کد: {}"],
    "pl": ["mój kod to {}", "dostałem kod {} ale nie działa", "kod: {}"],
}
CODES = ["482913", "48 29 13", "482-913", "7305", "G-482913", "４８２９１３", "٤٨٢٩١٣", "4.8.2.9.1.3"]

PASSWORD_TEMPLATES = {
    "en": ["my password is {}", "password: {}", "pwd={}", "{} is my password"],
    "zh": ["我的密码是{}", "密码：{}"],
    "zh-Hant": ["我的密碼是{}", "密碼：{}"],
    "fr": ["mon mot de passe est {}", "mdp: {}"],
    "es": ["mi contraseña es {}", "contraseña: {}"],
    "pt": ["minha senha é {}", "senha: {}"],
    "de": ["mein Passwort ist {}", "Passwort: {}"],
    "it": ["la mia password è {}", "password: {}"],
    "ru": ["мой пароль {}", "пароль: {}"],
    "uk": ["мій пароль це {}", "пароль: {}"],
    "tr": ["şifrem {}", "şifre: {}"],
    "ar": ["كلمة المرور هي {}", "كلمة السر: {}"],
    "hi": ["मेरा पासवर्ड {} है", "पासवर्ड: {}"],
    "id": ["kata sandi saya {}", "kata sandi: {}"],
    "vi": ["mật khẩu của tôi là {}", "mật khẩu: {}"],
    "ja": ["パスワードは{}です", "パスワード：{}"],
    "ko": ["비밀번호는 {} 입니다", "비밀번호: {}"],
    "th": ["รหัสผ่านคือ {}", "รหัสผ่าน: {}"],
    "fa": ["رمز عبور من {} است", "رمز عبور: {}"],
    "pl": ["moje hasło to {}", "hasło: {}"],
}
PASSWORDS = ["Lantern77", "moon!river4", "Kq9$vbn2"]

#: What services write in their messages, and what people write about them.
CODE_PHRASES = [
    "the sms says {}", "Your Example verification code is {}", "{} is your Example code", "I entered {} and it says wrong code",
    "they sent me the pin {} yesterday", "otp {} not working", "i put code {} three times", "{} doesnt work, thats the code",
    "use {} as code", "您的验证码为{}，5分钟内有效", "您的验证码{}，请勿泄露", "驗證碼為 {}", "votre code de vérification est {}",
    "J'ai reçu {} comme code", "tu código de verificación es {}", "me ha llegado {} como codigo", "Ihr Bestätigungscode lautet {}",
    "{} ist mein Code", "il codice che ho ricevuto è {}", "Ваш код подтверждения: {}", "код {} не принимает",
    "ввожу {} пишет неверный код", "doğrulama kodunuz: {}", "رمز التحقق الخاص بك هو {}", "کد تایید شما {}",
    "आपका ओटीपी {} है", "kode verifikasi anda {}", "mã xác minh là {}", "認証コードは {} です", "인증코드 {}", "รหัสยืนยัน {}",
    "twój kod weryfikacyjny {}",
]  # fmt: skip
PASSWORD_PHRASES = [
    "pass: {}", "my pw is {}", "My password's {}", "the password I used was {}", "login: bob password: {}", "user bob / pass {}",
    "我密码{}", "mot de passe {}", "meine Passwort lautet {}", "mi clave es {}", "пароль {}", "мой пароль {} не подходит",
    "비밀번호 {} 입니다", "kata sandi saya {}", "كلمة السر {}", "รหัสผ่าน {}",
]  # fmt: skip

WORDS = re.findall(
    r"\w+",
    "river apple tiger window garden silver mountain pencil orange bridge rocket coffee planet forest candle mirror "
    "basket cotton desert engine falcon ginger hammer island",
)
FOREIGN_WORDS = {
    "助记词": "山 水 火 木 金 土 日 月 星 石 田 竹",
    "助記詞": "雲 雨 風 雪 花 鳥 魚 馬 牛 羊 門 車",
    "シードフレーズ": "さくら いぬ ねこ うみ やま かわ そら ほし つき はな みどり あさひ",
    "니모닉": "나무 하늘 바다 구름 사람 학교 친구 음악 시장 겨울 여름 가을",
    "phrase de récupération": "maison jardin soleil lune forêt rivière pomme cheval oiseau fenêtre bateau nuage",
    "frase di recupero": "casa giardino sole luna foresta fiume mela cavallo finestra barca nuvola pane",
    "frase semilla": "árbol jardín cielo luna bosque río manzana caballo ventana barco nube queso",
    "mnemonic": "strom zahrada slunce voda háj kámen jablko vlak okno loďka oblak sýr",
    "frase de recuperação": "árvore jardim terra lua floresta praia pera cavalo janela barco nuvem queijo",
}


def _base58check(payload: bytes) -> str:
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, text = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return text


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _keys() -> Iterator[tuple[str, SecretKind]]:
    """Secrets that need no words around them."""
    for name in ("one", "two", "three", "four"):
        yield "0x" + _key(name).hex(), SecretKind.PRIVATE_KEY
        yield _key(name).hex(), SecretKind.PRIVATE_KEY
        yield _base58check(b"\x80" + _key(name)), SecretKind.PRIVATE_KEY
        yield _base58check(b"\x80" + _key(name) + b"\x01"), SecretKind.PRIVATE_KEY
        for version in ("0488ade4", "049d7878", "04b2430c"):
            body = bytes.fromhex(version) + bytes(9) + _key(name) + b"\0" + _key(name + "!")
            yield _base58check(body), SecretKind.PRIVATE_KEY
        token = base64.urlsafe_b64encode(_key(name)).decode().rstrip("=")
        yield f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{name}.{token}", SecretKind.TOKEN
        yield (
            f"otpauth://totp/Example:{name}?secret=JBSWY3DPEHPK3PXP&issuer=Example",
            SecretKind.AUTHENTICATOR_SECRET,
        )
        yield f"7123456789:{token[:35]}", SecretKind.TOKEN
        yield f"Bearer {token}", SecretKind.TOKEN
        yield f"Cookie: theme=dark; sid={token}", SecretKind.TOKEN
        yield f"sessionid={token}", SecretKind.TOKEN
    for card in (
        "4111111111111111",
        "5555 5555 5555 4444",
        "3782-822463-10005",
        "6011 1111 1111 1117",
        "3530111333300000",
    ):
        yield card, SecretKind.CARD
    for iban in (
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "FR1420041010050500013M02606",
        "nl91abna0417164300",
    ):
        yield iban, SecretKind.IBAN


def _bare(kind: SecretKind, secret: str) -> str:
    """The part of a secret that must be gone."""
    return secret.split(" ", 1)[-1] if kind is SecretKind.TOKEN else secret


def positives() -> Iterator[Positive]:
    """A message, the secret that must be gone from it, its kind."""
    for templates in CODE_TEMPLATES.values():
        yield from (
            (template.format(code), code, SecretKind.CODE) for template in templates for code in CODES
        )
    yield from ((code, code, SecretKind.CODE) for code in (*CODES, "12345", "1234 5678", "00123456"))
    for templates in PASSWORD_TEMPLATES.values():
        yield from ((t.format(word), word, SecretKind.PASSWORD) for t in templates for word in PASSWORDS)
    yield from ((phrase.format("482913"), "482913", SecretKind.CODE) for phrase in CODE_PHRASES)
    yield from ((phrase.format("qwerty123"), "qwerty123", SecretKind.PASSWORD) for phrase in PASSWORD_PHRASES)
    yield ("my password is sunshine", "sunshine", SecretKind.PASSWORD)
    yield ("my password is sunshine and it fails", "sunshine", SecretKind.PASSWORD)
    yield ('password: "two old horses"', "two old horses", SecretKind.PASSWORD)
    for frame in ("{}", "look: {}", "here it is {} please help"):
        yield from ((frame.format(secret), _bare(kind, secret), kind) for secret, kind in _keys())
    for size in (12, 15, 18, 21, 24):
        for joined in (" ", ", ", "\n"):
            phrase = joined.join(WORDS[:size])
            yield (phrase, phrase, SecretKind.SEED_PHRASE)
            yield (f"my seed phrase is {phrase}", phrase, SecretKind.SEED_PHRASE)
        numbered = "\n".join(f"{number}. {word}" for number, word in enumerate(WORDS[:size], 1))
        yield (f"recovery phrase:\n{numbered}", numbered[3:], SecretKind.SEED_PHRASE)
    yield from ((f"{name}: {words}", words, SecretKind.SEED_PHRASE) for name, words in FOREIGN_WORDS.items())
    for word in (
        "secret key",
        "setup key",
        "密钥",
        "clé secrète",
        "clave",
        "ключ",
        "مفتاح",
        "कुंजी",
        "キー",
        "키",
        "klucz",
    ):
        for key in ("JBSWY3DPEHPK3PXP", "jbsw y3dp ehpk 3pxp", "KRSXG5CTMVRXEZLUKN2XAZLS"):
            yield (f"{word}: {key}", key, SecretKind.AUTHENTICATOR_SECRET)
    for name in ("backup codes", "Backup-Codes", "备用码", "codes de secours", "códigos de respaldo", "резервные коды",
                 "yedek kodlar", "kode cadangan", "mã dự phòng", "バックアップコード", "백업 코드", "kody zapasowe"):  # fmt: skip
        yield (f"{name}:\n1234 5678\n2345 6789\n3456 7890", "2345 6789", SecretKind.BACKUP_CODES)
        yield (f"{name} a1b2-c3d4, e5f6-g7h8, i9j0-k1l2", "e5f6-g7h8", SecretKind.BACKUP_CODES)


NUMBERLESS_COMPLAINTS = [
    "i forgot my password", "password reset link does not work", "the password is wrong", "my password is not working",
    "my code never came", "I waited 10 minutes", "error 404", "my code +44", "code 886", "60 seconds", "1", "2", "3.",
    "R-7K3F9Q", "my ticket is R-7K3F9Q", "password: forgot it", "is my password safe?", "password is the same as before",
    "my password is wrong, please help", "the secret key is lost", "my backup codes are gone", "where is my seed phrase",
    "I lost my recovery phrase and cannot restore anything", "the app asks for 12 words and I do not have them",
    "it says code expired", "I need a code", "pin code?", "what is a bearer token", "cookie settings", "my keys are lost",
    "forgot password and email", "password changed yesterday", "password was compromised", "can't reset password",
    "https://example.com/reset?step=2", "password reset: https://example.com/reset-password2", "see you at 14:32",
    "version 1.2.3.4 no code", "app v10.4.12", "from 192.168.1.1 no code", "iPhone 15 Pro, iOS 26.1", "it is 9 o'clock",
    "我忘记密码了", "密码错误", "密码重置链接打不开", "收不到验证码", "验证码已过期", "等了10分钟还没有验证码", "助记词丢了怎么办",
    "我忘記密碼了", "收不到驗證碼", "j'ai oublié mon mot de passe", "le mot de passe est incorrect", "je ne reçois pas le code",
    "olvidé mi contraseña", "la contraseña es incorrecta", "no me llega el código", "esqueci minha senha",
    "a senha é inválida", "não recebo o código", "ich habe mein Passwort vergessen", "das Passwort ist falsch",
    "der Code kommt nicht", "ho dimenticato la password", "la password è sbagliata", "il codice non arriva",
    "я забыл пароль", "пароль неверный", "пароль не подходит", "код не приходит", "забув пароль", "код не приходить",
    "şifremi unuttum", "şifre yanlış", "kod gelmiyor", "نسيت كلمة المرور", "كلمة المرور غير صحيحة", "لا يصلني الرمز",
    "मैं पासवर्ड भूल गया", "पासवर्ड गलत है", "कोड नहीं आया", "saya lupa kata sandi", "kata sandi salah", "kode tidak masuk",
    "tôi quên mật khẩu", "mật khẩu không đúng", "tôi không nhận được mã", "パスワードを忘れました", "パスワードが違います",
    "コードが届きません", "비밀번호를 잊어버렸어요", "비밀번호가 틀려요", "코드가 안 와요", "ลืมรหัสผ่าน", "รหัสผ่านผิด",
    "ไม่ได้รับรหัส", "رمز عبورم را فراموش کردم", "کد نمی‌آید", "zapomniałem hasła", "hasło jest błędne", "kod nie przychodzi",
    "saya tidak bisa masuk akun karena kode verifikasi tidak pernah sampai nomor lama hilang",
    "не приходит код уже три дня помогите пожалуйста восстановить доступ",
]  # fmt: skip

#: Numbers and words that come near to a secret.
NEAR_MISSES = [
    "my account number is 12345678", "order 2026-0001234", "my username is john1234 and no code", "Flat 1204, no code",
    "my email is john1234@example.com, no code", "I was born in 1987, why no code", "they charged me 1299.00",
    "login from 10:30 to 11:45 no code", "support said wait 24 hours (ticket 99812)", "case number 5544332",
    "password must have 8 characters", "password needs 1 uppercase and 1 number", "what is my password?",
    "my password is correct but it does not log in", "password isn't accepted", "I set a new password yesterday",
    "the saved password was cleaned", "my number ends with 1234", "numbers ending 5678 gets no code", "no code on 555-0123",
    "no code to +1 (212) 555-0123", "code sent to *******78", "Samsung a5423 no code", "model 2201116SG no code",
    "手机尾号5678收不到验证码", "2026年11月22日收不到验证码", "密码输错5次", "contraseña olvidada", "senha incorreta",
    "пароль был изменен", "Passwort zurücksetzen", "hasło nie działa", "password manager", "password incorrect error 403",
    "postcode SW1A 1AA", "my pin is blocked", "2FA required", "my key question is about withdrawals", "code: none",
]  # fmt: skip

#: Other numbers, with or without a code being spoken of.
NUMBER_FRAMES = {
    "en": ["my phone number is {}", "no code comes to {}"],
    "zh": ["我的手机号是{}，收不到验证码"],
    "fr": ["mon numéro est {} et le code n'arrive pas"],
    "es": ["mi número es {} y no llega el código"],
    "pt": ["meu número é {} e o código não chega"],
    "de": ["meine Nummer ist {}, der Code kommt nicht"],
    "it": ["il mio numero è {} e il codice non arriva"],
    "ru": ["мой номер {}, код не приходит"],
    "tr": ["numaram {}, kod gelmiyor"],
    "ar": ["رقمي {} ولا يصل الرمز"],
    "hi": ["मेरा नंबर {} है, कोड नहीं आया"],
    "id": ["nomor saya {} dan kode tidak masuk"],
    "vi": ["số điện thoại của tôi là {}, chưa có mã"],
    "ja": ["電話番号は{}です。コードが届きません"],
    "ko": ["제 번호는 {} 인데 전화 코드가 안 와요"],
    "th": ["เบอร์ {} ไม่ได้รับรหัส"],
    "fa": ["شماره من {} است و کد نمی‌آید"],
    "pl": ["mój numer to {}, kod nie przychodzi"],
}
PHONES = ["+886 936 130 000", "0936130000", "0936-130-000", "(212) 555-0123", "+44 7911 123456", "13800138000",
          "+4915123456789", "06 12 34 56 78", "8 912 345-67-89", "886936130000"]  # fmt: skip
OTHER_NUMBERS = [
    "on 2026-11-22 at 14:32", "since 22.11.2026", "since 2024", "on 11/22/2026", "at 14:32:05", "after 3600 seconds",
    "order 12345678", "order #1234567", "ticket 445566", "invoice 20261122", "ref 778899", "error code 50013",
    "error 60203", "zip code 94105", "country code 886", "postal code 10115", "paid $1,250.00", "paid 5000 USD",
    "paid €4999", "balance 12500 usdt", "1500 points", "room 1234", "version 2026.11.2", "in 2025", "uid 99887766",
    "from 10.0.0.1", "case 1234567", "100000 users", "3000 people", "promo code 2024",
]  # fmt: skip
OTHER_FRAMES = [
    "{}",
    "no code {}",
    "{}, please help",
    "I asked {} and the sms never came",
    "hello, {}",
    "still waiting {}",
]


def negatives() -> Iterator[str]:
    """Messages nothing may be removed from."""
    yield from NUMBERLESS_COMPLAINTS
    yield from NEAR_MISSES
    yield from (
        frame.format(phone) for frames in NUMBER_FRAMES.values() for frame in frames for phone in PHONES
    )
    yield from (phone for phone in PHONES)
    yield from (frame.format(number) for frame in OTHER_FRAMES for number in OTHER_NUMBERS)
