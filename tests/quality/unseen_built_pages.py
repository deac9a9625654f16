"""Pages of themes that were first measured when the rules had been written: recall was 1.0 then, precision 0.984."""

from built_pages import LOREM_COMMENTS, Theme, page
from invented_articles import InventedArticle


def kubrick(a: InventedArticle) -> str:
    return page(
        f"""<div id="page"><div id="header"><div id="headerimg"><h1><a href="/">Saltings</a></h1>
<div class="description">Just another weblog about the sea and what it brings</div></div></div><hr />
<div id="content" class="widecolumn"><div class="navigation">
<div class="alignleft">&laquo; <a href="/1">On herring</a></div><div class="alignright">
<a href="/2">Rope of sand</a> &raquo;</div></div>
<div class="post" id="post-4"><h2>{a.title}</h2><div class="entry">{a.html}<p class="postmetadata alt">
<small>This entry was posted on Sunday, March 3rd, 2005 at 8:04 am and is filed under <a href="/c" rel="category
tag">Town</a>. You can follow any responses to this entry through the <a href="/feed">RSS 2.0</a> feed. You can skip
to the end and leave a response. Pinging is currently not allowed.</small></p></div></div>
<h3 id="comments">2 Responses to &#8220;{a.title}&#8221;</h3><ol class="commentlist"><li class="alt" id="comment-1">
<cite><a href="#">Tam</a></cite> Says:<br /><small class="commentmetadata">
<a href="#c">March 4th, 2005 at 9:00 am</a></small><p>{LOREM_COMMENTS[0]}</p></li><li>
<cite>Ada</cite> Says:<p>{LOREM_COMMENTS[1]}</p></li></ol><h3 id="respond">Leave a Reply</h3><form id="commentform">
<p><input><label><small>Name (required)</small></label></p><p><small>
<strong>XHTML:</strong> You can use these tags: a href b i</small></p></form></div>
<hr /><div id="footer"><p>Saltings is proudly powered by <a href="http://wordpress.org/">WordPress</a><br />
<a href="feed:x">Entries (RSS)</a> and <a href="#">Comments (RSS)</a>.</p></div></div>""",
        a.title,
    )


def minimal_mistakes(a: InventedArticle) -> str:
    return page(
        f"""<nav class="skip-links"><ul><li>
<a href="#site-nav" class="screen-reader-shortcut">Skip to primary navigation</a></li></ul></nav>
<div class="masthead"><div class="masthead__inner-wrap"><nav id="site-nav" class="greedy-nav">
<a class="site-title" href="/">Saltings</a></nav></div></div><div class="initial-content">
<div id="main" role="main"><div class="sidebar sticky">
<div itemscope itemtype="https://schema.org/Person" class="h-card"><div class="author__content">
<h3 class="author__name p-name"><a class="u-url" rel="me" href="/">Maud Ferrier</a></h3>
<div class="author__bio p-note"><p>I sell rope, lamps and advice, and only the first two are any good.</p></div>
</div><div class="author__urls-wrapper"><button>Follow</button><ul><li>Ardrey</li></ul></div></div></div>
<article class="page h-entry" itemscope><meta itemprop="headline" content="x"><div class="page__inner-wrap"><header>
<h1 id="page-title" class="page__title p-name"><a href="/x" class="u-url">{a.title}</a></h1><p class="page__meta">
<span class="page__meta-date"><i></i><time class="dt-published">March 3, 2021</time></span>
<span class="page__meta-sep"></span><span class="page__meta-readtime">3 minute read</span></p></header>
<section class="page__content e-content" itemprop="text"><aside class="sidebar__right sticky"><nav class="toc">
<header><h4 class="nav__title">On This Page</h4></header><ul class="toc__menu"><li><a href="#letter">The letter</a>
</li></ul></nav></aside>{a.html}</section><footer class="page__meta"><p class="page__taxonomy">
<strong>Tags:</strong> <span><a href="/t" class="page__taxonomy-item p-category" rel="tag">clock</a></span></p>
<p class="page__date"><strong>Updated:</strong> <time class="dt-published">March 3, 2021</time></p></footer>
<section class="page__share"><h4 class="page__share-title">Share on</h4><a href="#" class="btn btn--twitter">
<span>Twitter</span></a></section><nav class="pagination"><a href="/1" class="pagination--pager">Previous</a></nav>
</div>
<div class="page__comments"><h4 class="page__comments-title">Leave a comment</h4><section id="utterances-comments">
</section></div></article><div class="page__related"><h2 class="page__related-title">You May Also Enjoy</h2>
<div class="grid__wrapper"><div class="list__item"><article class="archive__item"><h2 class="archive__item-title">
<a href="/1" rel="permalink">On herring</a></h2><p class="page__meta">less than 1 minute read</p>
<p class="archive__item-excerpt">A herring is a fish about which I know two things and one of them is false.</p>
</article></div></div></div></div></div><div id="footer" class="page__footer"><footer>
<div class="page__footer-follow"><ul class="social-icons"><li><strong>Follow:</strong></li><li>
<a href="/feed">Feed</a></li></ul></div>
<div class="page__footer-copyright">&copy; 2021 Maud. Powered by Jekyll.</div></footer></div>""",
        a.title,
    )


