"""The words that stand beside a secret, in nineteen languages, and the words that speak of another kind of number.

Each constant is a pattern for text folded to lower case. Scripts that write without spaces are searched anywhere,
the others as whole words.
"""

from __future__ import annotations

import re
from typing import Final


def _words(whole: str, anywhere: str = "") -> str:
    """Alternatives out of two lists separated by bars; spaces match any white space."""
    bounded = rf"(?<![^\W\d_])(?:{whole})(?![^\W\d_])"
    return f"(?:{bounded}|{anywhere})" if anywhere else bounded


_NO_CODE = _words(
    r"(?:error|zip|postal|post|area|country|calling|diall?ing|dial|status|promo|promotion|coupon|discount|referral"
    r"|invite|invitation|qr|bar|source|product|order|tracking|swift|sort|exit|response|http) codes?"
    r"|error|errors|version|v|price|balance|amount|since|fehlercode|fehler|erreur|errore|erro|postal|postale|pays|país"
    r"|posta kodu|hata kodu|ülke kodu|hata|ошибка|ошибки|ошибку|версия|помилка|помилки|pos|negara|kesalahan"
    r"|lỗi|bưu điện|خطأ|الخطأ|خطا|پستی|błąd|błędu|pocztowy",
    r"错误|錯誤|版本|价格|價格|余额|餘額|エラーコード|エラー|오류 코드|에러 코드|오류|ข้อผิดพลาด|ไปรษณีย์|त्रुटि|पिन कोड",
)
_CODE = _words(
    r"(?:sms|message) (?:says?|said|reads?)|verification numbers?|code numbers?|codes?|otps?|pin|passcodes?|2fa|totp|mfa|c[oó]digos?|codic[ei]"
    r"|(?:bestätigungs|sicherheits|verifizierungs|einmal|sms-?)code|tan|код|кода|коду|кодом|коды|коди|пин|пин-код"
    r"|kod|kodu|kodum|kodumu|kodunuz|kodem|kode|kodenya|mã|رمز|الرمز|رمزي|كود|الكود|كودي|کد|کدم|کدی|رمزم",
    r"验证码|驗證碼|校验码|校驗碼|动态码|動態碼|确认码|確認碼|短信码|簡訊碼|コード|認証番号|確認番号|暗証番号|ワンタイム"
    r"|코드|인증 ?번호|확인 ?번호|รหัส(?!ผ่าน)|โค้ด|कोड|ओटीपी",
)
_REFERENCE = _words(
    r"orders?|tickets?|invoices?|case|ref|reference|id|uid|numbers?|phones?|mobile|tel|telephone|whatsapp|call|room|flat|apartment|apt|building|street"
    r"|commande|facture|numéro|téléphone|portable|pedido|factura|número|numero|teléfono|telefono|telefone|celular|móvil"
    r"|bestellung|bestellnummer|rechnung|nummer|telefon|telefonnummer|handy|ordine|cellulare|заказ|заказа|номер|номера"
    r"|телефон|телефона|замовлення|sipariş|numara|numaram|telefonum|طلب|الطلب|رقم|رقمي|هاتف|الهاتف|pesanan|nomor|telepon"
    r"|hp|đơn hàng|số|điện thoại|سفارش|شماره|تلفن|zamówienie|zamówienia|numer|telefonu",
    r"订单|訂單|工单|工單|手机|手機|电话|電話|号码|號碼|注文|電話番号|주문|전화|폰|คำสั่งซื้อ|เบอร์|โทร|ऑर्डर|नंबर|फोन|फ़ोन",
)

#: A word near a run of digits: `code`, `reference` (a phone or order number), or `other` (errors, prices, postcodes).
NEAR_DIGITS: Final = re.compile(f"(?P<other>{_NO_CODE})|(?P<code>{_CODE})|(?P<reference>{_REFERENCE})")

#: What joins a code word to its digits.
JOINS_CODE: Final = re.compile(
    r"\W*(?:is|was|are|est|es|é|è|ist|lautet|to|adalah|là|هو|هي|是|为|為|は|は:|는|은|คือ|है|это|це|є|است)?\W*"
)

