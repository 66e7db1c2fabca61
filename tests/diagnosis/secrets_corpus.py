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
    "en": ["my password is {}", "password: {}", "pwd={}", "{} is my password", "{} is my old password"],
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

#: Passwords told in the way people write, in the middle of what else they say.
TOLD_PASSWORDS = [
    "mon mdp c'est {}", "mon mot de passe c'est {}", "mon mot de passe c’est {}", "mon mdp cest {}", "mon pass c {}",
    "le mot de passe que j'ai mis est {}", "le mot de passe que j'utilise c'est {} et ça marche pas", "mon mot de passe était {}",
    "j'ai mis {} comme mot de passe", "{} c'est mon mot de passe", "le mot de passe de mon compte google est {}", "mot de pass {}",
    "pw i use is {}", "pass: {}", "the password i set was {}", "the password that I always use is {}", "i set my password to {}",
    "i set {} as my password", "i used {} as password", "password for my account is {}", "the password is actually {}",
    "my password should be {}", "i changed my password to {} and now it fails", "my pass is now {}",
    "密码我设的是{}", "我密码{}", "我设的密码是{}", "密码用的是{}", "密码就是{}", "我的密码应该是{}", "我把密码改成{}了", "密码设成了{}",
    "我用{}做密码", "密碼我設的是{}", "我的密碼應該是{}",
    "la contraseña que puse es {}", "la contraseña que uso es {}", "puse {} como contraseña", "mi contra es {}", "mi contraseña era {}",
    "a senha que coloquei foi {}", "a senha que eu uso é {}", "coloquei {} como senha", "minha palavra-passe é {}",
    "das Passwort das ich benutze ist {}", "das Passwort, das ich gesetzt habe, war {}", "mein Passwort war {}", "ich habe {} als Passwort",
    "la password che ho messo è {}", "la password che uso è {}", "ho messo {} come password",
    "пароль который я поставил {}", "пароль, который я использую: {}", "пароль у меня {}", "мой пароль был {}", "{} это мой пароль",
    "kullandığım şifre {}", "şifre olarak {} koydum", "şifrem şu {}", "şifremi {} yaptım",
    "كلمة المرور التي وضعتها هي {}", "كلمة السر حقتي {}", "الباسورد {}", "الرقم السري {}",
    "मैंने जो पासवर्ड रखा है वह {} है", "mera password {} hai", "password {} dala tha",
    "password yang saya pakai adalah {}", "kata sandi yang saya pasang {}", "sandiku {}",
    "mật khẩu tôi đặt là {}", "mật khẩu mình dùng là {}", "pass mình là {}", "設定したパスワードは {} です", "{}がパスワードです",
    "제가 설정한 비밀번호는 {} 입니다", "비밀번호를 {} 로 설정했어요",
]  # fmt: skip

#: Codes that are not named: the person says that they came, were typed or were refused.
TOLD_CODES = [
    "c {}", "c'est {}", "j'ai reçu {} mais il marche pas", "bonjour j'ai recu {} et ça dit incorrect", "je tape {} et il est refusé",
    "j'ai tapé {} mais c'est faux", "on m'a envoyé... j'ai reçu {}, pas bon", "ça dit que {} est expiré",
    "i got {} but it says wrong", "it is {}", "i typed {} and it says invalid", "{} is wrong", "it says {} is expired",
    "i received {} but its not working", "i entered {} twice and it still fails", "hello sir i got {} and it is rejected",
    "i got this one {} and it dont work", "{} not working", "{} was rejected", "ok now i put {} again but no",
    "它说{}错误", "我输了{}还是不对", "我收到{}但是不对", "输入{}提示错误", "收到的是{}，一直说过期", "{}无效", "{}怎么不对", "它說{}錯誤", "我輸入{}還是不對",
    "recibí {} pero dice incorrecto", "me llegó {} y no funciona", "puse {} y no sirve", "{} es inválido",
    "recebi {} mas não funciona", "digitei {} e diz inválido", "{} está errado", "ich habe {} bekommen aber es geht nicht",
    "ich gebe {} ein und es ist falsch", "{} ist ungültig", "ho ricevuto {} ma non va", "inserisco {} e dice errato",
    "пришло {} но не подходит", "ввожу {} пишет неверный", "получил {}, не работает", "{} неправильный", "прийшло {} але не працює",
    "{} geldi ama kabul etmiyor", "{} girdim yanlış diyor", "{} yazıyorum olmuyor", "وصلني {} لكن خطأ", "كتبت {} وما يشتغل", "{} غير صحيح",
    "मुझे {} मिला पर काम नहीं करता", "{} डाला लेकिन गलत है", "saya terima {} tapi salah", "saya masukkan {} tapi tidak valid", "{} ditolak",
    "tôi nhận được {} nhưng không đúng", "nhập {} mà báo sai", "{}が届きましたが違います", "{}と入力しても無効です",
    "{} 입력했는데 틀렸다고 해요", "{} 왔는데 안 돼요", "ได้รับ {} แต่ใช้ไม่ได้", "ใส่ {} แล้วผิด", "wpisałem {} ale nie działa",
]  # fmt: skip

