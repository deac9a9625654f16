"""A small place of every kind of source that is files of one author, by the builders of its tests."""
# ruff: noqa: E501  # lines of files

import json
from collections.abc import Callable
from pathlib import Path

import test_bear_source as bear
import test_blogger_source as blogger
import test_bluesky_archive_source as bluesky_archive
import test_bluesky_source as bluesky
import test_dayone_source as dayone
import test_evernote_source as evernote
import test_folder_documents as documents
import test_ghost_source as ghost
import test_google_takeout_source as google_takeout
import test_joplin_source as joplin
import test_linkedin_source as linkedin
import test_logseq_source as logseq
import test_mastodon_archive_source as mastodon_archive
import test_medium_source as medium
import test_misskey_source as misskey
import test_notion_source as notion
import test_reddit_source as reddit
import test_saved_mails as saved_mails
import test_stackexchange_source as stackexchange
import test_substack_source as substack
import test_tumblr_source as tumblr
import test_wordpress_source as wordpress

from fakes.bluesky_repository import Car
from fakes.seeds import TEXT, Seed, built, tarred, texts, zipped
from fakes.twitter_archive import ACCOUNT, archive, note, tweet, ytd

BLUESKY_TEXT = "see github.com/snarfed/brid... and @ada.example #fog"
FACETS = [
    bluesky.facet(BLUESKY_TEXT, "github.com/snarfed/brid...", **bluesky.link("https://github.com/snarfed/bridgy-fed")),
    bluesky.facet(BLUESKY_TEXT, "#fog", **{"$type": "app.bsky.richtext.facet#tag", "tag": "fog"}),
]
FOLDER = {
    "_config.yml": "url: https://maud.example\npermalink: /:year/:title/\ntimezone: Europe/Berlin\n",
    "_posts/2023-04-02-fog.md": f"---\ntitle: Fog\ndate: 2023-04-02 10:00:00 +0200\ntags: [sea, fog]\n---\n{TEXT}",
    "notes/rain.md": f'+++\ndate = 2023-08-12T15:30:00Z\nslug = "the-rain"\ndraft = false\n+++\n{TEXT}',
    "notes/wind.md": f'{{"title": "Wind", "url": "/r/", "date": "2023-01-02"}}\n{TEXT}',
    "notes/old.md": f"title: Old\ndate: 2020-01-02\ntags:\n- sea\n---\n{TEXT}",
    "notes/pier.rst": f"Pier\n====\n\n:date: 2024-01-02\n:tags: sea\n\n{TEXT}\n.. note:: Mind the step.\n\n* one\n* two\n",
    "notes/clock.org": f"#+TITLE: Clock\n#+FILETAGS: :sea:\n* How :a:\n:PROPERTIES:\n:ID: 1\n:END:\n{TEXT}\n"
    "#+begin_quote\nTheirs.\n#+end_quote\n",
    "notes/bell.mdx": f"import A from 'a'\n\n<A b={{1}}>\n\n{TEXT}\n</A>\n\n{{/* no */}}\n",
    "notes/page.html": '<html><head><title>Page – Maud</title><meta name="author" content="Maud Ferrier"><script type='
    '"application/ld+json">{"@type": "BlogPosting", "author": {"@id": "#m"}, "@id": "x"}</script></head><body><article>'
    f"<h1>Page</h1><p class=byline>By Maud Ferrier</p><time datetime=2024-01-02>2 January</time><p>{TEXT}</p></article>",
    "notes/plain.txt": TEXT,
    "logs/harbour.txt": "[10:02:33] <ann> is there fog?\n[10:02:40] <maud> yes\n[10:04:00] <ann> ok\n",
    "notes/letter.docx": documents.docx(documents.paragraph(TEXT), core="<dc:title>Fog</dc:title>"),
    "notes/letter.pdf": documents.pdf(["The fog came in at six,", "and the ferry went out."], info="/Title (Fog)"),
}
MAILS = {
    **{f"{name}.html": page for name, page in saved_mails.PAGES.items()},
    "headed.txt": saved_mails.headed("Maud Ferrier <maud@example.org>"),
    "answer.txt": f"{TEXT}\nOn Wed, 14 Nov 2018 08:14:43 -0200 Ann <ann@example.org> wrote\n\nWhen?\n",
}
PAIR = json.dumps({"text": TEXT, "id": "1", "date": "2023-04-02", "tags": ["sea"]})
JSON_LINES = "".join(
    f"{line}\n" for line in (PAIR, '{"title": "Rain", "content": "It rained.", "kind": "reply"}', PAIR)
)