#: What makes the digits before it an amount.
UNIT: Final = re.compile(
    r"\s?(?:%|[€$£¥₹₽₺₫฿₩]|(?:min|mins|minutes?|minuten|minutos?|sec|secs|seconds?|segundos?|secondes?|sekunden|hours?"
    r"|days?|weeks?|months?|years?|times?|attempts?|ms|usd|usdt|btc|eth|eur|euros?|dollars?|rub|руб|рублей|минут|секунд"
    r"|zł|tl|rs|rupees|points?|people|users?|customers?|characters?|digits?|km|gb|mb|kb|dakika|saniye|menit|detik|phút"
    r"|giây|đồng|دقيقة|ثانية|دقیقه|ثانیه|मिनट|रुपये|minut|sekund)(?![^\W\d_])|元|块|塊|円|원|분|초|分|秒|天|次|年|นาที|วินาที|บาท)"
)

#: Names of a password.
PASSWORD: Final = re.compile(
    _words(
        r"passwords?|passwd|pwd|pw|pass|passwort|kennwort|mot de passe|mdp|contraseñ[ae]|contrasena|clave|senha|parola"
        r"|пароль|пароля|паролем|паролю|şifre|şifrem|şifremi|sifre|sifrem|parolam|parolamı|كلمة المرور|كلمة السر|كلمه السر|باسورد"
        r"|kata sandi|kata sandinya|sandi|mật khẩu|mat khau|رمز عبور|گذرواژه|پسورد|hasło|haslo",
        r"密码|密碼|口令|パスワード|비밀번호|비번|รหัสผ่าน|पासवर्ड",
    )
)

#: What stands between a password's name and the password. `sign` is a mark, `verb` a word.
JOINS_PASSWORD: Final = re.compile(
    r"(?:\s*(?:saya|aku|của tôi|của mình|من|мой|ของฉัน|मेरा|내|for me|i (?:used?|set|have|typed|entered)))?"
    r"\s*(?:(?P<sign>[:=]|->|→|=>)|(?P<verb>['’]s(?=\s)|(?:is|was|est|es|era|é|è|ist|lautet|to|jest|to jest|hai|है|adalah|là|هي|هو|это|це"
    r"|є|ise|است)(?=[\s:])|是|为|為|は|が|은|는|คือ))?[\s:]*"
)

#: A word that joins a sentence to what was said before it.
CONJUNCTIONS: Final = frozenset(["and", "but", "so", "y", "e", "et", "mais", "pero", "und", "aber", "и", "но", "ve", "ama", "dan", "tapi", "i", "ale"])  # fmt: skip

