"""The words that stand beside a secret, in nineteen languages, and the words that speak of another kind of number.

Each constant is a pattern for text folded to lower case. Scripts that write without spaces are searched anywhere,
the others as whole words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    r"|zł|tl|lira|pesos?|reais|pounds|soles|yuan|rupiah|rs|rupees|points?|people|users?|customers?|characters?|digits?|km|gb|mb|kb|dakika|saniye|menit|detik|phút"
    r"|giây|đồng|دقيقة|ثانية|دقیقه|ثانیه|मिनट|रुपये|minut|sekund)(?![^\W\d_])|元|块|塊|円|원|분|초|分|秒|天|次|年|นาที|วินาที|บาท)"
)

#: Names of a password.
PASSWORD: Final = re.compile(
    _words(
        r"passwords?|passwd|pwd|pw|(?<!boarding )pass|passwort|kennwort|mots? de pass[e]?|motdepasse|mdp|contraseñ[ae]|contrasena|mi contra|clave|senha"
        r"|palavra-passe|palavra passe|parola|пароль|пароля|паролем|паролю|пасс|şifre|şifrem|şifremi|şifreyi|sifre|sifrem|sifremi|parolam"
        r"|parolamı|كلمة (?:المرور|السر|مرور|سر)|كلمه (?:المرور|السر|سر)|(?:ال)?باسورد[يه]?|(?:ال)?باسوورد|الرقم السري|رقمي السري"
        r"|kata sandi|kata sandinya|sandi|sandiku|sandinya|mật khẩu|mat khau|رمز عبور|گذرواژه|پسورد|hasło|haslo",
        r"密码|密碼|口令|パスワード|비밀번호|비번|รหัสผ่าน|पासवर्ड",
    )
)

_LINKS: Final = (
    r"c['’ ]?(?:est|était|etait)|cest|is|was|are|were|est|sont|était|etait|étaient|es|son|são|sao|sono|sind|waren|są|were|era|é|è|ist|war|lautet|lautete|to|to jest|jest|było"
    r"|hai|है|था|adalah|là|هي|هو|كانت|كان|это|был|це|є|був|ise|idi|است|بود"
)
#: What joins the name of a secret to the secret itself, one step at a time: `sign` is a mark and `verb` a word that
#: tell it, `aside` says whose or what for and wants one of them after it, `filler` says that it was chosen or used.
JOINT: Final = re.compile(
    r"[ \t\u3000,]*(?:(?P<sign>[:=]|->|→|=>)"
    rf"|(?P<verb>['’]s(?=\s)|{_words(_LINKS)}(?=[\s:\"“«]|[!-~](?<![\w\s.,!?]))|就?是|为|為|は|が|은(?=\s)|는(?=\s)|คือ)"
    r"|(?P<aside>(?<![^\W\d_])(?:for|of|to|on|in|pour|de|du|sur|para|da|do|di|del|per|für|von|zu|для|от|на|к|için|untuk|cho|dla)"
    rf"(?:[ \t]+[\w'’]+){{1,3}}?(?=[ \t]*[:=]|[ \t]+{_words(_LINKS)}\s))"
    r"|(?P<filler>"
    + _words(
        r"i|i['’]m|i['’]ve|we|you|me|my|that|which|always|actually|now|just|still|usually|currently|use|used|using|set|have|had|put|type"
        r"|typed|typing|enter|entered|chose|choose|made|created|saved|remember|think|wrote|written|down|noted|got|given|to|as|should|must|be|has|been|it|myself|for me|here"
        r"|que|qu['’]on|qui|je|j['’]ai|j['’]avais|j['’]utilise|j['’]utilisais|j['’]ai|ai|on|moi|mis|mets|utilise|utilisé|utilisais|tape|tapé|entre"
        r"|entré|choisi|choisis|créé|cree|avais|noté|notés|notées|écrits?|reçus?|toujours|actuellement|normalement|doit|être|c|ct|a|là|ici|voici"
        r"|yo|puse|pongo|uso|usaba|usé|tengo|tenía|escribo|escribí|elegí|siempre|ahora|fue|he|puesto|configuré|creé|actual|coloquei"
        r"|eu|uso|usei|usava|coloco|pus|criei|digito|digitei|escolhi|sempre|agora|foi|tenho|está|ho|messo|metto|usavo|usato|scelto|inserito|che|io"
        r"|das|die|ich|benutze|benutzt|verwende|verwendet|gesetzt|eingestellt|gewählt|nutze|habe|hatte|immer|jetzt|eingegeben|gebe|ein|sollte|sein|wurde"
        r"|который|которую|я|поставил|поставила|использую|использовал|ввожу|ввел|ввёл|ввела|придумал|придумала|задал|создал|сейчас|всегда|у меня|мой|такой|вот"
        r"|який|поставив|використовую|вводжу|мій|зараз|kullandığım|koyduğum|girdiğim|belirlediğim|olarak|şu|şudur|benim|hep|şimdi"
        r"|التي|الذي|اللي|وضعتها|وضعته|استخدمها|أستخدمها|استخدمه|حطيتها|حطيته|كتبتها|حقتي|حقي|تبعي|تبعتي|الخاصة بي|عندي|دائما|الآن"
        r"|जो|मैंने|मैं|रखा|रखी|डाला|लगाया|वह|वो|यह|ये|मेरा|हूं|jo|maine|main|rakha|dala|lagaya|wo|mera|mero"
        r"|yang|saya|aku|ku|pakai|pake|gunakan|pasang|buat|masukkan|masukin|selalu|sekarang|nya|itu"
        r"|của|tôi|mình|em|đặt|dùng|nhập|đang|là|luôn|đã|tạo|من|که|گذاشتم|میزنم|استفاده|می‌کنم|które|ustawiłem|ustawiłam|używam|wpisuję|mam|moje",
        r"我(?:的|们)?|自己|(?:之前|现在|現在|一直|本来|一般)|设(?:置|定)?的?|設(?:置|定)?的?|(?:使)?用的?|改(?:成|为|為)了?|成了?|填的?|输入?的?|輸入?的?|写的?|应该|應該|可能|就|了|的"
        r"|私の|設定した|使っている|[를을]|내|제가|ของ(?:ฉัน|ผม|เรา)|ที่(?:ใช้|ตั้ง)(?:ไว้)?|मेरा",
    )
    + r"))"
)
#: Steps from a name to its secret: "that I have always used for my account is" has seven.
_STEPS: Final = 9
_JOINT_END: Final = re.compile(r"[\s:\u3000]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What stands between the name of a secret and the place where the secret begins."""

    #: Where the secret begins.
    end: int
    #: Whether a mark or a verb tells it.
    told: bool
    #: Whether it is the last thing before it that does.
    last: bool