def squarespace(a: InventedArticle) -> str:
    return page(
        f"""<div id="siteWrapper" class="clearfix site-wrapper">
<header data-test="header" id="header" class="header"><div class="header-title-text">
<a id="site-title" href="/">Saltings</a></div><nav class="header-nav-list"><div class="header-nav-item">
<a href="/about">About</a></div></nav></header><main id="page" class="container" role="main">
<article class="sections" id="sections"><section class="page-section content-collection">
<div class="content-wrapper"><div class="content"><div class="blog-item-wrapper">
<article id="article-" class="h-entry entry hentry author-maud"><div class="blog-item-inner-wrapper">
<div class="blog-item-top-wrapper"><div class="blog-item-title">
<h1 class="entry-title entry-title--large p-name">{a.title}</h1></div><div class="blog-item-meta-wrapper">
<div class="blog-meta-item blog-meta-item--date-wrapper"><time class="dt-published">Mar 3</time></div>
<div class="blog-meta-item"><span class="blog-author-name">Written By Maud Ferrier</span></div></div></div>
<div class="blog-item-content-wrapper"><div class="blog-item-content e-content">
<div class="sqs-layout sqs-grid-12 columns-12"><div class="row sqs-row"><div class="col sqs-col-12 span-12">
<div class="sqs-block html-block sqs-block-html"><div class="sqs-block-content">
<div class="sqs-html-content">{a.html}</div></div></div></div></div></div></div></div>
<div class="blog-item-author-profile-wrapper"><div class="author-profile">Maud Ferrier</div></div></div></article>
</div></div></div></section></article>
<section id="itemPagination" class="item-pagination item-pagination--prev-next">
<a href="/1" class="item-pagination-link"><div class="item-pagination-title">
<div class="item-pagination-prev-next">Previous</div><h2>On herring</h2></div></a></section></main>
<footer class="sections" id="footer-sections"><p>Made with Squarespace</p></footer></div>""",
        a.title,
    )


def typepad(a: InventedArticle) -> str:
    return page(
        f"""<div id="container"><div id="banner"><h1 id="banner-header"><a href="/">Saltings</a></h1>
<h2 id="banner-description">A weblog</h2></div><div id="pagebody"><div id="pagebody-inner"><div id="alpha">
<div id="alpha-inner"><p class="content-nav">
<a href="/1">&laquo; On herring</a> | <a href="/">Main</a> | <a href="/2">Rope of sand &raquo;</a></p>
<h2 class="date-header">March 03, 2006</h2><div class="entry" id="entry-1"><h3 class="entry-header">{a.title}</h3>
<div class="entry-content"><div class="entry-body">{a.html}</div></div><div class="entry-footer">
<p class="entry-footer-info">
<span class="post-footers">Posted by Maud on March 03, 2006 at 08:04 AM</span> <a class="permalink"
href="#">Permalink</a></p></div></div><div class="trackbacks"><h3>TrackBack</h3>
<p>TrackBack URL for this entry: http://x.example/t/trackback/1</p></div><div class="comments">
<h3 class="comments-header">Comments</h3><div class="comment"><div class="comment-content">
<p>{LOREM_COMMENTS[0]}</p></div><p class="comment-footer">Posted by: Tam | March 04, 2006 at 10:00</p></div></div>
</div></div><div id="beta"><div id="beta-inner"><div class="module-typelist module">
<h2 class="module-header">Books I am reading</h2><div class="module-content"><p>Hask: The Second Book of Gulls</p>
</div></div><div class="module-archives module"><ul><li><a href="/a">March 2006</a></li></ul></div></div></div>
</div></div></div>""",
        a.title,
    )