#: What is said *of* a password, so that it is not one.
SAID_OF_PASSWORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
    wrong incorrect correct right invalid expired forgotten forgot lost weak strong required empty reset changed change
    blocked locked compromised hacked stolen leaked missing unknown okay fine good different same saved rejected refused
    accepted not never gone hidden working failing failed broken bad safe secure unsafe long short old new ignored denied
    disabled enabled needed wanted ready mandatory optional help please none null what where there here that this they
    incorrecto incorrecta olvidada olvidado perdida perdido cambiada bloqueada correcta mala válida inválida ayuda nada
    oublié perdu incorrect faux refusé expiré bloqué changé invalide correct ici aide falsch vergessen verloren gesperrt
    abgelaufen ungültig richtig geändert hilfe nicht errada esquecida perdida incorreta errata sbagliata dimenticata
    persa scaduta bloccata неверный неправильный забыл забыла забыт утерян сброшен правильный не нет hatalı yanlış
    unuttum doğru değil salah lupa hilang benar sai đúng quên błędne złe zapomniane niepoprawne nieprawidłowe
    """,
    )
)

#: Words before "my password" in the order value, verb, possessive.
OWNS: Final = frozenset(["my", "mi", "mon", "mein", "minha", "mio", "мой", "benim", "moje", "the"])
IS: Final = frozenset(["is", "was", "es", "est", "ist", "é", "è", "это", "це", "to"])

#: Names of a wallet's recovery words.
SEED: Final = re.compile(
    _words(
        r"seeds?|mnemonics?|(?:recovery|secret|backup|wallet|seed) (?:phrase|words?)|passphrase|(?:12|15|18|21|24) words"
        r"|phrase (?:de récupération|secrète|mnémonique)|frase (?:semilla|de recuperación|secreta|de recuperação|semente|seme"
        r"|di recupero)|semilla|wiederherstellungs(?:phrase|wörter)|сид-?фраз[аыуе]|seed-?фраз[аыуе]|мнемоник[аи]"
        r"|kurtarma (?:ifadesi|kelimeleri)|عبارة الاسترداد|frasa pemulihan|cụm từ khôi phục|fraza odzyskiwania",
        r"助记词|助記詞|恢复短语|恢復短語|种子短语|リカバリーフレーズ|ニーモニック|シードフレーズ|니모닉|시드 ?구문|복구 ?구문|วลีกู้คืน",
    )
)

#: Words no list of recovery words has and nearly every sentence does.
IN_SENTENCES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    the and for not was has had but why from with your our been did does got his her him she who were which would
    could should thanks cant dont didnt doesnt isnt wont ive its are because yet
    password login email sms received arrived lost came sent tried
    que por para los las una con como mas pero muy esta este del cuando sin desde nao meu minha com uma não está mais
    les des mon pas est dans pour avec une mes sur plus depuis ich und nicht das der die den ein eine mein meine kann
    mit auf ist bei habe wird che non per sono della mio mia piu più il ben bir icin için degil değil kod hesap hesabım
    çok saya tidak yang dan ini sudah kode nomor akun bisa masuk karena dengan untuk tolong belum saat ada nie jest mam
    moje mnie się hai nahi mera meri raha kya kar mujhe toi tôi không của mật khẩu tài khoản
    """,
    )
)

#: Names of the key an authenticator is set up with.
KEY: Final = re.compile(
    _words(
        r"secrets?|keys?|setup|authenticator|totp|clé|cle|clave|chave|chiave|schlüssel|ключ|ключа|anahtar|anahtarı|kunci"
        r"|khóa|مفتاح|المفتاح|کلید|klucz",
        r"密钥|密鑰|金钥|金鑰|秘钥|キー|키|คีย์|कुंजी",
    )
)

#: Names of backup codes.
BACKUP: Final = re.compile(
    _words(
        r"(?:backup|back-up|recovery|rescue|emergency|scratch|reserve)[ \-](?:codes?|keys?)|(?:backup|wiederherstellungs)codes?"
        r"|codes? de (?:secours|récupération)|códigos? de (?:respaldo|recuperación|backup|reserva|recuperação)|codici di (?:backup|recupero)"
        r"|резервны[ей] код[ы]?|коды восстановления|резервні коди|yedek kod(?:lar|lar[ıi]m)?|kode cadangan|mã dự phòng"
        r"|رموز (?:احتياطية|النسخ الاحتياطي)|کدهای پشتیبان|kody (?:zapasowe|awaryjne)",
        r"备用码|备用验证码|备份码|恢复码|備用碼|備份碼|復原碼|バックアップ ?コード|リカバリーコード|백업 ?코드|복구 ?코드|รหัสสำรอง|बैकअप कोड",
    )
)

#: What stands beside digits that are shown without being named, as a whole text, after folding.
POINTING: Final = frozenset(
    [
        "it is", "it's", "its", "this is", "that is", "here", "here it is", "here you go", "this one", "this", "i got",
        "i got this", "got", "got this", "i typed", "i type", "i entered", "i enter", "i put", "i put in", "it says",
        "it was", "the one i got is", "i received", "it came", "and now", "now it is", "now", "it shows", "shows",
        "c'est", "c'est le", "voici", "voilà", "voila", "j'ai reçu", "j'ai recu", "je tape", "j'ai tapé", "j'ai tape", "j'entre", "c'est ça", "le voici",
        "是", "就是", "这个", "我收到", "收到", "收到了", "我收到的是", "它是", "这是", "我输入", "我输的是", "输入的是", "我输了", "给你", "在这",
        "это", "вот", "пришло", "es", "es el", "aquí está", "recibí", "das ist", "es ist", "ich habe", "é", "recebi", "to",
    ]
)  # fmt: skip
