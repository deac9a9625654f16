"""A small place of every kind of source on the web, by the builders of its tests."""

from collections.abc import Callable

import test_bluesky_source as bluesky
import test_devto_source as devto
import test_feed_source as feed
import test_hackernews_source as hackernews
import test_lemmy_source as lemmy
import test_mastodon_source as mastodon
import test_site_source as site
import test_sitemap_source as sitemap
import test_stackexchange_source as stackexchange
import test_tumblr_source as tumblr

from fakes import github
from fakes.apis import FakeApi
from fakes.seeds import Seed, of_api, of_pages

BLUESKY_TEXT = "see github.com/snarfed/brid... and @ada.example #fog"
FACETS = [
    bluesky.facet(BLUESKY_TEXT, "github.com/snarfed/brid...", **bluesky.link("https://github.com/snarfed/bridgy-fed")),
    bluesky.facet(BLUESKY_TEXT, "#fog", **{"$type": "app.bsky.richtext.facet#tag", "tag": "fog"}),
]
PAGES = {url: site.post("/b", head="<title>Fog</title>") for url in (f"{site.HOME}a", f"{site.HOME}b")}


SEEDS: dict[str, Callable[[], Seed]] = {
    "bluesky": lambda: of_api(
        "bluesky",
        bluesky.api(
            [
                {"post": bluesky.view("1", BLUESKY_TEXT, facets=FACETS)},
                {
                    "post": bluesky.view("2", "so", reply=bluesky.ref("at://x/app.bsky.feed.post/1")),
                    "reply": {"parent": bluesky.view("9", "Any fog?", bluesky.OLA)},
                },
            ],
            count=2,
        ),
        bluesky.BASE,
        bluesky.ADDRESS,
    ),
    "devto": lambda: of_api(
        "devto",
        devto.api(
            [devto.listed(1, comments_count=2), devto.listed(2)],
            {"/comments?a_id=1": [devto.comment("a", "<p>When?</p>", devto.comment("b", "<p>At six.</p>"), user={})]},
        ),
        devto.BASE,
        devto.ADDRESS,
    ),
    **{
        f"feed, {name}": lambda text=text: of_pages(
            "feed", {feed.URL: text, "https://maud.example/1": feed.PAGE}, feed.URL
        )
        for name, text in {
            "rdf": feed.RDF,
            "rss": feed.rss(
                feed.full(1)
                + feed.full(2, pubDate="Sat, 03 Feb 2024 10:00:00 +0100")
                + "<item><title>T</title><link>/1</link><description>Cut…</description></item>"
            ),
            "atom": feed.ATOM,
            "old atom": feed.ATOM_03,
            "cdf": feed.CDF,
            "json": feed.JSON_FEED,
        }.items()
    },
    "github": lambda: of_api(
        "github",
        github.api(
            {
                github.search(github.QUERIES[0]): github.hits(github.issue(1, "Fog", "Hi @ola.")),
                github.search(github.QUERIES[2]): github.hits(github.issue(3, "Rain", "When?", user=github.OLA)),
                "/repos/ola/pier/issues/3/comments?per_page=100": [
                    github.comment(11, "At six."),
                    github.comment(12, "Sure?", github.OLA),
                ],
                github.search(github.REVIEWED): github.hits(github.issue(5, "Horn", "Loud.", user=github.OLA)),
                "/repos/ola/pier/pulls/5/comments?per_page=100": [github.comment(22, "One.", in_reply_to_id=21)],
                "/repos/ola/pier/pulls/5/reviews?per_page=100": [
                    github.comment(21, "Good.", submitted_at="2021-05-06T00:00:00Z")
                ],
                github.REPOSITORIES: [github.repository(1, "horn")],
                "/repos/maud/horn/readme": github.readme(b"# Horn\n\nA horn."),
                github.GISTS: [
                    (
                        fog := github.gist(
                            "a1",
                            **{
                                "fog.md": {
                                    "filename": "fog.md",
                                    "language": "Markdown",
                                    "content": "Thick.",
                                    "truncated": False,
                                }
                            },
                        )
                    )
                ],
                "/gists/a1": fog,
            }
        ),
        github.BASE,
        github.ADDRESS,
    ),
    "hackernews": lambda: of_api(
        "hackernews",
        FakeApi(
            {
                hackernews.SEARCH: hackernews.answer(
                    [
                        hackernews.comment(7, "It&#x27;s <i>thick</i>.<p>&gt; so", parent_id=500),
                        hackernews.story(8, "Fog", "It came."),
                        hackernews.comment(
                            9, 'See <a href="https://fog.example/a">https://fog.exam...</a>', parent_id=7
                        ),
                    ]
                )
            }
        ),
        hackernews.BASE,
        hackernews.ADDRESS,
    ),
    "lemmy": lambda: of_api("lemmy", FakeApi(lemmy.ANSWERS), lemmy.BASE, lemmy.ADDRESS),
    "mastodon": lambda: of_api(
        "mastodon",
        mastodon.api(
            [
                mastodon.status(3, "<p>Thick.</p>", mentions=[mastodon.OLA], tags=[{"name": "fog"}]),
                mastodon.status(2, "<p>so</p>", in_reply_to_id="3", in_reply_to_account_id="109"),
            ],
            count=2,
        ),
        mastodon.BASE,
        mastodon.ADDRESS,
    ),
    "site": lambda: of_pages("site", {site.HOME: site.listing("/a", "/b"), **PAGES}, site.HOME),
    "site, sitemap": lambda: of_pages(
        "site", {site.HOME: site.listing(), f"{site.HOME}sitemap.xml": site.sitemap("a", "b"), **PAGES}, site.HOME
    ),
    "sitemap": lambda: of_pages(
        "sitemap",
        {
            sitemap.URL: sitemap.index("https://maud.example/s2.xml"),
            "https://maud.example/s2.xml": sitemap.sitemap(sitemap.A, sitemap.B),
            sitemap.A: sitemap.page(),
            sitemap.B: sitemap.page("Rain"),
        },
        sitemap.URL,
    ),
    "stackexchange": lambda: of_api(
        "stackexchange", FakeApi(stackexchange.ANSWERS), stackexchange.BASE, stackexchange.ADDRESS
    ),
    "tumblr": lambda: of_api(
        "tumblr", FakeApi({tumblr.url(0): tumblr.answer(tumblr.POSTS, 0, 10)}), tumblr.BASE, f"{tumblr.BASE}/"
    ),
}