def elementor(a: InventedArticle) -> str:
    return page(
        f"""<header data-elementor-type="header" class="elementor elementor-location-header">
<div class="elementor-section"><div class="elementor-widget elementor-widget-nav-menu">
<nav class="elementor-nav-menu--main"><ul><li><a href="/">Home</a></li></ul></nav></div></div></header>
<div data-elementor-type="single-post" class="elementor elementor-location-single post type-post status-publish
hentry"><section class="elementor-section"><div class="elementor-container"><div class="elementor-column">
<div class="elementor-widget-wrap">
<div class="elementor-element elementor-widget elementor-widget-theme-post-title">
<div class="elementor-widget-container"><h1 class="elementor-heading-title">{a.title}</h1></div></div>
<div class="elementor-element elementor-widget elementor-widget-post-info"><div class="elementor-widget-container">
<ul class="elementor-inline-items elementor-icon-list-items elementor-post-info"><li itemprop="datePublished">
<a href="/d"><span class="elementor-post-info__item--type-date">March 3, 2021</span></a></li><li>
<span>No Comments</span></li></ul></div></div>
<div class="elementor-element elementor-widget elementor-widget-theme-post-content">
<div class="elementor-widget-container">{a.html}</div></div>
<div class="elementor-element elementor-widget elementor-widget-share-buttons">
<div class="elementor-widget-container"><div class="elementor-grid"><span>Facebook</span><span>Twitter</span></div>
</div></div><div class="elementor-element elementor-widget elementor-widget-author-box">
<div class="elementor-widget-container"><div class="elementor-author-box"><h4>Maud Ferrier</h4>
<div class="elementor-author-box__bio"><p>Keeper of a shop, a cat and one grudge.</p></div></div></div></div></div>
</div></div></section></div><footer class="elementor-location-footer"><p>© 2021</p></footer>""",
        a.title,
    )


def pelican(a: InventedArticle) -> str:
    return page(
        f"""<header id="banner" class="body"><h1><a href="/">Saltings</a></h1><nav><ul><li class="active">
<a href="/category/town.html">town</a></li></ul></nav></header><section id="content" class="body"><article><header>
<h1 class="entry-title"><a href="/x.html" rel="bookmark" title="Permalink">{a.title}</a></h1></header>
<div class="entry-content"><footer class="post-info">
<abbr class="published" title="2013-03-03">Published: Sun 03 March 2013</abbr>
<address class="vcard author">By <a class="url fn" href="/author/maud.html">Maud</a></address>
<p>In <a href="/category/town.html">town</a>.</p><p>tags: <a href="/tag/clock.html">clock</a></p>
</footer>{a.html}</div></article></section><section id="extras" class="body"><div class="blogroll"><h2>links</h2>
<ul><li><a href="http://x.example">Tam</a></li></ul></div><div class="social"><h2>social</h2></div></section>
<footer id="contentinfo" class="body">
<address id="about" class="vcard body">Proudly powered by <a href="#">Pelican</a>.</address>
<p>The theme is by <a href="#">Smashing</a>, thanks!</p></footer>""",
        a.title,
    )


