"""What mail programs write around a quotation and below a mail, in the languages they speak."""

import re

WROTE = re.compile(
    r"wrote|writes|said|sent|schrieb|geschrieben|écrit|escribió|escribio|escribiu|escrigué|va escriure|escreveu"
    r"|ha scritto|scrisse|schreef|geschreven|skrev|skrifaði|kirjoitti|kirjutas|rašė|rakstīja|napisał|napsal|napísal"
    r"|napisao|napisala|je pisal|написа|напісаў|пише|пишет|írta|a scris|yazdı|shkroi|έγραψε|idatzi du|isinulat|viết"
    r"|menulis|写道|寫道|のメッセージ|書きました|작성|쓴 글|pisze|כתב|كتب|نوشت|เขียนว่า|ने लिखा|zitat|quoting|quoth",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    r"^(?:\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|aw|fwd?|wg|tr|rif|r|sv|vs|vb|antw|odp|rv|enc|res|ynt|ref|回复|答复|回覆|转发)"
    r"(?:\[\d+\])?\s*[:：])+\s*",
    re.IGNORECASE,
)
# A word that dates begin with in some language, a digit, or any word and the day's number: "pe 20.", "tir. 18."
STARTS = re.compile(
    r"\W*(?:(?:on|in a message dated|at|am|le|el|il|em|op|den|dne|dňa|dnia|w dniu|w|il giorno|a|ons?|p[åa]|den|ma|la"
    r"|vào|pada|tarihinde|στις|в|на|від|בתאריך|في|در|เมื่อ|mon|tue|wed|thu|fri|sat|sun|lun|mar|mié|jeu)\b|在|于|於|\d"
    r"|[^\W\d]{1,14}[.,]{0,2}\s{1,2}(?:(?:den|the|de) )?\d{1,2}[.,/\s-])",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"[-_=* ]{2,}\s?(?:original(?:e|es|ny)? (?:message|e-?mail|nachricht|appointment|bericht)|reply message"
    r"|reply to|ursprüngliche (?:nachricht|e-?mail|mail)|original-?nachricht|courriel original|e-?mail original"
    r"|message d['’]origine|message original|mensaje original|missatge original|messaggio originale"
    r"|mensagem original|oorspronkelijk bericht|originee?le? bericht|oprindeligt? (?:meddelelse|besked|e-?mail"
    r"|mail)|opprinnelig (?:melding|e-?post)|ursprungligt? (?:meddelande|e-postmeddelande|e-?post|mejl)"
    r"|originalmeddelande|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|původní (?:zpráva"
    r"|e-mail)|pôvodná správa|izvorna poruka|eredeti üzenet|mesaj(?:ul)? original|tin nhắn gốc|orijinal mesaj"
    r"|исходное сообщение|оригинальное сообщение|元のメッセージ|原始邮件|原始郵件|원본 메시지)\s?[-_=* ]{2,}\s*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"\W*(?:(?:begin )?forwarded (?:message|by|mail)|weitergeleitete nachricht|anfang der weitergeleiteten"
    r"|(?:début du )?message (?:transféré|réexpédié)|(?:inicio del )?mensaje reenviado|missatge reenviat"
    r"|(?:inizio )?(?:del )?messaggio inoltrato|(?:início da )?mensagem (?:re)?encaminhada"
    r"|(?:begin )?doorgestuurd bericht"
    r"|vidarebefordrat (?:meddelande|brev)|videresendt (?:besked|melding|meddelelse)|edelleenlähetetty"
    r"|välitetty viesti"
    r"|przekazana wiadomość|přeposlaná zpráva|továbbított üzenet|пересылаемое сообщение|переслане повідомлення"
    r"|iletilen mesaj|転送されたメッセージ|転送メッセージ|转发的邮件|轉寄郵件|전달된 메시지)\b[^\n]{0,60}?(?:-{2,}"
    r"|[:：])\W*$",
    re.IGNORECASE,
)
FROM_FIELD = re.compile(
    r"\W*(?:from|von|de|da|van|fra|från|od|от|від|kimden|gönderen|lähettäjä|feladó|de la|από|差出人|送信者|发件人"
    r"|寄件者"
    r"|发送人|寄件人|보낸 사람|보낸사람|מאת|من|från|mittente|expéditeur|expeditor|afsender|avsändare|avsender|absender"
    r"|remitente|remetente|pošiljatelj|šalje|nuo|saatja|từ|จาก|dari|nork)\s?[*_]*\s?[:：][*_]*\s*\S",
    re.IGNORECASE,
)
OTHER_FIELD = re.compile(
    r"\W*(?:sent|date|to|cc|reply-to|importance|attachments|gesendet|datum|an|kopie|envoyé|date d['’]envoi|à|a"
    r"|enviado(?: el)?|enviada(?: em)?|fecha|para|inviato|data|verzonden|aan|sendt|dato|til|skickat|till|kopia"
    r"|lähetetty"
    r"|päivämäärä|vastaanottaja|kopio|wysłano|wysłane|do|dw|odesláno|komu|odoslané|küldve|címzett|trimis|către"
    r"|отправлено"
    r"|дата|кому|копия|надіслано|gönderme tarihi|gönderildi|tarih|kime|στάλθηκε|ημερομηνία|προς|送信日時|日時|日付"
    r"|宛先"
    r"|发送时间|日期|收件人|寄件日期|發送時間|收件者|抄送|副本|보낸 날짜|날짜|받는 사람|받는사람|참조"
    r"|empfänger|destinatario|destinataire|destinatário|modtager|mottaker|mottagare|päiväys|datum odeslání"
    r"|data wysłania|发件日期|时间|bcc|cco|נשלח|אל|תאריך|تم الإرسال|تاريخ الإرسال|التاريخ|إلى|poslano|poslato|prima"
    r"|primalac|za|изпратено|до|išsiųsta|kam|saadetud|adressaat|kuupäev|nosūtīts|datums|đã gửi|đến|ngày|ส่ง|ถึง|วันที่"
    r"|dikirim|kepada|tanggal|enviat(?: el)?|per a|bidalia|nori)"
    r"\s?[*_]*\s?[:：][*_]*(?:\s|$)",
    re.IGNORECASE,
)
SENT_FIELD = re.compile(  # what only programs for mail say
    r"\W*(?:sent|gesendet|envoyé|enviad[oa](?: el| em)?|inviato|verzonden|sendt|skickat|lähetetty|wysłano|odesláno"
    r"|odoslané|küldve|trimis|отправлено|надіслано|gönderildi|στάλθηκε|送信日時|发送时间|發送時間|보낸 날짜"
    r"|נשלח|تم الإرسال|poslano|poslato|изпратено|išsiųsta|saadetud|nosūtīts|đã gửi|ส่ง|dikirim|enviat(?: el)?|bidalia)"
    r"\s?[*_]*\s?[:：]",
    re.IGNORECASE,
)
SUBJECT_FIELD = re.compile(
    r"\W*(?:subject|betreff|objet|asunto|assunto|assumpte|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|predmet"
    r"|tárgy"
    r"|sujet|subiect|otsikko|naslov|tema|teema|perihal|tiêu đề|chủ đề"
    r"|zadeva|относно|tēma|เรื่อง|subjek|gaia"
    r"|тема|konu|θέμα|件名|主题|主題|主旨|제목|נושא|الموضوع)\s?[*_]*\s?[:：]",
    re.IGNORECASE,
)
LIST_WORDS = re.compile(r"mailing list|listinfo|unsubscribe|list-archive|@lists\.", re.IGNORECASE)
# What programs for the post on the road put below, in two ways: their own name or the device's, …
PROGRAMS = (
    r"\b(?:i?phone|ipad|android|blackberry|samsung|galaxy|outlook|yahoo|proton|huawei|xiaomi|redmi|windows|nokia|lumia"
    r"|fairphone|oneplus|motorola|xperia|htc|pixel|mobil\w*|smart\w+|handy|portable|handheld|tablet\w*|telef\w+|wireless"
    r"|device|k-9|thunderbird|mailspring|superhuman|airmail|spark|shortwave|tutanota|tuta|aquamail|bluemail|fairemail|gmx"
    r"|web\.de|mail\.ru)|iphon|ipad"
)
DEVICE = re.compile(  # named before any comma, or in what is no sentence
    rf"(?=.{{0,100}}$)(?:(?=[^,!?;]*(?:{PROGRAMS}))|(?=.*(?:{PROGRAMS}).*[^.!?\s]\s*$))"
    r"\W*(?:sent (?:from|with|via|using)|get outlook for (?:ios|android|windows|mac)|von mein\w+ .*gesendet"
    r"|gesendet (?:von|mit|über)|diese nachricht wurde (?:von|mit)|outlook für|envoyé (?:de|depuis|à partir|avec|par)"
    r"|télécharge[rz]|obtenir outlook|provenance|enviado (?:desde|do|de|da|a partir|con|com|por|pelo)"
    r"|enviat (?:des|amb)|obtener? outlook|obtenha|inviato (?:da|con)|scarica|ottieni|verzonden (?:van|vanaf|met|via)"
    r"|verstuurd (?:van|vanaf|met)|skicka(?:t|des) (?:från|med)|sendt (?:fra|med)|hent outlook|hämta|lähetetty|hanki"
    r"|wysłan[eo]|pobierz|odesláno|odoslané|poslano (?:s|z)|küldve|elküldve|trimis|отправлено|надіслано|изпратено"
    r"|послато|gönderildi|στάλθηκε|发自|發自|從我的|取得|나의|iphoneから|iphone|נשלח|أرسل|ارسال شده|được gửi|dikirim)",
    re.IGNORECASE,
)
# … or any name at all behind "from my".
DEVICE_OF_MINE = re.compile(
    r"\W*(?:(?i:sent (?:from|via|using) my|gesendet von meine[mr]|envoyé (?:de|depuis) mon|enviado desde mi"
    r"|enviado (?:do|pelo|a partir do) meu|inviato dal mio|(?:verzonden|verstuurd) vana?f? mijn"
    r"|skicka(?:t|des) från min|sendt fra min|wysłane z mojego|odesláno z mého|odoslané z môjho|отправлено с моего"
    r"|надіслано з мого)\s+[A-Z0-9][^.!?,;:\n]{1,40}|(?i:von meine[mr])\s+[A-Z0-9][^.!?,;:\n]{1,40}\s(?i:gesendet))$"
)
# What firms and scanners put below all mail that leaves them.
NOTICE = re.compile(
    r"\bif you (?:are not|aren['’]t) the (?:intended|named|correct) (?:recipient|addressee)|\breceived th\w+ (?:\S+ )"
    r"{1,3}in error\b|\b(?:intended|solely|only) for the (?:\S+ ){0,5}(?:addressee|recipient|named (?:above|person))"
    r"|\b(?:consider|think of) the (?:environment|trees) before (?:you )?print|\bthink before (?:you )?print"
    r"|\bvirus-free\b.*\bavast|\b(?:has been|was) (?:scanned|checked) (?:for viruses|by)\b|virenfrei|virengeprüft"
    r"|\bnicht der (?:richtige|beabsichtigte|vorgesehene) (?:adressat|empfänger)|\b(?:e-?mail|nachricht) irrtümlich "
    r"(?:erhalten|bekommen)|bevor sie diese (?:e-?mail|nachricht) ausdrucken|\bn['’]êtes pas le (?:véritable )?"
    r"destinataire|reçu ce (?:message|courriel|mail|courrier) par erreur|avant d['’]imprimer c|\bno es (?:usted )?el "
    r"destinatario|recibido este (?:mensaje|correo) por error|antes de imprimir|\bnon (?:siete|è|sei) (?:il|i) "
    r"destinatari|ricevuto (?:questo|il presente) messaggio per errore|prima di stampare|não (?:for|é|seja) o "
    r"destinatário|recebeu est[ea] (?:mensagem|e-?mail) por engano|\bniet de (?:geadresseerde|beoogde ontvanger)"
    r"|bericht ten onrechte|inte (?:är )?(?:den )?avsedd[ae]? mottagare|ikke (?:er )?(?:den )?rette mottaker"
    r"|ikke (?:er )?den tilsigtede modtager|nie (?:są|jest) \S{0,12} ?adresatem|не являетесь (?:\S+ )?адресатом",
    re.IGNORECASE,
)
SCRUBBED_RULE = re.compile(r"-{10,} (\S.{2,40}) -{10,}\s*$")  # between the parts of a mail in Mailman's archives
SCRUBBED_ADDRESS = re.compile(r"\S{2,12}\s?: ?<?https?://\S+/attachments?/\S+>?\s*$", re.IGNORECASE)
NEXT_PART = "next part"
