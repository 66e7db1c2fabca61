"""A few frequent words of each language: what it is known by where the authors wrote no phrase in it.

Function words and the commonest words of people who cannot log in, without accents, because many type without;
Russian and Arabic also as they are typed in Latin letters.
"""

from __future__ import annotations

WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            the a an i you he it we they my your me is am are was be been have has had do does did not will
            can could would should to of in on at for from with without and or but if that this there what
            when where why how who which any some no yes all more again still just get got getting give go
            went want need try tried trying keep keeps make new old wrong right please help thanks thank
            hello hi hey bye good sorry someone anyone person human agent speak talk phone number email mail
            text message code account password login log sign locked lock forgot forgotten lost reset change
            changed receive received receiving recieve arrive arrived coming came send sent says said work
            works working verify verification blocked banned suspended because after before too many times
            never nothing into out up back now today then so they them their his her only time way us our
            face scan id document card app device enter entered expired invalid attempts hacked stolen
            """,
        "fr": """
            le la les un une des du de et je tu il elle on nous vous ils mon ma mes ton votre vos notre ce
            cette ces ne pas plus jamais rien est suis es sont ai as avez ont etait pour par sur dans avec
            sans mais ou donc car que qui quoi quand comment pourquoi si oui non bonjour salut merci au aux
            revoir bonsoir recois recu recevoir recu arrive marche fonctionne peux peut puis veux voudrais
            connecter connexion compte mot passe oublie telephone numero courriel mail adresse perdu
            bloque verrouille identite verification vois toujours depuis apres trop tentatives essais fois
            conseiller humain quelqu un parler aide aidez moi mon l d j n s c qu m t code changer nouveau
            ancien piece reconnaissance faciale pirate faux incorrect expire svp plait
            """,
        "es": """
            el la los las un una unos de del y o que no si en por para con sin se me te mi mis tu su sus es
            soy esta estoy estan son fue ha he han hay pero como cuando donde porque cual muy mas ya nunca
            nada todo hola gracias adios buenos dias tardes llega llego llegan recibo recibir recibido
            puedo puede quiero necesito ayuda cuenta contrasena clave codigo correo telefono numero celular
            mensaje perdi perdido olvide olvidado bloqueada bloqueado bloqueo cambie cambiar nuevo viejo
            anterior verificacion identidad rostro intentos demasiados hablar persona agente asesor humano
            alguien al lo le les entrar acceder iniciar sesion desde hace ayer hoy favor
            """,
        "pt": """
            o a os as um uma de do da dos das e ou que nao sim em no na nos nas por para com sem se me meu
            minha meus minhas seu sua esta estou sao foi tem tenho ha mas como quando onde porque qual
            muito mais ja nunca nada tudo ola oi obrigado obrigada tchau bom dia boa tarde chega chegou
            recebo receber recebi consigo posso quero preciso ajuda conta senha codigo email telefone
            numero celular mensagem perdi esqueci bloqueada bloqueado mudei mudar trocar troquei novo
            antigo verificacao identidade rosto tentativas muitas falar pessoa atendente humano alguem
            ao pelo pela isso entrar acessar desde ontem hoje voce voces eu ele aplicativo fazer nem
            """,
        "de": """
            der die das den dem des ein eine einen einem einer und oder aber ich du er sie es wir ihr mein
            meine meinen meinem mich mir dich nicht kein keine keinen ist bin sind war hat habe haben wird
            werden kann konnte muss will mochte zu zum zur im in am an auf aus bei mit nach von vor fur
            ohne wenn dass was wie wo wer warum noch nie nichts immer mehr schon auch nur ja nein hallo
            danke tschuss guten tag bitte hilfe bekomme erhalte kommt angekommen konto passwort kennwort
            vergessen handy nummer telefon rufnummer gesperrt anmelden einloggen verloren geandert neue
            neues alte alten falsch abgelaufen bestatigungscode code zu viele versuche mensch mitarbeiter
            jemand sprechen gesicht ausweis seit uber mehr wieder trotzdem
            """,
        "it": """
            il lo la i gli le un uno una di del della dei delle e o ma che non si no in nel nella per con
            senza su mi ti ci mio mia miei tuo suo sono sei e siamo ho hai ha hanno era come quando dove
            perche chi cosa quale molto piu gia mai niente tutto ciao salve grazie arrivederci buongiorno
            arriva arrivato ricevo ricevere ricevuto posso puo voglio vorrei devo aiuto account password
            codice posta telefono numero cellulare messaggio perso dimenticato bloccato bloccata cambiato
            cambiare nuovo vecchio verifica identita volto riconoscimento tentativi troppi parlare persona
            operatore umano qualcuno accedere entrare accesso da dal dalla al alla questo questa anche
            piu sempre ancora ora stato errato scaduto riesco
            """,
        "tr": """
            bir bu su ve veya ama ben sen o biz siz onlar benim senin bana sana beni icin ile gibi kadar
            daha cok en ne neden nasil nerede kim hangi var yok degil mi mu evet hayir merhaba selam
            tesekkurler tesekkur hosca kal gelmiyor gelmedi geldi gelen almiyorum alamiyorum olmuyor
            oluyor oldu hesap hesabim hesabima hesabimi sifre sifremi sifrem unuttum kod kodu telefon
            numara numaram numarami eposta mail mesaj onay dogrulama giris giremiyorum yapamiyorum
            kilitlendi kilitli engellendi kaybettim degistirdim degisti yeni eski yanlis hatali gecersiz
            suresi fazla deneme kimlik yuz tanima insan temsilci biri yetkili gorusmek istiyorum lutfen
            yardim ediyor sonra once hala artik hic hep
            """,
        "id": """
            yang dan atau tapi saya aku kamu anda kami kita dia ini itu tidak tdk gak nggak ga enggak bukan
            belum sudah udah bisa tak ada adalah di ke dari untuk dengan pada oleh jika kalau karena
            kenapa mengapa bagaimana gimana kapan dimana siapa apa mau ingin tolong mohon bantu halo hai
            terima kasih makasih selamat tinggal masuk menerima terima terkirim kirim dikirim kode akun
            sandi kata nomor hp telepon email surel pesan lupa hilang ganti baru lama salah kadaluarsa
            kedaluwarsa terkunci diblokir dibekukan terlalu banyak percobaan coba lagi verifikasi wajah
            identitas ktp orang petugas manusia bicara admin nya sms dapat saja juga terus selalu banget
            """,
        "vi": """
            toi ban minh em anh khong ko chua da dang se la cua va hoac nhung nhung cho voi trong tren den
            tu khi nao sao the gi ai dau nay do duoc bi co mot cac muon can giup xin chao cam on tam biet
            nhan ma xac nhan thuc minh gui tin nhan dien thoai so tai khoan mat khau quen dang nhap vao
            khoa mat doi moi cu sai het han qua nhieu lan thu lai khuon mat can cuoc nguoi ho tro vien
            noi chuyen gap hop thu email roi van lam
            """,
        "pl": """
            i w z na do nie sie jest sa to ten ta te co jak kiedy gdzie dlaczego kto czy mam masz ma moj
            moja moje mi mnie ja ty on ona my wy ale albo lub od po za przez przed dla bez juz jeszcze
            nigdy nic wszystko tak czesc dziekuje dzieki witam dzien dobry widzenia przychodzi przyszedl
            przyszla dostaje otrzymuje otrzymalem moge chce potrzebuje pomoc pomocy konto konta hasla
            haslo zapomnialem zapomnialam kod kodu telefon numer numeru poczta wiadomosc zablokowane
            zablokowany zablokowali stracilem zgubilem zmienilem zmienic nowy stary bledny wygasl zbyt
            wiele prob tozsamosci weryfikacja twarzy czlowiekiem konsultant rozmawiac zalogowac prosze
            """,
        "hi": """
            hai hain ho hu hoon hun tha thi the nahi nahin nhi ni mat kya kyu kyun kyon kaise kab kaha kahan
            kaun mera meri mere mujhe mujhko main mai hum hamara aap aapka apka tum ka ki ke ko se me mein
            par aur ya bhi ab abhi phir fir toh raha rahi rahe rha rhi rhe gaya gayi gya gyi kar karo karna
            karne karke kiya kijiye karu de do dena diya le lo aa aaya aata aati aya jata jana hota hoti
            hua hui sakta sakti chahiye chahie baat bol bhul bhool gaye galat purana naya number khata
            bandh band paisa paise bahut bohot koi kuch sab bhai yaar madad namaste shukriya dhanyavad
            wala wali apna apne apni hum hame humko pe sakte karen kare lekin agar magar kyuki ata ati ha
            """,
        "ru": """
            не я мне меня мой моя мою как что почему где когда кто это на в по с и или но если нет да уже еще все
            ничего приходит пришел пришло код кода пароль забыл забыла аккаунт почта почту номер телефон могу войти
            зайти заблокирован потерял сменил неверный слишком много попыток оператор человек привет здравствуйте
            спасибо пожалуйста помогите хочу смс вы мы он она ты есть был была бы так был
            ne ya mne menya moi moy moya moyu kak chto pochemu gde kogda kto eto na v po s i ili no esli
            net da uzhe eshe vse nichego prihodit prikhodit prishel prishlo prishla kod koda kody sms
            parol zabyl zabyla akkaunt akk pochta pochtu nomer telefon mogu voiti voyti zaiti zablokirovan
            zablokirovali poteryal smenil pomenyal noviy staryi nevernyi neverniy slishkom mnogo popytok
            operator chelovek privet zdravstvuite spasibo poka pozhaluista pomogite hochu
            """,
        "zh": """
            我 我的 你 您 的 了 是 不 没有 有 在 吗 怎么 什么 为什么 这个 可以 收到 收不到 验证码 手机 号码 密码 账号 登录 邮箱
            短信 忘记 换 丢 锁 人工 客服 谢谢 你好 请 问 一直 还是 已经 無法 驗證碼 手機 號碼 帳號 登入 密碼 沒有 收不到 怎麼
            """,
        "ja": """
            認証 認証番号 番号 電話番号 届 届かない 届きません 確認 登録 変更 機種変更 忘 忘れた 本人確認 解除 入力 連絡 携帯
            パスワード コード ログイン メール アカウント スマホ です ます ません した ない できない から が を に は で の
            """,
        "ko": "인증번호 인증 코드 안 와요 비밀번호 계정 로그인 휴대폰 번호 메일 잠김 분실 문자 상담원 안녕하세요",
        "th": "ไม่ได้ รหัส ยืนยัน บัญชี เข้าสู่ระบบ ลืม เบอร์ โทรศัพท์ อีเมล ช่วย สวัสดี",
        "uk": """
            і й та що як не на в у до з це я мене мені мій моя моє мої ти ви ми він вона чому де коли хто або але ні
            так є був була буде ще вже немає нічого надходить приходить прийшов код коду пароль забув забула акаунт
            обліковий запис пошта пошту номер телефон можу увійти заблоковано загубив загубила втратив змінив
            підтвердження повідомлення спроб допоможіть будь ласка дякую привіт добрий день оператор людина хочу
            """,
        "ar": """
            في من على لا ما لم لن هذا هذه انا أنا انت هو هي مع عن الى إلى كل كيف لماذا ليش متى اين وين هل عندي لكن بعد قبل
            الكود كود رمز الرمز التحقق كلمة السر المرور الحساب حسابي رقم رقمي الهاتف هاتفي جوالي الايميل البريد رسالة
            يصل يصلني وصلني نسيت فقدت غيرت مقفل محظور تسجيل الدخول ادخل مشكلة اريد ابغى عايز ممكن مساعدة شكرا مرحبا السلام
            el al ana enta msh mesh mish mo mafi mfi la2 law sama7t 3ayez 3awez abgha abi 3andi 3ndi 3la fe fi leh lesh
            7esab 7esabi 7sabi kelmet kelmat elser raqam raqami ra2m ra2my mobayl etsal ta7qoq wasal wasalni wasalny byegi
            biegi beyegi nesit nseet ghayart etghayar et2afal etqafal ma7zoor a3mel ad5ol adkhol aftah mosa3da sa3edni
            sa3edoni shokran salam 3alaikum ahlan 2ader ader 3aref 7ad akalem rseed
            """,
        "fa": """
            من را به از که این است نیست شد شده نمی می کد رمز حساب سلام برای با در هم هست ولی چرا چی چطور کجا کی ندارم
            دارم کنم کنید میشه نمیشه نمیاد نیومد اومد پیامک تایید شماره گوشی گوشیم ایمیل عبور یادم رفته فراموش کردم
            گم قفل مسدود وارد بشم شوم ورود عوض تغییر لطفا کمک ممنون مرسی خواهش پشتیبانی هنوز دیگه هیچی
            """,
    }.items()
}