def sphinx(a: InventedArticle) -> str:
    h = a.html.replace("</h2>", '<a class="headerlink" href="#letter" title="Permalink to this headline">¶</a></h2>')
    return page(
        f"""<div class="document"><div class="documentwrapper"><div class="bodywrapper">
<div class="body" role="main"><section id="x"><h1>{a.title}<a class="headerlink" href="#x" title="Permalink">¶</a>
</h1>{h}</section></div></div></div><div class="sphinxsidebar" role="navigation" aria-label="main navigation">
<div class="sphinxsidebarwrapper"><h1 class="logo"><a href="index.html">Saltings</a></h1><h3>Navigation</h3><ul>
<li class="toctree-l1"><a class="reference internal" href="a.html">Herring</a></li></ul><div class="relations">
<h3>Related Topics</h3><ul><li><a href="index.html">Documentation overview</a></li></ul></div><div id="searchbox">
<h3 id="searchlabel">Quick search</h3></div></div></div><div class="clearer"></div></div>
<div class="footer">©2021, Maud. | Powered by <a href="#">Sphinx 4</a> | <a href="_sources/x.rst.txt"
rel="nofollow">Page source</a></div>""",
        a.title,
    )


def eleventy(a: InventedArticle) -> str:
    return page(
        f"""<a href="#skip" class="visually-hidden">Skip to main content</a><header>
<a href="/" class="home-link">Saltings</a><nav><h2 class="visually-hidden">Top level navigation menu</h2>
<ul class="nav"><li class="nav-item"><a href="/blog/">Archive</a></li></ul></nav></header><main id="skip">
<heading-anchors><h1>{a.title}</h1><ul class="post-metadata"><li><time datetime="2018-07-04">04 July 2018</time>
</li><li><a href="/tags/c/" class="post-tag">second tag</a></li></ul>{a.html}<ul class="links-nextprev">
<li>Previous: <a href="/1">On herring</a></li><li>Next: <a href="/2">A rope of sand</a></li></ul></heading-anchors>
</main><footer><p><em>Built with <a href="https://www.11ty.dev/">Eleventy</a></em></p></footer>""",
        a.title,
    )


def notion(a: InventedArticle) -> str:
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<title>{a.title}</title><style>.a{{}}</style></head><body><article id="1" class="page sans"><header>
<h1 class="page-title">{a.title}</h1><p class="page-description"></p><table class="properties"><tbody>
<tr class="property-row property-row-created_time"><th>Created</th><td><time>@March 3, 2023 8:04 AM</time></td></tr>
<tr><th>Tags</th><td><span class="selected-value">town</span></td></tr></tbody></table></header>
<div class="page-body">{a.html}</div></article><span class="sans" style="font-size:14px;padding-top:2em"></span>
</body></html>"""


def mediawiki(a: InventedArticle) -> str:
    h = a.html.replace(
        "</h2>",
        '<span class="mw-editsection"><span class="mw-editsection-bracket">[</span>'
        '<a href="/e">edit</a><span class="mw-editsection-bracket">]</span></span></h2>',
    )
    return page(
        f"""<div id="mw-page-base" class="noprint"></div><div id="content" class="mw-body" role="main">
<div id="siteNotice"></div><h1 id="firstHeading" class="firstHeading">{a.title}</h1>
<div id="bodyContent" class="mw-body-content"><div id="siteSub" class="noprint">From Saltings</div>
<div id="contentSub"></div><div id="jump-to-nav"></div>
<a class="mw-jump-link" href="#mw-head">Jump to navigation</a><div id="mw-content-text" class="mw-content-ltr">
<div class="mw-parser-output"><div id="toc" class="toc" role="navigation"><h2 id="mw-toc-heading">Contents</h2><ul>
<li class="toclevel-1"><a href="#letter"><span class="tocnumber">1</span> <span class="toctext">Letter</span></a>
</li></ul></div>{h}</div>
<div class="printfooter">Retrieved from "<a dir="ltr" href="https://x.example">https://x.example</a>"</div></div>
<div id="catlinks" class="catlinks"><div id="mw-normal-catlinks"><a href="/c">Category</a>: <ul><li>
<a href="/t">Town</a></li></ul></div></div></div></div><div id="mw-navigation"><h2>Navigation menu</h2>
<div id="mw-head"><nav id="p-personal"><h3>Personal tools</h3><ul><li><a href="#">Log in</a></li></ul></nav></div>
</div><footer id="footer"><ul><li>This page was last edited on 3 March 2019, at 08:04.</li></ul></footer>""",
        a.title,
    )


def geocities(a: InventedArticle) -> str:
    return f"""<html><head><title>Maud's Corner of the Web!!</title></head><body background="sand.gif"><center>