def _bluesky_archive(folder: Path) -> None:
    feed_, car = bluesky_archive.FEED, Car()
    records = {
        f"{feed_}/3aa": bluesky_archive.post("first"),
        f"{feed_}/3ab": bluesky_archive.post("second", reply=bluesky_archive.reply_to(bluesky_archive.uri("3aa"))),
    }
    (folder / "repo.car").write_bytes(car.bytes(car.commit(car.node(records))))


SEEDS: dict[str, Callable[[], Seed]] = {
    "bear": lambda: built(
        "bear",
        lambda folder: bear.backup(
            folder / "x.bear2bk",
            {
                "Fog": ("# Fog on the pier\n#tide/high #cold sea#\nIt came in, #slowly.\n\n## After\n", {}),
                "Rain": ("It rained.", {"info": {"sourceURL": ""}}),
            },
        ),
    ),
    "blogger, old": lambda: built(
        "blogger",
        lambda folder: blogger.write(
            folder,
            blogger.old_feed(
                blogger.old(2),
                blogger.old(
                    4,
                    "comment",
                    blogger.OTTO,
                    extra=(
                        answer := "<thr:in-reply-to xmlns:thr="
                        f"'http://purl.org/syndication/thread/1.0' ref='{blogger.ENTRY_ID}.post-2'/>"
                    ),
                ),
                blogger.old(5, "comment", extra=answer),
            ),
        ),
    ),
    "blogger, new": lambda: built(
        "blogger",
        lambda folder: blogger.write(
            folder,
            blogger.new_feed(
                blogger.new(1),
                blogger.new(5, "COMMENT", extra=f"<blogger:parent>{blogger.ENTRY_ID}.post-1</blogger:parent>"),
            ),
        ),
    ),
    "bluesky_archive, car": lambda: built("bluesky_archive", _bluesky_archive),
    "bluesky_archive, json": lambda: texts(
        "bluesky_archive",
        {
            "records.json": bluesky_archive.records(
                bluesky_archive.post(BLUESKY_TEXT, facets=FACETS, tags=["weather"]),
                bluesky_archive.post("again", reply=bluesky_archive.reply_to(bluesky_archive.uri("0"))),
            )
        },
    ),
    "dayone": lambda: built(
        "dayone",
        lambda folder: dayone.export(
            folder,
            dayone.entry(text="# Of fog\n\n![](dayone-moment://0A)\n\nIt came in at 6\\.", tags=["sea"]),
            dayone.entry(uuid="B2", text="", richText=json.dumps({"contents": [{"text": "A line.\n"}]})),
        ),
    ),
    "evernote": lambda: built(
        "evernote",
        lambda folder: evernote.export(
            folder,
            evernote.note(tag="sea"),
            evernote.note("<div>a<en-todo/></div>", title="Rain", created=""),
        ),
    ),
    "folder": lambda: texts("folder", FOLDER),
    "folder, mails": lambda: texts("folder", MAILS),
    "folder, zip": lambda: zipped(texts("folder", FOLDER)),
    "folder, tar": lambda: tarred(texts("folder", FOLDER)),
    "folder, hugo": lambda: texts(
        "folder",
        {
            "hugo.toml": '[permalinks]\nposts = "/:year/:slug/"\n',
            "content/posts/_index.md": TEXT,
            "content/posts/fog.en.md": FOLDER["notes/rain.md"],
            "content/posts/x/index.md": FOLDER["notes/rain.md"],
        },
    ),
    "folder, obsidian": lambda: texts(
        "folder",
        {
            ".obsidian/app.json": {},
            ".obsidian/templates.json": {"folder": "t"},
            "t/x.md": TEXT,
            "Fog.md": f"---\ntags:\n  - sea\naliases: [a]\n---\n{TEXT}\n> [!note] Mind\n> it\n\n![[x]] [[Rain|it]] ^a1\n%%no%%\n",
        },
    ),
    "ghost": lambda: built(
        "ghost",
        lambda folder: ghost.export(
            folder,
            ghost.post(1),
            ghost.post(2, html=None, lexical=json.dumps(ghost.LEXICAL)),
            ghost.post(3, html="", mobiledoc=ghost.MOBILEDOC),
            users=ghost.USERS[:1],
            tags=[{"id": "8", "name": "Sea"}],
            posts_tags=[{"post_id": "1", "tag_id": "8", "sort_order": 1}],
            settings=[{"key": "title", "value": "Maud's"}],
        ),
    ),
    "google_takeout": lambda: texts(
        "google_takeout",
        {
            f"{google_takeout.KEEP}/Bell.json": google_takeout.note(
                title="Bell", textContent="Twice.", labels=[{"name": "a"}]
            ),
            f"{google_takeout.KEEP}/list.json": google_takeout.note(
                listContent=[{"text": "oil", "isChecked": True}],
                sharees=[{"isOwner": True, "email": "m@fog.example"}],
            ),
            "Takeout/Old/Keep.html": google_takeout.PAGE,
            "Takeout/YouTube/Kommentare.csv": google_takeout.COLUMNS
            + "Ugx1,UCmaud0,2024-05-01T10:00:00.5Z,0,,,abcDEF12345,"
            '"{""takeoutSegments"":[{""text"":""Strikes at ten, late.""}]}",\r\n',
            "Takeout/YouTube/my-comments.html": '<ul><li>Sent at 2019-05-06 10:12:33 UTC on <a href="https://www.youtube.com'
            '/watch?v=x&amp;lc=Ug1">it</a>.<br/>Late again.</li></ul>',
        },
    ),
    "joplin": lambda: built("joplin", joplin.vault),
    "joplin, jex": lambda: tarred(built("joplin", joplin.vault)),
    "jsonl": lambda: texts("jsonl", {"posts.jsonl": JSON_LINES}, "posts.jsonl"),
    "linkedin": lambda: built(
        "linkedin",
        lambda folder: linkedin.write(
            folder,
            Shares_csv=linkedin.SHARES,
            Profile_csv="First Name,Last Name\nMaud,Ferrier\n",
            Comments_csv=f'Date,Link,Message\n2023-05-06 08:00:00,{linkedin.LINK}71,"She said \\"hi\\""\n',
            Articles__fog_html=f"<html><body><h1><a href='https://x'>Fog</a></h1><p>Created on 2023-01-02</p><div>{TEXT}</div>",
        ),
    ),
    "logseq": lambda: built(
        "logseq",
        lambda folder: logseq.graph(
            folder,
            **{
                "journals/2024_05_01.md": "- It came in.\n  id:: x\n\t- It went.\n- LATER Oil it.\n  SCHEDULED: <2024-05-05 Sun>",
                "pages/sea___Lane.md": "title:: Lane\ntags:: place, [[shop]]\ndate:: [[2024-02-03]]\n\n- One.",
                "pages/Fog.org": "#+title: Of fog\n* TODO It came in.\n:PROPERTIES:\n:id: x\n:END:\n** It went.",
            },
        ),
    ),
    "mastodon_archive": lambda: built(
        "mastodon_archive",
        lambda folder: mastodon_archive.archive(
            folder,
            mastodon_archive.note("1"),
            mastodon_archive.note(
                "2",
                inReplyTo=f"{mastodon_archive.ME}/statuses/1",
                tag=[{"type": "Mention", "name": "@ola@far.example", "href": "x"}],
            ),
            mastodon_archive.boost("3", "https://x.example/1"),
        ),
    ),
    "medium": lambda: built(
        "medium",
        lambda folder: medium.export(
            folder,
            **{
                "2018-08-11_Fog-abcdef123456": medium.story(medium.HEADING + medium.FIRST, subtitle="What it does"),
                "draft_Rain-ababab121212": medium.story("<p>It rained.</p>", title="Rain", footer=medium.DRAFT_FOOTER),
            },
        ),
    ),
    "misskey": lambda: texts(
        "misskey",
        {
            "notes-1.json": [
                misskey.note("a", "The $[tada.speed=2s fog $[x2 came]] in.", cw="Weather"),
                misskey.note("b", "So.", replyId="a"),
            ]
        },
    ),
    "notion": lambda: texts(
        "notion",
        {
            f"Export-x/Fog {notion.HOME}.md": f"# Fog\n\n{notion.PROPERTIES}\n{TEXT}\n[Rain](Fog/Rain%20{notion.ROW}.md)\n",
            f"Export-x/Log {notion.OTHER}_all.csv": "\ufeffName,Bell\nFog,twice\n",
            f"Export-x/Log/Row {notion.ROW}.md": f"# Row\n\nBell: twice\n\n{TEXT}",
            f"Export-x/Pier {notion.OTHER}.html": '<html><body><article class="page"><h1 class="page-title">Pier</h1><table class='
            f'"properties"><tr><th>Tags</th><td>sea</td></tr></table><div class="page-body"><p>{TEXT}</p></div></article>',
        },
    ),
    "notion, parts": lambda: built(
        "notion",
        lambda folder: notion.export(
            folder,
            **{
                "Export-x-Part-1.zip": notion.zip_of(**{f"Export-x/Fog {notion.HOME}.md": TEXT}),
                "Export-x-Part-2.zip": notion.zip_of(**{f"Export-x/Rain {notion.ROW}.md": TEXT}),
            },
        ),
    ),
    "reddit": lambda: built(
        "reddit",
        lambda folder: reddit.export(
            folder,
            posts=reddit.table(reddit.POSTS, [reddit.post("p1", "Fog", "It **came** in.")]),
            comments=reddit.table(
                reddit.COMMENTS, [reddit.comment("c1", "Of u/ada_k."), reddit.comment("c2", "so", parent="c1")]
            ),
            statistics="statistic,value\naccount name,maud_f\n",
        ),
    ),
    "substack": lambda: built(
        "substack",
        lambda folder: substack.export(
            folder / "e",
            substack.row("123401.the-fog", "Fog &#x201C;here&#x201D;", "On &amp; off") + substack.row("100002.b"),
            p123401__the_fog=f"<p>Grey.</p>{substack.SUBSCRIBE}{substack.WIDGET}",
            p100002__b="<pre>a\nb</pre>",
        ),
        "e",
    ),
    "twitter": lambda: built(
        "twitter",
        lambda folder: archive(
            folder,
            {
                "data/account.js": ytd("account", ACCOUNT),
                "data/tweets.js": ytd(
                    "tweets",
                    [
                        tweet(
                            "1",
                            "The first https://t.co/aB1 @ada_k",
                            entities={
                                "urls": [{"url": "https://t.co/aB1", "expanded_url": "https://fog.example/"}],
                                "user_mentions": [{"screen_name": "ada_k", "name": "Ada K."}],
                                "hashtags": [{"text": "fog"}],
                            },
                        ),
                        tweet("2", "so", in_reply_to_status_id_str="1", in_reply_to_user_id_str="77"),
                    ],
                ),
                "data/note-tweet.js": ytd("note_tweet", [note("3", "The first, at length.")]),
                "data/deleted-tweets.js": ytd("deleted_tweets", [tweet("6", "gone")]),
            },
        ),
    ),
    "stackexchange_dump": lambda: texts(
        "stackexchange_dump", {"Posts.xml": stackexchange.ROWS, "Users.xml": stackexchange.USERS}
    ),
    "tumblr_export": lambda: texts("tumblr_export", {"posts.xml": tumblr.XML}),
    "wordpress": lambda: texts(
        "wordpress",
        {
            "export.xml": wordpress.wxr(
                wordpress.item(
                    1,
                    "[caption]x[/caption]<!-- wp:paragraph --><p>Fog.</p><!-- /wp:paragraph -->",
                    inside="".join(
                        (
                            wordpress.comment(1, "Is it <b>far</b>?", by="Karl"),
                            wordpress.comment(2, "An hour.", by="Maud F.", parent=1, user=7),
                        )
                    ),
                ),
                wordpress.item(2, post_type="page"),
                authors=wordpress.AUTHORS,
            )
        },
        me=("maud",),
    ),
}
