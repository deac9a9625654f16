"""The sender's words in a WhatsApp message: captions stay; placeholders, notices and invisible marks go."""

import re
from typing import NamedTuple

LRM = "\u200e"
MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\ufeff]")
MENTION = re.compile("@\u2068([^\u2069\n]{1,100})\u2069")
OMITTED = (
    r"omitted|omitid[oa]|omes[so][aoi]|omiss[oi]|omis(?:es?)?|omess[oiae]|ausgeschlossen|weggelassen|weggelaten"
    r"|oculta|ocultado"
    r"|utelämnad\w*|utelat\w*|udelad\w*|utelatt|jätetty pois|poistettu|pominięt[oya]|vynechán[ao]?|vynechan[éý]"
    r"|kihagyva"
    r"|omis[ăe]?|pominut\w*|опущен\w*|пропущен\w*|без медиафайлов|без медіафайлів|dahil edilmedi|eklenmedi"
    r"|αφαιρέθηκ\w+"
    r"|παραλείφθηκ\w+|מדיה הושמטה|הושמט\w*|לא נכלל\w*|تم استبعاد\w*|تم حذف الوسائط|محذوف\w*|省略|略過|已省略|削除"
    r"|除外|생략\w*|생략됨"
    r"|dihilangkan|tidak disertakan|tanpa media|bị bỏ qua|đã bỏ qua|absente?s?|retirés?|छोड़ा गया|हटाया गया|ไม่รวมสื่อ"
    r"|ถูกละไว้"
    r"|nicht angezeigt|não revelado|no revelado|not revealed"
)
JOINED = (
    r"attached|angehängt|anhang|joint|adjunt[oa]|allegat[oi]|anexad[oa]|bijgevoegd|bijlage|bifogad|vedhæftet|vedlagt"
    r"|liitetty"
    r"|załączon\w*|přilož\w*|csatol\w*|atașat|добавлен|прикреп\w*|вложен\w*|ekli|eklendi|συνημμ\w*|添付\w*|附件|附加"
    r"|첨부\w*|מצורף"
    r"|مرفق\w*|terlampir|đính kèm|แนบ\w*|संलग्न"
)
MEDIA_WORD = re.compile(
    rf"(?:media|multimedia|médias?|mídia|medien|medier|медиа|медіа|מדיה|وسائط|媒体|媒體|メディア|미디어|मीडिया|medya"
    rf"|{JOINED}"
    rf"|{OMITTED}|view once|einmalansicht)",
    re.IGNORECASE,
)
IN_ANGLES = re.compile(r"<([^<>\n]{2,80})>")
ATTACHED = re.compile(r"<[^<>:\n]{2,40}\s?:\s[^<>\n]{1,200}\.\w{2,5}>")
FILE = re.compile(
    rf"[^\n/\\<>:\"|?*]{{1,200}}\.\w{{2,5}} \([^()\n]{{0,30}}(?:{JOINED})[^()\n]{{0,10}}\)", re.IGNORECASE
)
DOCUMENT = re.compile(r"[^\n]{1,200}\.\w{2,5} • [^\n]*")
PHONE_FILE = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.\w{2,5}(?: \([^()\n]{3,40}\))?")
OMITTED_LINE = re.compile(rf"(?:[^\W\d_]+[ -]?){{0,4}}(?:{OMITTED})\.?", re.IGNORECASE)
# The same without U+200E, as files that were copied or sent on have it: only words that nobody writes alone.
BARE_OMITTED = re.compile(
    r"(?:(?:image|video|audio|sticker|gif|document|contact card|media) omitted"
    r"|(?:bild|video|audio|sticker|gif|dokument|kontaktkarte|medien) (?:weggelassen|ausgeschlossen)"
    r"|(?:imagen|video|audio|sticker|gif|documento|tarjeta de contacto|multimedia) omitid[oa])",
    re.IGNORECASE,
)
ENCRYPTED = re.compile(
    r"messages (?:(?:you send )?to this (?:chat|group) )?(?:and calls )?are (?:now )?"
    r"(?:end-to-end encrypted|secured with end-to-end encryption)\. "
    r"(?:no one outside of this chat|only people in this chat|tap (?:to learn more|for more info)|whatsapp and third)"
    r"[^\n]*",
    re.IGNORECASE,
)
EDITED = re.compile(
    r"(?<!\s)\s*\u200e?<[^<>\n]*(?:edit|bearbeitet|modifi|bewerkt|redig|редаг|измен|отредакт|düzenlen|edytowan|uprav|muokat"
    r"|szerkeszt"
    r"|editat|τροποποι|επεξεργ|編集|编辑|編輯|수정|נערכ|تعديل|diedit|chỉnh sửa|แก้ไข|संपादित)[^<>\n]*>\s*$",
    re.IGNORECASE,
)
TAIL = re.compile(r"(?<!\s)\s*\u200e(?!\u200e)([^\u200e\n]{2,200})$")
POLL_OPTION = re.compile(r"\u200e?[^\s:]{3,20}:\s.*\(\u200e?\d+ [^()\n]+\)\s*")
LOCATION = re.compile(
    r"(?:[^\n]*\n?)?[^:\n]{0,40}:\s*https?://(?:maps\.google\.com/|(?:www\.)?google\.com/maps|foursquare\.com/v/)\S*"
)
NOTICES = frozenset({
    "null", "this message was deleted", "you deleted this message", "deleted this message", "missed voice call",
    "missed video call", "missed group voice call", "missed group video call",
    "waiting for this message. this may take a while",
    "waiting for this message", "live location shared", "您删除了这条消息", "你删除了此消息",
    "diese nachricht wurde gelöscht", "du hast diese nachricht gelöscht",
    "verpasster sprachanruf", "verpasster videoanruf", "warte auf diese nachricht", "se eliminó este mensaje",
    "eliminaste este mensaje", "este mensaje fue eliminado", "llamada perdida", "videollamada perdida",
    "llamada de voz perdida", "ce message a été supprimé", "vous avez supprimé ce message", "appel vocal manqué",
    "appel vidéo manqué", "esta mensagem foi apagada", "essa mensagem foi apagada", "mensagem apagada",
    "você apagou esta mensagem", "você apagou essa mensagem", "apagou esta mensagem", "esta mensagem foi eliminada",
    "eliminou esta mensagem", "chamada de voz perdida", "chamada de vídeo perdida",
    "questo messaggio è stato eliminato",
    "hai eliminato questo messaggio", "chiamata persa", "chiamata vocale persa", "videochiamata persa",
    "dit bericht is verwijderd", "je hebt dit bericht verwijderd", "u hebt dit bericht verwijderd",
    "gemiste spraakoproep", "gemiste video-oproep", "detta meddelande togs bort", "du tog bort detta meddelande",
    "denne besked blev slettet", "du slettede denne besked", "denne meldingen ble slettet",
    "du slettet denne meldingen",
    "tämä viesti poistettiin", "poistit tämän viestin", "ta wiadomość została usunięta", "usunięto tę wiadomość",
    "usunąłeś tę wiadomość", "tato zpráva byla odstraněna", "tato zpráva byla smazána", "smazali jste tuto zprávu",
    "tento odkaz bol odstránený", "ezt az üzenetet törölték", "törölted ezt az üzenetet", "acest mesaj a fost șters",
    "ai șters acest mesaj", "данное сообщение удалено", "это сообщение было удалено", "сообщение удалено",
    "вы удалили данное сообщение", "вы удалили это сообщение", "це повідомлення видалено",
    "ви видалили це повідомлення",
    "bu mesaj silindi", "bu mesajı sildiniz", "αυτό το μήνυμα διαγράφηκε", "διαγράψατε αυτό το μήνυμα",
    "このメッセージは削除されました", "このメッセージを削除しました", "此消息已删除", "你删除了这条消息",
    "您已删除此消息",
    "這則訊息已刪除", "此訊息已刪除", "你已刪除此訊息", "您已刪除這則訊息", "삭제된 메시지입니다",
    "이 메시지를 삭제했습니다",
    "تم حذف هذه الرسالة", "لقد حذفت هذه الرسالة", "הודעה זו נמחקה", "מחקת הודעה זו", "यह मैसेज डिलीट किया गया",
    "आपने यह मैसेज डिलीट किया", "pesan ini telah dihapus", "anda menghapus pesan ini",
    "anda telah menghapus pesan ini",
    "tin nhắn này đã bị xóa", "bạn đã xóa tin nhắn này", "ข้อความนี้ถูกลบแล้ว", "คุณลบข้อความนี้แล้ว",
})  # fmt: skip