<img src="welcome.gif"><h1><font color="#ff0000">{a.title}</font></h1>
<marquee>Thank you for visiting! Sign the guestbook!</marquee></center><blockquote>
<font face="Comic Sans MS">{a.html}</font></blockquote><hr width="50%"><center><a href="index.html">
<img src="home.gif" border=0 alt="home"></a> <a href="mailto:maud@geocities.example">Email me!</a>
<br>You are visitor number 004512<br>
<i>This page hosted by <a href="http://www.geocities.com">GeoCities</a>. Get your own <a
href="http://www.geocities.com">Free Home Page</a></i></center></body></html>"""


def cookie_and_popup(a: InventedArticle) -> str:
    return page(
        f"""<div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" role="alertdialog">
<p>We use cookies to make this site work, to count visitors, and to remember what you said about cookies the last
time that we asked you about cookies. Read our <a href="/cookies">policy</a>.</p><button>Accept</button></div></div>
<div class="layout"><div class="layout-content"><h1>{a.title}</h1><div class="text">{a.html}</div>
<div class="post-nav"><a href="/1">Older</a></div><div class="discussion"><h3>4 Comments</h3><div class="item">
<b>Tam</b><p>{LOREM_COMMENTS[0]}</p></div><div class="item"><b>Ada</b><p>{LOREM_COMMENTS[1]}</p></div></div></div>
<div class="layout-right"><h4>Hello</h4>
<p>I keep a shop at the end of the harbour wall and write here when it rains.</p></div></div>
<div class="bottom-bar">Imprint | Privacy</div>""",
        a.title,
    )


def hashnode(a: InventedArticle) -> str:
    return page(
        f"""<div id="__next"><div class="css-1a"><header class="css-2b"><div>
<a aria-label="home" href="/">Saltings</a><nav><ul><li><a href="/series">Series</a></li></ul></nav></div></header>
<main class="css-3c"><article class="css-4d"><h1 class="css-5e">{a.title}</h1><div class="css-6f">
<a href="/@maud">Maud Ferrier</a><span>·</span><a href="/x">Mar 3, 2023</a><span>·</span><p><span>3 min read</span>
</p></div><div class="css-7g" id="post-content-parent">
<div id="post-content-wrapper" class="prose prose-base">{a.html}</div></div><div class="css-8h">
<h3>Subscribe to my newsletter</h3>
<p>Read articles from Saltings directly inside your inbox. Subscribe to the newsletter, and do not miss out.</p>
</div><div><a href="/tag/clocks">Clocks</a><a href="/tag/town">town</a></div></article><section><h3>Written by</h3>
<div><a href="/@maud">Maud Ferrier</a><p>Keeper of rope and lamps, at the end of a long wall, with a cat.</p></div>
</section><section><h3>More articles</h3><div><h4><a href="/1">On herring</a></h4>
<p>A herring is a fish about which I know two things and one of them is false…</p></div></section></main><footer>
<p>© 2023 Saltings</p><a href="/archive">Archive</a><a href="/privacy">Privacy policy</a></footer></div>
</div>""",
        a.title,
    )


UNSEEN_THEMES: dict[str, Theme] = {
    "kubrick": kubrick,
    "minimal mistakes": minimal_mistakes,
    "typepad": typepad,
    "elementor": elementor,
    "eleventy": eleventy,
    "mediawiki": mediawiki,
    "sphinx": sphinx,
    "geocities": geocities,
    "hashnode": hashnode,
    "cookie and popup": cookie_and_popup,
    "notion": notion,
    "squarespace": squarespace,
    "pelican": pelican,
}