#: Recovery words told in the way people write, whole and in part.
TOLD_SEEDS = [
    ("mes 12 mots sont {}", "abaisser abandon abdiquer abeille abolir aborder aboutir aboyer abrasif abreuver abriter abroger"),
    ("voici ma clé de récupération {}", "abaisser abandon abdiquer abeille aboyer abrasif"),
    ("mes mots sont {}", "abaisser abandon abdiquer abeille abolir aborder"), ("voici mes mots secrets {}", "abaisser abandon abdiquer abeille abolir"), ("mes douze mots c'est {}", "jardin soleil lune forêt"),
    ("my recovery words: {}", "abandon ability able about"), ("my 12 words are {}", "river apple tiger window garden"),
    ("here is my recovery phrase {}", "river apple tiger window garden silver"), ("my seed phrase is 1. {}", "river 2. apple 3. tiger 4. window"),
    ("the recovery words i wrote down are {} can you check", "river apple tiger window garden"), ("recovery key:\n{}", "river\napple\ntiger\nwindow"),
    ("助记词是{}", "山水火木金土日月星石田竹"), ("助记词是 {}", "山 水 火 木 金"), ("我的助记词 {}", "山 水 火 木"), ("助記詞：{}", "雲 雨 風 雪"),
    ("mis 12 palabras son {}", "árbol jardín cielo luna bosque"), ("minhas 12 palavras são {}", "árvore jardim terra floresta"),
    ("meine 12 wörter sind {}", "river apple tiger window"), ("le mie 12 parole sono {}", "casa giardino sole luna"),
    ("мои 12 слов: {}", "river apple tiger window"), ("12 kelimem: {}", "river apple tiger window"), ("كلمات الاسترداد هي {}", "river apple tiger window"),
    ("12 kata saya adalah {}", "river apple tiger window"), ("12 từ của tôi là {}", "river apple tiger window"),
    ("リカバリーフレーズは {}", "さくら いぬ ねこ うみ"), ("니모닉: {}", "나무 하늘 바다 구름"), ("सीड फ्रेज है {}", "river apple tiger window"),
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
    for word in ("Soleil2024!", "abc12345", "Doudou75!"):
        yield from ((phrase.format(word), word, SecretKind.PASSWORD) for phrase in TOLD_PASSWORDS)
    for code in ("482913", "482 913", "7305", "48291337"):
        yield from ((phrase.format(code), code, SecretKind.CODE) for phrase in TOLD_CODES)
    yield from ((phrase.format(words), words, SecretKind.SEED_PHRASE) for phrase, words in TOLD_SEEDS)
    yield ("mon mdp c'est soleil", "soleil", SecretKind.PASSWORD)
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
    for grouped in ("7KQM-29XF-H3ZD", "7kqm-29xf-h3zd", "0000-A1BC-DEFG"):
        yield from (
            (frame.format(grouped), grouped, SecretKind.CODE) for frame in ("{}", "it says {}, and now?")
        )


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
    "case CASE-2026-0012", "the form 1234-5678-90 fails", "device 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
]  # fmt: skip

