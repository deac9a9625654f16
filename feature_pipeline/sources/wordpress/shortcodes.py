"""WordPress's shortcodes, marks in square brackets → HTML as a reader gets it, without what is no text of the author's.

The marks go; what the author wrote between them stays, captions too. Galleries, players, forms, buttons and the encoded
data of page builders go whole; a builder's rows and columns part paragraphs. Square brackets that are no shortcode,
such as [sic], are the author's.
"""

import html
import re

ATTRIBUTES = r"(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')*"
ESCAPED = re.compile(rf"\[(\[[a-zA-Z][\w-]*(?:\s{ATTRIBUTES})?\])\]")
WHOLE = re.compile(
    rf"\[(gallery|playlist|audio|video|embed|googlemaps|youtube|vimeo|soundcloud|instagram|tweet|twitter|slideshare"
    rf"|contact-form(?:-7)?|toc|gist|mc4wp_form|jetpack_subscription_form)(?:[\s=:]{ATTRIBUTES})?/?\]"
    rf"(?:(?:(?!\[\1).){{0,2000}}?\[/\1\])?",
    re.DOTALL | re.IGNORECASE,
)
# Of page builders (WPBakery, Divi, Avada, Enfold, …) and of shortcode packs: base64, scripts, buttons, forms, icons.
MACHINERY = re.compile(
    rf"\[((?:[a-z]+_)+(?:raw_html|raw_js|code|code_?block|syntax_highlighter|social_\w+|sharing|signup|contact_form"
    rf"|contact_field|login|search|maps?|map_pin|video|audio|image|icon)|(?:[a-z]+_)*(?:button|btn)s?)"
    rf"(?:\s{ATTRIBUTES})?/?\](?:(?:(?!\[\1\b).){{0,100000}}?\[/\1\])?",
    re.DOTALL | re.IGNORECASE,
)
BUILDERS = "vc|et_pb|fusion|av|cs|kc|mk|nectar|ux|us|wpb|tatsu|thrive|mfn|qode|mkdf|eltdf|stm|porto|themify|panel"
BUILT = re.compile(rf"\[/?(?:{BUILDERS})_\w+(?:\s{ATTRIBUTES})?/?\]", re.IGNORECASE)
LAYOUT = re.compile(  # names of marks that are closed
    r"(?:inner_)?(?:row|column|col|section|container|layout)(?:_\w+)?|tabs?|tab_?group|accordions?|toggles?"
    r"|(?:one|two|three|four|five)_(?:half|thirds?|fourths?|fifths?|sixths?)(?:_\w+)?",
    re.IGNORECASE,
)
PARTED = "<div></div>"
CAPTION = re.compile(rf"\[(?:wp_)?caption({ATTRIBUTES})\](.*?)\[/(?:wp_)?caption\]", re.DOTALL | re.IGNORECASE)
CAPTION_TEXT = re.compile(r"\bcaption=(?:\"([^\"]*)\"|'([^']*)')")
LANGUAGES = (
    "code|sourcecode|source|php|python|css|html|xml|js|javascript|sql|bash|shell|java|cpp|csharp|ruby|text|plain"
    "|perl|powershell|scala|haskell|yaml|json|groovy|diff|vb|matlab|swift|typescript|kotlin|codesyntax|codebox|crayon"
    "|geshi|enlighter|prism"
)
# CodeColorer's: cc and letters for its manner, then maybe "_" and the language; with an i it stands within a line.
CODECOLORER = r"cc[a-z]{0,6}(?:_[\w#+-]+)?"
CODE = re.compile(
    rf"\[({LANGUAGES}|{CODECOLORER})(?:\s{ATTRIBUTES})?\](.{{0,50000}}?)\[/\1\]", re.DOTALL | re.IGNORECASE
)
WITHIN_A_LINE = re.compile(r"cc[a-z]*i[a-z]*(?:_.*)?", re.IGNORECASE)
OPENING = re.compile(r"\[([a-zA-Z][\w-]*)[^\[\]]*\]")
CLOSING = re.compile(r"\[/([a-zA-Z][\w-]*)\]")
WITH_ATTRIBUTES = re.compile(rf"\[[a-zA-Z][\w-]*\s+[\w-]+=(?:\"|'|&quot;|&#8221;|&#8243;|\w){ATTRIBUTES}/?\]")
ALONE = re.compile(r"^([ \t]*(?:<p>)?)\[[a-z]+(?:[_-][a-z0-9]+)+\](?=(?:</p>)?[ \t]*$)", re.MULTILINE)
HELD = "\x1d{}\x1d"  # placeholder for an escaped shortcode; no post contains control characters


def without_shortcodes(text: str) -> str:
    if "[" not in text:
        return text
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[1])
        return HELD.format(len(held) - 1)

    text = CODE.sub(_code, ESCAPED.sub(hold, text))
    text = MACHINERY.sub(PARTED, WHOLE.sub("", text))
    text = BUILT.sub(PARTED, CAPTION.sub(_figure, text))
    if closed := set(CLOSING.findall(text)):
        text = CLOSING.sub(_gone, OPENING.sub(lambda match: _gone(match) if match[1] in closed else match[0], text))
    text = ALONE.sub(r"\1", WITH_ATTRIBUTES.sub("", text))
    for index, shortcode in enumerate(held):
        text = text.replace(HELD.format(index), shortcode)
    return text


def _gone(mark: re.Match[str]) -> str:
    return PARTED if LAYOUT.fullmatch(mark[1]) else ""


def _code(match: re.Match[str]) -> str:
    """As a <pre>, or a <code> within a line; escaped unless the editor has seen to that."""
    code = match[2] if re.search(r"&\w+;|<br\b|</?p>", match[2]) else html.escape(match[2], quote=False)
    tag = "code" if WITHIN_A_LINE.fullmatch(match[1]) else "pre"
    return f"<{tag}>{code}</{tag}>"


def _figure(match: re.Match[str]) -> str:
    named = CAPTION_TEXT.search(match[1])
    caption = f"<figcaption>{named[1] or named[2]}</figcaption>" if named and (named[1] or named[2]) else ""
    return f"<figure>{match[2]}{caption}</figure>"