def joint(folded: str, position: int) -> Joint:
    """Read on from the end of a secret's name to the secret."""
    told = last = False
    for _ in range(_STEPS):
        step = JOINT.match(folded, position)
        if step is None:
            break
        last = bool(step["sign"] or step["verb"])
        told, position = told or last, step.end()
    end = _JOINT_END.match(folded, position)
    return Joint(end=end.end() if end else position, told=told, last=last)


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
    quoi qoi comment bizarre compliqué complique pareil mauvais bon nul impossible perdue oubliée connu facile difficile unique toujours volé
    piraté expirée erroné inconnu fácil difícil igual nueva nueva vieja robada hackeada alterada trocada roubada bloqueada
    expirada hackeado kompliziert gehackt geknackt komisch egal weg alt neu strano vecchia nuova giusta cambiata rubata
    сложный простой старый новый взломан украден тот этот такой правильно eski yeni çalındı değişti bozuk
    unuttum doğru değil salah lupa hilang benar sai đúng quên błędne złe zapomniane niepoprawne nieprawidłowe
    """,
    )
)

#: Words before "my password" in the order value, verb, possessive, and the verbs: "X is my password", "X as password".
OWNS: Final = frozenset(
    ["my", "mi", "mon", "mein", "minha", "mio", "мой", "benim", "moje", "the", "a", "le", "la", "il", "mia", "meine", "das",
     "mine", "new", "our", "una", "un", "uma", "mój", "eine", "mera"]
)  # fmt: skip
IS: Final = frozenset(
    ["is", "was", "es", "est", "ist", "é", "è", "это", "це", "to", "c'est", "c’est", "cest", "as", "como", "come", "comme",
     "als", "как", "як", "olarak", "sebagai", "làm", "jako", "war", "era", "foi", "adalah", "là", "هي", "هو", "hai"]
)  # fmt: skip
#: The same where no spaces are written, from a password in Latin letters up to its name.
TOLD_BEFORE: Final = re.compile(
    r"(?<![!-~])([!-~]{4,64})[ \u3000]?(?:就?是|[当當做作设設]为?|作为|作為|が|は|를|을|가|이|ใน|เป็น|को)[ \u3000]?(?:我的?|私の|제|내|मेरा)?[ \u3000]?$"
)

#: Names of a wallet's recovery words.
SEED: Final = re.compile(
    _words(
        r"(?:(?:recovery|secret|backup|wallet|seed|back-up|mnemonic)[ \-]){1,3}(?:phrases?|words?|key)|seeds?|mnemonics?|passphrase|my words|mes mots|mis palabras|minhas palavras|meine wörter|le mie parole"
        r"|(?:12|15|18|21|24|twelve|twenty-?four) (?:words|mots|palabras|palavras|wörter|parole|слов|слова|kelime|kelimem|kata|từ|كلمة|शब्द|słów|کلمه)"
        r"|(?:douze|vingt-quatre) mots|mots (?:de récupération|de recuperation|secrets|de passe de récupération)|clés? de (?:récupération|recuperation)"
        r"|phrase (?:de récupération|de recuperation|secrète|mnémonique|de secours)|frase (?:semilla|de recuperación|secreta|de recuperação|semente|seme"
        r"|di recupero)|(?:palabras|clave) de recuperación|palabras semilla|doce palabras|(?:palavras|chave) de recuperação|doze palavras|semilla"
        r"|wiederherstellungs(?:phrase|wörter|schlüssel)|zwölf wörter|(?:parole|chiave) di recupero|dodici parole|сид-?фраз[аыуе]|seed-?фраз[аыуе]"
        r"|мнемоник[аи]|(?:слова|фраз[аыу]|ключ|фрази) (?:для )?(?:восстановления|відновлення)|секретн(?:ая|ую|ые) (?:фраза|фразу|слова)|двенадцать слов"
        r"|kurtarma (?:ifadesi|ifadem|kelimeleri|kelimelerim|anahtarı)|(?:عبارة|كلمات|مفتاح) الاسترداد|العبارة السرية|(?:frasa|kata|kunci) pemulihan"
        r"|(?:cụm )?từ khôi phục|(?:fraza|słowa) odzyskiwania|رिकवरी|रिकवरी (?:फ्रेज|शब्द|की)|सीड फ्रेज|عبارت بازیابی|کلمات بازیابی",
        r"助记词|助記詞|恢复短语|恢復短語|种子短语|恢复(?:词|密钥)|恢復金鑰|(?:12|24|十二|二十四)个?个?(?:单词|單字|词|詞)|リカバリーフレーズ|ニーモニック|シードフレーズ"
        r"|復元(?:フレーズ|ワード)|(?:12|24)(?:個の|の)?単語|니모닉|시드 ?(?:구문|문구)|복구 ?(?:구문|문구|단어)|(?:12|24)개 ?단어|วลีกู้คืน|คำกู้คืน",
    )
)
#: What announces a secret before its name.
ANNOUNCES: Final = re.compile(
    _words(
        r"here (?:is|are)|here['’]?s|this is|these are|voici|voilà|voila|c['’]est|aquí est[áa]n?|est[ae]s? (?:es|son)|aqui est(?:á|ão)|hier (?:ist|sind|kommt)"
        r"|das (?:ist|sind)|ecco|вот|это|ось|це|işte|bunlar|هذه|هذا|إليك|ये हैं|यह है|ini|berikut|đây là|oto",
        r"这是|這是|以下是|これ[がは]|이게|นี่คือ",
    )
    + r"[ \t]*(?:[^\W\d_]{1,8}[ \t]+){0,2}$"
)
#: Chinese characters of sentences: a phrase written without spaces has next to none of them.
CHINESE_IN_SENTENCES: Final = frozenset(
    "我你他她它的了是在不有没吗呢么什怎为何谁请把被给和或但就都还也很要会能可以说个这那丢忘记找回钱包账号码词写存截图对错"
)

#: Words no list of recovery words has and nearly every sentence does.
IN_SENTENCES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    the and for not was has had but why from with your our been did does got his her him she who were which would
    could should thanks cant dont didnt doesnt isnt wont ive its are because yet
    sir cannot missing stolen forgotten anywhere anymore gone some them
    here these those was were been being because everything hacked locked deleted different
    perdu perdus perdues perdue oublié oubliés volé volés aide aidez merci svp chez hier tous tout toutes elle ils été
    avoir être ont vous nous aussi quand comment pourquoi rien jamais encore dois faut trouver retrouver demande
    perdí perdida perdidas olvidé robadas gracias todas todos nunca donde dónde tengo puedo fueron
    perdi perdidas esqueci ajuda onde tenho posso foram todas hilfe bitte verloren vergessen gestern kein
    keine mehr sind wurde wurden aiuto grazie perse perso dimenticato sono ieri tutto
    password login email sms received arrived lost came sent tried
    que por para los las una con como mas pero muy esta este del cuando sin desde nao meu minha com uma não está mais
    les des mon pas est dans pour avec une mes sur plus depuis ich und nicht das der die den ein eine mein meine kann
    mit auf ist bei habe wird che non per sono della mio mia piu più il ben bir icin için degil değil kod hesap hesabım
    çok saya tidak yang dan ini sudah kode nomor akun bisa masuk karena dengan untuk tolong belum saat ada nie jest mam
    moje mnie się hai nahi mera meri raha kya kar mujhe toi tôi không của mật khẩu tài khoản
    """,
    )
)