#: What stands just outside the ways in which secrets are told.
BESIDE_TOLD = [
    "i asked john1234 to reset my password", "user john1234 for password reset",
    "mon mot de passe c'est compliqué", "mon mot de passe c'est pas le bon", "mon mot de passe est refusé",
    "mon mdp c'est quoi", "mon mot de passe que j'ai mis est correct", "le mot de passe que j'utilise ne marche plus",
    "my password was changed yesterday", "the password i set was too short", "the password i use is correct",
    "the password i set is not accepted", "the password i set 3 days ago is refused",
    "the password for my account is wrong", "the password for my account is pending approval",
    "my password for binance does not work on iPhone15", "password on my iPhone15 is wrong",
    "password reset on Windows11 fails", "forgot password iOS17.2", "password wrong 3 times",
    "password expired 24h ago", "password 2FA problem", "the password must be at least 8 characters",
    "i set a password of 12 characters", "password as usual", "i changed my password 2 weeks ago",
    "password reset sent to john1234@example.com", "密码错误iOS17", "我密码忘了", "我密码错了5次", "密码设置不了", "密码是什么", "我的密码应该是对的",
    "密码我记得是对的", "密码我设的是对的啊", "密码改了24小时不能提现", "la contraseña que puse es correcta",
    "la contraseña que uso no funciona", "mi contraseña era correcta", "a senha que coloquei foi recusada",
    "a senha foi alterada ontem", "minha senha foi hackeada", "das Passwort das ich benutze ist falsch",
    "mein Passwort war richtig", "la password che uso è giusta", "пароль который я поставил не подходит",
    "пароль у меня правильный", "мой пароль был взломан", "kullandığım şifre yanlış", "şifremi 3 kere yanlış girdim",
    "كلمة المرور التي وضعتها غير صحيحة", "kata sandi yang saya pakai salah", "password yang saya pakai benar",
    "mật khẩu tôi đặt không đúng", "設定したパスワードが違います", "제가 설정한 비밀번호가 틀려요", "i paid 250000 and it says wrong",
    "i got 4500 usdt but wrong amount", "i received 482913 usdt but it says failed", "i sent 482913 and got nothing",
    "my balance is 482913 but it says wrong", "i deposited 482913 and it failed",
    "i got a sms from 24273 but no code", "got sms from 106902", "i received a call at 1540",
    "it says wrong since 2024", "i got locked in 2023", "wrong order 482913", "i got order 482913 but it is wrong",
    "my order 482913 is rejected", "order 12345678 failed", "i got ticket 445566 but nothing",
    "ticket 445566 was refused", "error 482913", "i got error 482913", "it says error 50013", "我收到错误 50013",
    "提示错误代码50013", "订单482913错误", "我的订单号482913不对", "提现482913失败", "转账482913失败", "我充值了482913没到账", "收到106902的短信",
    "我收到10086的短信", "等了3600秒", "我2023年注册的", "余额482913不对", "j'ai reçu un appel à 1540",
    "j'ai reçu 250000 euros mais pas tout", "j'ai payé 482913 mais refusé", "commande 482913 refusée",
    "ma commande 482913 ne marche pas", "j'ai reçu un sms de 38015", "recibí 482913 pesos",
    "mi pedido 482913 fue rechazado", "me llegó un sms de 24273", "recebi um sms de 27182",
    "meu pedido 482913 falhou", "Bestellung 482913 abgelehnt", "ich habe eine SMS von 24273 bekommen",
    "заказ 482913 отклонен", "перевёл 482913 не пришло", "получил смс от 24273", "sipariş 482913 reddedildi",
    "24273'den sms geldi", "i tried 5 times", "i waited 48 hours and it says wrong",
    "i typed my phone 0936130000 and it says wrong", "i entered 0936130000 but not accepted",
    "my number 91234567 is rejected", "numara 5321234567 kabul etmiyor", "i typed 1987 as my birth year",
    "i entered my birthday 19870412 and it says wrong", "i got it 20240115", "Galaxy S23 says wrong",
    "model 2201 does not work", "my model 220111 got no sms", "uid 482913 is wrong", "用户482913登录失败",
    "version 10412 not working", "app 10.4.12 not working", "it says 12:34", "it is 15:40 and still nothing",
    "i got 3 codes", "i got 12.50", "my flight 482913 is refused", "postcode 94105 wrong", "zip 94105 is invalid",
    "my recovery words are lost please help me someone", "my 12 words are gone please help",
    "my seed phrase: i lost the paper when moving house", "my seed phrase is missing since yesterday evening",
    "recovery key: cannot find it anywhere at home", "mes 12 mots sont perdus depuis hier soir",
    "mes 12 mots sont perdus aidez moi svp", "voici ma clé de récupération elle ne marche pas",
    "ma phrase de récupération est perdue chez ma mère", "mis 12 palabras son perdidas ayuda por favor",
    "minha frase de recuperação está perdida por favor ajuda", "meine wiederherstellungswörter sind weg bitte hilfe",
    "助记词是什么", "助记词是什么意思怎么才能找回我的钱包", "助记词是我妈妈保管的但是丢了", "助记词丢了", "我的助记词写在纸上但是纸丢了",
    "my recovery phrase does not work anymore on the phone", "here is my recovery phrase problem",
    "my secret key is lost", "1Password is my password manager", "my iPhone15 as password manager",
    "i use google as my password manager", "here it is 3.5 usd", "i got 10% off", "got 50 eur", "it was 2019",
    "it is 2 days", "c 3 jours", "c 2024", "c à 1540", "c 12 euros", "c le 0936130000", "c'est 15 minutes",
    "mon compte affiche 482913 et c'est faux", "j'ai reçu mon colis 482913", "i got 25 messages and it says wrong",
    "my bill is 482913 and it is wrong", "the price says 482913 but it is wrong", "i entered 12 but it says wrong",
    "i received 2 sms but not the right", "it says try again in 4800 seconds", "it says wait 86400 seconds",
    "says 5 attempts left", "i got 1234 followers", "my last digits are 5678",
    "my phone ends in 5678 and no sms received", "phone ending 5678 got nothing", "tail number 5678 收不到",
    "手机尾号5678收不到短信", "我手机号尾数5678没收到", "我的手机13800138000收不到短信", "我输入手机号13800138000提示错误", "95588发来短信", "发了短信到10690",
    "2024年3月收到的", "8月15号收到", "1234号用户", "我2019年用的密码", "mot de passe reçu 3 fois", "mon mot de passe a 8 caractères",
    "mon mot de passe de 2019 ne marche plus", "my password from 2019 does not work",
    "the password i used in 2019 is rejected", "the password i had since 2019 does not work",
    "password reset mail arrived at 15:40", "my password is 10 years old",
    "my password for the account 12345678 is wrong", "my password on account john1234 fails",
    "senha do wifi não funciona", "senha de 6 dígitos não funciona", "contraseña de 8 caracteres",
    "пароль от 2019 года не подходит", "пароль для входа не принимает", "Passwort für iPhone15 falsch",
    "Passwort seit 2019 gleich", "şifremi 2019'da değiştirdim", "kata sandi 8 karakter", "mật khẩu 8 ký tự",
    "パスワードは8文字以上です", "비밀번호는 8자리 이상입니다", "密码至少8位", "密码要8位以上数字和字母", "密码错误次数过多24小时后再试", "my pw manager is bitwarden2",
    "pass me the link https://example.com", "pass through v10.4.12", "boarding pass AB1234", "passport AB123456",
    "my passport number is AB1234567", "clave dinámica no llega", "la clave es incorrecta", "sandi salah terus",
    "my seed phrase has 12 words", "my seed phrase is safe with me at home", "recovery words are in english",
    "my recovery phrase: can you reset it", "recovery key is what exactly",
    "what is a recovery phrase and where do i find it", "12 mots ou 24 mots", "où sont mes 12 mots de récupération",
    "mes 12 mots sont dans mon coffre fort", "mes mots secrets sont corrects mais refusés",
    "mis 12 palabras no funcionan", "mi frase semilla está en mi casa", "minha frase de recuperação está no papel",
    "meine wiederherstellungsphrase ist korrekt aber", "助记词是对的但是导入不了", "助记词是12个单词", "助记词和密码都忘了", "助记词是不是可以重新生成一个新的",
    "Redmi Note 12 not working", "Samsung A52 refused", "iPhone 14 128 gb not working", "Pixel 8 pro invalid",
    "Nokia 3310 not working", "model 3310 wrong", "app version 482913 not working", "build 482913 is not working",
    "update 20240 failed", "KB5034441 failed", "windows 11 22631 not working", "error: 482913 wrong",
    "room 482913 wrong", "since 2021 it works", "it shows 100%", "it shows 4800 users", "c'est 12,50",
    "c'est le 06 12 34 56 78", "c'est 0612345678", "я ввожу номер 79123456789 пишет неверный",
    "ввожу +7 912 345-67-89 неверно", "le 12/08/2024 j'ai reçu rien", "le 12.08.2024 refusé", "2024-08-12 rejected",
    "since 12-08-2024 rejected", "1234-5678-9012 rejected", "120 000 fcfa refusé", "120 000 refused",
    "j'ai reçu 120 000", "50.000 rejected", "1.500.000 ditolak", "saya terima 150000 saja", "received 1 of 2",
    "got 2 of 3 codes",
]  # fmt: skip

