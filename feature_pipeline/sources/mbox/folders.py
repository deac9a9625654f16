"""What mail programs call the folders of sent mail and of mail that is not read, in the languages they speak."""

import re
import unicodedata

SENT = (
    "sent", "sent mail", "sent items", "sent messages", "outbox-sent", "gesendet", "gesendete", "gesendete objekte",
    "gesendete elemente", "envoyé", "envoyés", "messages envoyés", "éléments envoyés", "courrier envoyé", "enviado",
    "enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "e-mails enviados",
    "enviats", "enviat", "inviati", "inviata", "posta inviata", "messaggi inviati", "verzonden", "verzonden items",
    "verzonden berichten", "wysłane", "elementy wysłane", "skickat", "skickade", "skickade objekt", "sendt", "sendte",
    "sendt e-post", "sendte elementer", "sendt post", "lähetetyt", "lähetetty", "odeslané", "odeslaná pošta",
    "odoslané",
    "odoslaná pošta", "elküldött", "elküldött levelek", "elküldött elemek", "trimise", "mesaje trimise", "poslano",
    "poslane", "отправленные", "отправленное", "надіслані", "відправлені", "изпратени", "послато",
    "gönderilmiş postalar",
    "gönderilenler", "gönderilmiş", "gönderilen", "gönderilmiş öğeler", "απεσταλμένα", "σταλμένα", "送信済み",
    "送信済みメール", "送信済みアイテム", "보낸편지함", "보낸 편지함", "已发送", "已发送邮件", "已发邮件", "寄件備份",
    "已傳送", "已傳送郵件", "寄件匣", "مرسل", "البريد المرسل", "الرسائل المرسلة", "المرسلة", "נשלח", "דואר שנשלח",
    "דואר יוצא", "भेजे गए", "भेजा गया", "भेजा गया मेल", "จดหมายที่ส่งแล้ว", "ส่งแล้ว", "thư đã gửi", "đã gửi", "terkirim",
    "dihantar",
)  # fmt: skip
UNSENT = (
    "draft", "drafts", "templates", "unsent messages", "unsent", "outbox", "entwurf", "entwürfe", "postausgang",
    "brouillon", "brouillons", "borrador", "borradores", "rascunho", "rascunhos", "esborranys", "bozza", "bozze",
    "concept", "concepten", "wersje robocze", "szkice", "kopie robocze", "utkast", "kladder", "kladde", "luonnokset",
    "luonnos", "koncepty", "rozepsané", "rozpracované", "piszkozatok", "piszkozat", "ciorne", "mesaje nefinalizate",
    "черновики", "черновик", "чернетки", "чернови", "taslaklar", "taslak", "πρόχειρα", "下書き", "임시보관함",
    "임시 보관함",
    "草稿", "草稿箱", "مسودات", "المسودات", "טיוטות", "טיוטה", "ड्राफ़्ट", "ร่างจดหมาย", "แบบร่าง", "thư nháp", "bản nháp",
    "draf",
)  # fmt: skip
DISCARDED = (
    "spam", "junk", "junk e-mail", "junk email", "bulk mail", "trash", "bin", "deleted", "deleted items",
    "deleted messages", "papierkorb", "gelöscht", "gelöschte objekte", "gelöschte elemente", "corbeille",
    "courrier indésirable",
    "indésirables", "éléments supprimés", "papelera", "correo no deseado", "elementos eliminados", "lixeira", "lixo",
    "lixo eletrônico", "itens excluídos", "paperera", "correu brossa", "cestino", "posta indesiderata",
    "posta eliminata",
    "prullenbak", "ongewenste e-mail", "verwijderde items", "kosz", "wiadomości-śmieci", "skräppost", "papperskorgen",
    "papperskorg", "papirkurv", "søppelpost", "uønsket e-post", "roskakori", "roskaposti", "koš", "kôš",
    "nevyžádaná pošta",
    "kuka", "levélszemét", "coș de gunoi", "корзина", "спам", "кошик", "кошче", "çöp kutusu", "çöp", "κάδος",
    "κάδος απορριμμάτων",
    "ανεπιθύμητα", "ゴミ箱", "迷惑メール", "휴지통", "스팸", "스팸함", "垃圾邮件", "已删除邮件", "垃圾桶", "垃圾郵件",
    "المهملات", "غير مرغوب فيه", "אשפה", "ספאם", "दूरस्थ कचरा", "ट्रैश", "ถังขยะ", "จดหมายขยะ", "thùng rác", "thư rác",
    "sampah", "tong sampah",
)  # fmt: skip


def _key(name: str) -> str:
    """Accents go: folder names on disk lose them, or carry them as marks of their own."""
    bare = unicodedata.normalize("NFKD", name.strip().strip('"').casefold())
    return re.sub(r"[\s_.-]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


_SENT, _UNSENT, _DISCARDED = ({_key(name) for name in names} for names in (SENT, UNSENT, DISCARDED))


def is_sent(name: str) -> bool:
    return _key(name) in _SENT


def is_unsent(name: str) -> bool:
    return _key(name) in _UNSENT


def is_discarded(name: str) -> bool:
    return _key(name) in _DISCARDED