#: Words that are on a list of recovery words and in complaints too: they make no phrase by themselves.
LISTED_IN_SENTENCES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    any help into never nothing please someone then there they where wrong phone open enter check service today since
    again account number problem change work time about after other same still what when that this have need lost left
    ayer ayuda bien favor todo error nada abrir ahora dove obrigado problema
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

_GOT: Final = _words(
    r"got|gotten|get|gets|received|receive|recieved|recived|reçu|recu|reçois|reçoit|recois|recibí|recibi|recibo|llegó|llego|recebi|recebo|veio|chegou"
    r"|erhalten|bekommen|bekam|erhielt|kam|ricevuto|ricevo|arrivato|пришло|пришёл|пришел|пришли|получил|получила|получаю|прийшло|прийшов|отримав|отримала"
    r"|geldi|aldım|gönderildi|وصلني|وصل|جاني|جاءني|استلمت|मिला|आया|आया है|mila|aaya|dapat|terima|menerima|masuk|dikirim|nhận|được|آمد|گرفتم|رسید|dostałem|dostałam|przyszło|otrzymałem",
    r"收到|收了|发来|發來|得到|届い|来た|来ました|届きました|받았|왔|ได้(?:รับ|มา)|मिला|आया",
)
_TYPED: Final = _words(
    r"typed?|typing|entered|enter|entering|put|input|inputted|tried|try|used|use|submitted|pasted|says?|said|shows?|tape|tapé|tapais|entre|entré|entrer|mis|mets"
    r"|saisi|saisis|essayé|essaye|écrit|dit|affiche|puse|pongo|ingresé|ingreso|metí|meto|escribí|escribo|probé|dice|sale|coloquei|coloco|digitei|digito|inseri"
    r"|usei|tentei|diz|aparece|eingegeben|eingebe|eingetippt|gebe|tippe|benutzt|probiert|sagt|zeigt|steht|inserito|inserisco|messo|metto|digitato|provato|dice"
    r"|ввожу|ввел|ввёл|ввела|вводил|вводила|набираю|набрал|пишу|написал|пишет|говорит|ввів|вводжу|ввела|пише|girdim|giriyorum|yazdım|yazıyorum|denedim|diyor|yazıyor"
    r"|أدخلت|ادخلت|ادخل|كتبت|كتبته|حطيت|يقول|يقولي|डाला|डाल|लिखा|dala|daala|likha|masukkan|masukin|memasukkan|ketik|isi|input|coba|katanya|nhập|gõ|điền|thử|báo"
    r"|زدم|وارد کردم|نوشتم|میگه|wpisałem|wpisałam|wpisuję|wpisuje|podałem|mówi|pisze",
    r"输入?|輸入?|填(?:写|寫)?|打了?|敲|试了?|用了|说|說|提示|显示|顯示|写|入力|入れ|打っ|試し|出る|表示|입력|쳤|넣었|썼|나와|ใส่|กรอก|พิมพ์|ขึ้นว่า|बताता|डाला",
)
_WRONG: Final = _words(
    r"wrong|incorrect|invalid|expired|rejected|rejects?|refused|refuses?|denied|declined|fails?|failed|failing|bad|not (?:work|works|working|valid|accepted|correct|right)|no work"
    r"|(?:doesn'?t|dosen'?t|don'?t|didn'?t|wont|won'?t|does not|did not|will not|not) (?:work|accept|go|match|pass)|isn'?t (?:working|right|valid|accepted)|not (?:good|ok)"
    r"|faux|fausse|incorrecte?|invalide|expirée?|refusée?|refuse|rejetée?|erronée?|marche p(?:as|lus)|fonctionne p(?:as|lus)|passe p(?:as|lus)|pas bon|mauvais|pas valide|pas accepté"
    r"|incorrect[oa]|inválid[oa]|invalid[oa]|expirad[oa]|rechazad[oa]|caducad[oa]|vencid[oa]|errad[oa]|recusad[oa]|mal|(?:no|não|nao) (?:funciona|sirve|vale|acepta|aceita|serve|jala|va|vai|deja)"
    r"|falsch|ungültig|abgelaufen|abgelehnt|geht nicht|funktioniert nicht|klappt nicht|stimmt nicht|nicht (?:akzeptiert|angenommen|gültig|richtig|korrekt)|nimmt er nicht|falscher"
    r"|sbagliato|errato|scaduto|non (?:va|funziona|valido|accettato|è valido|corretto)|rifiutato|non lo (?:accetta|prende)"
    r"|не ?верный|не ?верно|не ?правильн(?:ый|о)|не (?:подходит|работает|принимает|принимается|проходит|тот|действителен)|истек|истёк|просрочен|отклонен|отклонён|ошибк[ау]"
    r"|невірний|неправильний|не (?:працює|приймає|підходить)|yanlış|yanlis|hatalı|geçersiz|süresi (?:doldu|dolmuş|geçmiş)|reddedildi|kabul (?:etmiyor|edilmedi|edilmiyor)|çalışmıyor|olmuyor|olmadı"
    r"|خطأ|خطا|غلط|غير (?:صحيح|صالح)|منتهي|مرفوض|(?:ما|لا|مو) (?:يعمل|يشتغل|يقبل|اشتغل|ينفع|يقبله)|مش (?:شغال|صحيح|راضي)|गलत|अमान्य|एक्सपायर|(?:काम|स्वीकार|मान्य) नहीं|galat|nahi (?:chal|ho|le)"
    r"|salah|tidak (?:valid|bisa|berlaku|cocok|berfungsi|diterima)|ga(?:k)? (?:bisa|valid)|nggak bisa|ditolak|kadaluarsa|kedaluwarsa|expired|gagal"
    r"|sai|không (?:đúng|được|hợp lệ|nhận|chính xác)|ko được|hết hạn|bị từ chối|اشتباه|نامعتبر|منقضی|(?:کار|قبول) نمی[‌ ]?(?:کند|کنه)|błędny|zły|niepoprawny|nieprawidłowy|wygasł|odrzucony|nie (?:działa|przyjmuje|pasuje)",
    r"不对|不對|错误|錯誤|错了|錯了|不正确|不正確|无效|無效|失效|过期|過期|不行|不能用|没用|沒用|被拒|拒绝|拒絕|不通过|不通過|不接受|不好使|用不了|失败|失敗|验证失败|報錯|报错|輸錯|输错"
    r"|違(?:う|い|っ)|間違|無効|期限切れ|使えな|使えません|通らな|弾かれ|エラー|ダメ|だめ|틀(?:렸|리|린|려)|잘못|안 ?(?:돼|되|맞|먹)|만료|거부|오류|무효|ผิด|ไม่ถูก(?:ต้อง)?|หมดอายุ|ใช้ไม่ได้|ไม่ผ่าน|गलत|अमान्य",
)
_SMALL: Final = _words(
    r"i|it|its|s|m|ve|l|j|n|t|qu|d|this|that|these|one|is|was|are|the|a|here|you|go|now|and|but|in|still|again|just|already|only|me|my|yes|ok|okay|so|then|twice|times|always|he|they|keeps?|keep|on|up|im|i'?m|please|help"
    r"|have|has|had|there|did|not|no|why|same|every|time|each|also|too"
    r"|c|c'est|cest|c'était|ce|cette|ça|ca|le|la|les|l'|l'ai|j'ai|jai|j'|j'entre|j'essaye|ai|a|je|il|elle|on|me|m'a|m'|mais|et|est|était|voici|voilà|voila|toujours|encore|dit|que|qu'il|ne|n'est|pas|y|là|svp|aussi|moi|bien"
    r"|es|el|este|esto|ese|eso|un|una|lo|he|yo|pero|aquí|aqui|está|esta|ya|ahora|todavía|sigue|me ha|ha|han|y|siempre|otra|vez|no"
    r"|é|o|um|uma|eu|mas|aqui|agora|ainda|isso|esse|meu|e|sempre|das|ist|ich|habe|hab|es|er|der|die|aber|und|immer|noch|wieder|mir|hier|jetzt|nun|ein"
    r"|è|ho|lo|ma|mi|ecco|ancora|adesso|questo|sempre|io|non"
    r"|это|вот|я|мне|он|она|но|а|и|всё|все|равно|опять|снова|сейчас|теперь|что|код|мой|уже|у|меня|це|ось|мені|він|але|знову|bu|şu|bana|ama|hala|hâlâ|yine|ben|işte|şimdi"
    r"|هذا|هو|هي|لي|لكن|بس|و|انا|أنا|الآن|ما زال|مازال|هنا|هذه|انه|إنه|मुझे|यह|ये|है|पर|लेकिन|मैंने|अब|फिर|भी|maine|yeh|hai|par|lekin|mujhe|phir|bhi"
    r"|ini|itu|saya|aku|tapi|tetap|masih|sudah|udah|dan|adalah|katanya|lagi|là|đây|tôi|mình|nhưng|vẫn|rồi|cái|này|mà|bị|من|این|ولی|اما|هنوز|to|jest|mi|ale|nadal|wciąż|i|ja|się",
    r"[我你他它这這那的了是就还還也又都说說吗嘛啊呀呢把给給个個但被]|但是|可是|然后|然後|还是|還是|一直|总是|總是|仍然|可|结果|給我|在这|在這|请|請|为什么|怎么办?|怎麼"
    r"|です|でした|ます|した|ました|って|のに|けど|ですが|これ|それ|が|は|を|と|も|に|の|で|まだ|て|た|し|する|しても|れ|れて|る|ん"
    r"|이거|이게|제가|저|는데|은데|했|라고|으로|로|를|을|이|가|은|는|데|요|고|계속|아직|지만|어|었|는|다|입니다|에요|예요|해도|하니|습니다|니다|도|인데"
    r"|นี่|คือ|ฉัน|ผม|แต่|ยัง|ครับ|ค่ะ|แล้ว|ว่า|มา|ก็|है|था|यह",
)