BY_ADMIN = re.compile(r"this message was deleted by admin\b.*|you deleted this message as admin\.?", re.IGNORECASE)


class SenderText(NamedTuple):
    text: str  # "" when nothing of it is the sender's
    mentioned: tuple[str, ...]  # names
    ignored: str  # what it is, when the text is ""


NOTICE = SenderText("", (), "notice of WhatsApp")


def sender_text(text: str) -> SenderText:
    """`text`: of a message, as it is in the export."""
    if (edited := EDITED.search(text)) and (LRM in edited[0] or " " in edited[0].strip() or not edited[0].isascii()):
        text = text[: edited.start()]
    bare = MARKS.sub("", text).strip()
    if bare.rstrip(".").casefold() in NOTICES or BY_ADMIN.fullmatch(bare):
        return SenderText("", (), "deleted message" if bare.casefold() != "null" else "media")
    if ENCRYPTED.fullmatch(bare):
        return NOTICE
    lines = text.split("\n")
    if sum(bool(POLL_OPTION.fullmatch(line)) for line in lines) >= 2:
        return SenderText("", (), "poll")
    if LOCATION.fullmatch(bare):
        return SenderText("", (), "location")
    media = False
    if (tail := TAIL.search(text)) and tail.start() and _is_placeholder(LRM + tail[1]):
        media = True
        lines = text[: tail.start()].split("\n")
    if _is_placeholder(lines[0]) or (media and DOCUMENT.fullmatch(MARKS.sub("", lines[0]).strip())):
        media = True
        lines = lines[1:]
    elif text.startswith(LRM) and not media:
        return NOTICE
    caption = "\n".join(lines)
    caption = caption.strip("\n") if media else caption
    mentioned = tuple(dict.fromkeys(MENTION.findall(caption)))
    caption = MENTION.sub(r"@\1", caption)
    return (
        SenderText(caption, mentioned, "")
        if MARKS.sub("", caption).strip()
        else SenderText("", (), "media" if media else "empty")
    )


def _is_placeholder(line: str) -> bool:
    """Whether the line is a placeholder for a picture, a recording or a file."""
    bare = MARKS.sub("", line).strip()
    angles = IN_ANGLES.fullmatch(bare)
    if (angles and MEDIA_WORD.search(angles[1])) or any(p.fullmatch(bare) for p in (ATTACHED, PHONE_FILE, FILE)):
        return True
    # Without angle brackets on iPhones, where U+200E goes before it.
    return bool(OMITTED_LINE.fullmatch(bare)) if LRM in line else bool(BARE_OMITTED.fullmatch(bare))
