"""What mail programs write around a quotation and below a mail, in the languages they speak."""

import re

WROTE = re.compile(
    r"wrote|writes|said|sent|schrieb|geschrieben|écrit|escribió|escribio|escrigué|va escriure|escreveu|ha scritto"
    r"|scrisse"
    r"|schreef|geschreven|skrev|kirjoitti|napisał|napsal|napísal|napisao|написа|пише|пишет|írta|a scris|yazdı|έγραψε"
    r"|viết"
    r"|menulis|写道|寫道|のメッセージ|書きました|작성|כתב|كتب|เขียนว่า|ने लिखा|zitat|quoting|quoth",
    re.IGNORECASE,
)
STARTS = re.compile(
    r"\W*(?:on|in a message dated|at|am|le|el|il|em|op|den|dne|dňa|dnia|w dniu|w|il giorno|a|ons?|p[åa]|den|ma|la"
    r"|vào|pada"
    r"|tarihinde|στις|в|на|від|בתאריך|בתאריך|في|เมื่อ|mon|tue|wed|thu|fri|sat|sun|lun|mar|mié|jeu|\d)\b",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"[-_=* ]{2,}\s?(?:original(?:e|es|ny)? (?:message|nachricht|appointment|bericht)|ursprüngliche (?:nachricht"
    r"|mail)"
    r"|original-nachricht|message d['’]origine|message original|mensaje original|missatge original"
    r"|messaggio originale"
    r"|mensagem original|oorspronkelijk bericht|originele bericht|oprindelig meddelelse|opprinnelig melding"
    r"|ursprungligt meddelande|originalmeddelande|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna"
    r"|původní (?:zpráva|e-mail)|pôvodná správa|eredeti üzenet|mesaj original|orijinal mesaj|исходное сообщение"
    r"|оригинальное сообщение|元のメッセージ|原始邮件|原始郵件|원본 메시지)\s?[-_=* ]{2,}\s*$",
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
    r"|寄件者|寄件人"
    r"|보낸 사람|보낸사람|מאת|من|från)\s?[*_]*\s?[:：][*_]*\s*\S",
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
    r"|发送时间|日期|收件人|寄件日期|發送時間|收件者|抄送|副本|보낸 날짜|날짜|받는 사람|받는사람|참조)"
    r"\s?[*_]*\s?[:：][*_]*(?:\s|$)",
    re.IGNORECASE,
)
SUBJECT_FIELD = re.compile(
    r"\W*(?:subject|betreff|objet|asunto|assunto|assumpte|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|predmet"
    r"|tárgy"
    r"|subiect|тема|konu|θέμα|件名|主题|主題|主旨|제목|נושא|الموضوع)\s?[*_]*\s?[:：]",
    re.IGNORECASE,
)
LIST_WORDS = re.compile(r"mailing list|listinfo|unsubscribe|list-archive|@lists\.", re.IGNORECASE)
DEVICE = re.compile(
    r"(?=.{0,100}$)(?=.*\b(?:i?phone|ipad|android|blackberry|samsung|galaxy|outlook|yahoo|proton|huawei|xiaomi"
    r"|windows|nokia"
    r"|pixel|mobil\w*|smartphone|handy|portable|k-9|mailspring|superhuman|airmail|spark|tutanota|aquamail|gmx"
    r"|web\.de|mail\.ru)"
    r"|.*(?:iphone|ipad))\W*(?:sent (?:from|with|via|using)|get outlook|von mein\w+ .*gesendet|gesendet (?:von|mit"
    r"|über)"
    r"|diese nachricht wurde von|outlook für|envoyé (?:de|depuis|à partir|avec)|télécharge[rz]|obtenir outlook"
    r"|provenance"
    r"|enviado (?:desde|do|de|a partir|con|com|por)|obtener? outlook|obtenha|inviato da|scarica|ottieni"
    r"|verzonden (?:van|vanaf|met|via)"
    r"|verstuurd (?:van|vanaf|met)|skickat från|sendt fra|hent outlook|hämta|lähetetty|wysłan[eo]|pobierz|odesláno"
    r"|odoslané"
    r"|küldve|trimis|отправлено|надіслано|изпратено|gönderildi|στάλθηκε|发自|發自|從我的|取得|나의|iphoneから|iphone"
    r"|נשלח|أرسل)",
    re.IGNORECASE,
)