#: What is said of digits that came, were typed or were refused.
SAID_OF_CODES: Final = re.compile(f"(?P<wrong>{_WRONG})|(?P<got>{_GOT})|(?P<typed>{_TYPED})")
#: Nothing but such words and those that join and point, after folding and without the marks around: "it says 482913 is wrong".
POINTING: Final = re.compile(rf"(?:[\s\-–—…'’]|{_WRONG}|{_GOT}|{_TYPED}|{_SMALL})*+")

#: What digits are numbers of when they are no code: money, accounts, parcels, senders. They stand close by, on either side.
NUMBERED: Final = re.compile(
    _words(
        r"usdt?|btc|eth|eur|euros?|dollars?|bucks|coins?|money|cash|pay|paid|payment|deposit\w*|withdr[ae]w\w*|transfer\w*|balance|amount|total|price|cost\w*|fees?|bought|sold|refund\w*"
        r"|salary|credits?|points?|users?|username|login id|account|accounts|parcel|package|shipment|delivery|transaction|tx|txid|iban|bank|steps|pieces|followers|views|serial|model|build|update|patch|bill|bills|voucher|sn|imei|nokia|samsung|redmi|xiaomi|huawei|oppo|vivo|realme|galaxy|iphone"
        r"|street|zip|postcode|address|born|year|years|clients?|customer|booking|flight|train|contract|policy|passport|licen[cs]e|sender|shortcode"
        r"|argent|payé|virement|dépôt|retrait|solde|montant|prix|frais|remboursement|compte|colis|client|utilisateur|adresse|contrat|dossier|réservation|modèle|année"
        r"|dinero|pagué|pago|depósito|deposité|retiro|retiré|saldo|monto|precio|reembolso|cuenta|paquete|cliente|usuario|dirección|contrato|reserva|modelo|año"
        r"|dinheiro|paguei|saque|valor|preço|conta|pacote|usuário|endereço|ano|geld|bezahlt|zahlung|einzahlung|auszahlung|guthaben|betrag|preis|konto|paket|kunde|benutzer|adresse|vertrag|jahr"
        r"|soldi|pagato|pagamento|importo|prezzo|conto|pacco|utente|indirizzo|deньги|деньги|денег|оплатил|перевод|перевёл|перевел|сумма|сумму|баланс|цена|счет|счёт|аккаунт|посылка|клиент|договор|адрес|паспорт|вывод|вывел|рублей"
        r"|гроші|рахунок|сума|para|parayı|lira|ödeme|ödedim|yatırdım|çektim|bakiye|tutar|fiyat|hesap|hesabım|hesabımda|kargo|müşteri|adres|yıl|مال|فلوس|دفعت|ايداع|إيداع|سحب|رصيد|رصيدي|مبلغ|سعر|حساب|حسابي|شحنة|عميل"
        r"|पैसे|रुपये|भुगतान|जमा|निकासी|बैलेंस|राशि|कीमत|खाता|पार्सल|paise|uang|bayar|saldo|jumlah|harga|rekening|akun|paket|pelanggan|tiền|thanh toán|nạp|rút|số dư|giá|tài khoản|gói hàng|khách"
        r"|پول|پرداخت|واریز|برداشت|موجودی|مبلغ|حساب|pieniądze|zapłaciłem|wpłata|wypłata|kwota|cena|konto|paczka|klient",
        r"元|块钱|块|美元|人民币|钱|錢|支付|付了|付款|充值|提现|提現|提币|转账|轉帳|转了|到账|到帳|余额|餘額|金额|金額|价|價|账号|帳號|账户|帳戶|用户|用戶|快递|包裹|单号|單號|型号|邮编|郵編|客户|客戶"
        r"|積分|积分|円|お金|入金|出金|送金|残高|金額|価格|口座|アカウント|荷物|住所|원|돈|입금|출금|송금|잔액|금액|가격|계좌|계정|택배|주소|บาท|เงิน|ฝาก|ถอน|โอน|ยอด|ราคา|บัญชี|พัสดุ|रुपये",
    )
)
#: What right before digits makes them a time, a sender or a sum, and what right after them does.
NOT_TOLD_BEFORE: Final = re.compile(
    _words(
        r"i sent|we sent|j'ai envoyé|envié|enviei|from|at|since|until|till|about|than|by|to|for|around|over|under|de|du|depuis|vers|à|jusqu'à|desde|hasta|del|a las|às|von|vom|um|seit|bis|da|dal|alle|с|от|со|в|до|из|від"
        r"|من|منذ|الساعة|عند|dari|jam|pukul|sejak|từ|lúc|od|o godzinie|از|ساعت",
        r"从|從|来自|來自|自|约|約|大约",
    )
    + r"\s*$"
)
NOT_TOLD_AFTER: Final = re.compile(
    r"\s?(?:['’]?[dt][ae]n(?![^\W\d_])|['’][dt][ea](?![^\W\d_])|(?:से|सें)|से|发来|發來|打来|打來|发短信|的(?:短信|电话|信息|消息|简讯|簡訊|訂單|订单)|から|에서|발(?:로)?\s|号|號|番(?!号)|번(?!호))"
)