#: Case codes are shown to the person and may be written in any of these ways.
CASE_CODES = [
    "R-Q48WW-R1WEJ",
    "r-q48ww-r1wej",
    "RQ48WWR1WEJ",
    "R Q48WW R1WEJ",
    "RQ48WW-R1WEJ",
    "Q48WW-R1WEJ",
    "R-Q48WWR1WEJ",
]
CASE_CODE_FRAMES = [
    "{}", "my case is {}", "my code is {}", "it is {}", "i got {} but it says wrong", "i typed {} and it is invalid", "password {}",
    "my password is wrong, case {}", "the password i set fails, {}", "recovery code {}", "c'est {}", "j'ai reçu {} mais ça marche pas",
    "mon mot de passe, dossier {}", "我收到{}", "我的工单是 {} 密码错误", "{} не работает", "{} ist falsch", "mi código es {}",
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
    yield from BESIDE_TOLD
    yield from (frame.format(code) for frame in CASE_CODE_FRAMES for code in CASE_CODES)
    yield from (
        frame.format(phone) for frames in NUMBER_FRAMES.values() for frame in frames for phone in PHONES
    )
    yield from (phone for phone in PHONES)
    yield from (frame.format(number) for frame in OTHER_FRAMES for number in OTHER_NUMBERS)
