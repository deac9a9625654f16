"""More pages as services, documentation generators and hands build them; none of them as the first ones do."""

import re

from built_pages import FIRST_THEMES, LOREM_COMMENTS, Theme, page
from invented_articles import InventedArticle


def medium(a: InventedArticle) -> str:
    """Class names are hashes, and everything is a div in a div."""
    html = a.html.replace("<p>", '<p id="8c1f" class="pw-post-body-paragraph nb nc gu nd b ne">')
    return page(
        f"""<div id="root"><div class="a b c"><div class="d e f">
<a class="af ag" href="https://rsci.app.link/">Open in app</a>
<p class="be b dw">Sign up</p><p class="be b"><span><a href="/signin">Sign in</a></span></p></div><div class="fj fk">
<article><div class="l"><section><div><div class="gn go gp"><div class="ab ca"><div class="ch bg"><div>
<h1 id="c0d2" class="pw-post-title gq gr">{a.title}</h1><div class="ir is"><div class="speechify-ignore ab co">
<a rel="noopener follow" href="/@maud"><img alt="Maud Ferrier" src="m.jpg"></a><div class="bm bg l">
<span class="be b"><a
data-testid="authorName" href="/@maud">Maud Ferrier</a></span><span class="be b">·</span><p class="be b">
<a rel="noopener
follow" href="/m/signin">Follow</a></p></div><span class="be b"><div class="ab ae">
<span data-testid="storyReadTime">4 min
read</span><div class="il im"><span>·</span></div><span data-testid="storyPublishDate">Mar 3, 2023</span></div>
</span></div>
<div class="ab co iu"><div class="h k"><button>Listen</button></div><div><button>Share</button></div></div></div>
</div>
{html}</div></div></div></div></section></div></article></div><div class="ab ca"><div class="kj">
<a href="/tag/clocks">
<div class="ks">Clocks</div></a><a href="/tag/towns"><div class="ks">Towns</div></a></div></div>
<div class="lz"><h2 class="be">Written by Maud Ferrier</h2><div><span><a href="/followers">212 Followers</a></span>
</div>
<p class="be b">I keep a shop.</p></div><div class="mx"><h2 class="be">More from Maud Ferrier</h2><div class="my">
<article>
<a href="/on-herring"><h2>On herring</h2><h3>What it is not</h3></a></article><article><a href="/rope"><h2>A rope of
sand</h2></a></article></div></div><div class="zz"><a href="/help">Help</a><a href="/status">Status</a>
<a href="/about">
About</a></div></div></div>""",
        a.title,
        site="Medium",
    )


def substack(a: InventedArticle) -> str:
    return page(
        f"""<div id="entry"><div id="main" class="main typography use-theme-bg"><div class="main-menu">
<div class="topBar">
<a href="/">Saltings</a><button>Subscribe</button><button>Sign in</button></div></div>
<div class="single-post-container">
<div class="container"><div class="single-post"><article class="typography newsletter-post post">
<div class="post-header"
role="region"><h1 dir="auto" class="post-title published">{a.title}</h1><div class="pencraft byline-wrapper">
<div class="profile-hover-card-target"><a href="https://substack.com/@maud">Maud Ferrier</a></div>
<div class="meta">Mar 03,
2024</div></div><div class="post-ufi"><a class="like-button" href="#">41</a>
<a class="post-ufi-comment-button" href="#">7
</a><a href="#">Share</a></div></div><div><div class="available-content"><div dir="auto" class="body markup">{a.html}
<div class="subscription-widget-wrap"><div class="subscription-widget show-subscribe"><div class="preamble">
<p class="cta-caption">Saltings is a reader-supported publication. To receive new posts and support my work, consider
becoming a free or paid subscriber.</p></div><form><input type="email"></form></div></div>
<p class="button-wrapper"><a class="button primary" href="#">Subscribe now</a></p></div></div></div>
<div class="post-footer"><a href="#">Share</a></div></article></div></div>
<div class="single-post-section comment-list-container"><h4>Discussion about this post</h4><div class="comments-page">
<div class="comment-body"><p>{LOREM_COMMENTS[1]}</p></div></div></div></div></div><div class="footer-wrap">
<div class="footer">© 2024 Maud Ferrier <a href="/privacy">Privacy</a> ∙ <a href="/tos">Terms</a></div></div>
</div>""",
        a.title,
    )


def blogger(a: InventedArticle) -> str:
    return page(
        f"""<div class='navbar section' id='navbar'></div><div class='body-fauxcolumns'></div><div class='content'>
<header><div class='header section' id='header'><div class='titlewrapper'><h1 class='title'><a href='/'>Saltings</a>
</h1></div>
<div class='descriptionwrapper'><p class='description'><span>Notes from behind a counter.</span></p></div></div>
</header>
<div class='main-outer'><div class='columns fauxcolumns'><div class='column-center-outer'>
<div class='main section' id='main'>
<div class='widget Blog' data-version='1' id='Blog1'><div class='blog-posts hfeed'><div class="date-outer">
<h2 class='date-header'><span>Sunday, March 3, 2019</span></h2><div class="date-posts"><div class='post-outer'>
<div class='post hentry uncustomized-post-template' itemprop='blogPost'><a name='123'></a>
<h3 class='post-title entry-title' itemprop='name'>{a.title}</h3><div class='post-header'></div>
<div class='post-body entry-content' id='post-body-123' itemprop='description articleBody'>{a.html}
<div style='clear: both;'></div></div><div class='post-footer'><div class='post-footer-line post-footer-line-1'>
<span class='post-author vcard'>Posted by <span class='fn'><a href='#' rel='author'>Maud</a></span></span>
<span class='post-timestamp'>at <a class='timestamp-link' href='#' rel='bookmark'>8:04 AM</a></span>
<div class='post-share-buttons'><a class='goog-inline-block share-button' href='#'>
<span class='share-button-link-text'>Email
This</span></a><a href='#'>BlogThis!</a></div></div><div class='post-footer-line post-footer-line-2'>
<span class='post-labels'>
Labels: <a href='#' rel='tag'>clock</a></span></div></div></div><div class='comments' id='comments'>
<h4>2 comments:</h4>
<div id='Blog1_comments-block-wrapper'><dl class='avatar-comment-indent' id='comments-block'>
<dt class='comment-author'>
<a href='#'>Tam</a> said...</dt><dd class='comment-body'>
<p>{LOREM_COMMENTS[0]}<span class='interaction-iframe-guide'></span>
</p></dd><dt class='comment-author'>Ada said...</dt><dd class='comment-body'><p>{LOREM_COMMENTS[2]}</p></dd></dl>
</div>
<p class='comment-footer'><a href='#'>Post a Comment</a></p></div></div></div></div></div>
<div class='blog-pager' id='blog-pager'><span><a class='blog-pager-newer-link' href='#'>Newer Post</a></span>
<a class='home-link' href='/'>Home</a></div><div class='post-feeds'><div class='feed-links'>Subscribe to:
<a class='feed-link' href='#'>Post Comments (Atom)</a></div></div></div></div></div>
<div class='column-right-outer'><aside><div class='sidebar section' id='sidebar-right-1'><div class='widget Profile'>
<h2>About Me</h2><div class='widget-content'><dl><dt><a href='#'>Maud</a></dt>
<dd class='profile-textblock'>I sell rope and
lamps, and I do not sell clocks, so please do not ask me for one when you visit.</dd></dl></div></div>
<div class='widget BlogArchive'><h2>Blog Archive</h2><ul><li><a href='#'>2019</a> (14)</li></ul></div></div></aside>
</div>
</div></div></div><footer><div class='footer-outer'>
<div class='widget Attribution'>Powered by <a href='#'>Blogger</a>.</div>
</div></footer></div>""",
        a.title,
    )


def docusaurus(a: InventedArticle) -> str:
    html = a.html.replace("</h2>", '<a href="#x" class="hash-link" aria-label="Direct link">\u200b</a></h2>')
    html = html.replace("<pre>", '<div class="codeBlockContainer_Ckt0"><div class="codeBlockContent_biex"><pre>')
    html = html.replace("</pre>", '</pre><div class="buttonGroup__atx"><button>Copy</button></div></div></div>')
    return page(
        f"""<div id="__docusaurus"><div role="region" aria-label="Skip to main content">
<a class="skipToContent_fXgn" href="#m">
Skip to main content</a></div><nav class="navbar navbar--fixed-top"><div class="navbar__inner"><a class="navbar__item"
href="/docs">Docs</a></div></nav><div id="__docusaurus_skipToContent_fallback" class="main-wrapper">
<div class="container">
<div class="row"><aside class="col col--3"><nav class="sidebar_re4s">
<div class="sidebarItemTitle_pO2u">Recent posts</div><ul>
<li><a href="/1">On herring</a></li></ul></nav></aside><main class="col col--7"><article><header>
<h1 class="title_f1Hy">
{a.title}</h1><div class="container_mt6G"><time datetime="2024-03-03">March 3, 2024</time> · 3 min read</div>
<div class="row"><div class="avatar"><div class="avatar__intro"><div class="avatar__name"><a href="/m">
<span>Maud Ferrier
</span></a></div><small class="avatar__subtitle">Keeper of a shop</small></div></div></div></header>
<div id="__blog-post-container" class="markdown">{html}</div><footer class="docusaurus-mt-lg"><div class="row"><div
class="col"><b>Tags:</b><ul class="tags_jXut"><li><a href="/t">clock</a></li></ul></div></div><div>
<a class="theme-edit-this-page"
href="#">Edit this page</a></div></footer></article><nav class="pagination-nav">
<a class="pagination-nav__link" href="/1">
<div class="pagination-nav__sublabel">Newer post</div><div class="pagination-nav__label">On herring</div></a></nav>
</main>
<div class="col col--2"><div class="tableOfContents_bqdL"><ul class="table-of-contents"><li>
<a href="#letter">What</a></li></ul>
</div></div></div></div></div><footer class="footer"><div class="footer__copyright">Copyright © 2024 Saltings.</div>
</footer>
</div>""",
        a.title,
    )


def tables_of_the_nineties(a: InventedArticle) -> str:
    return f"""<HTML><HEAD><TITLE>{a.title}</TITLE></HEAD><BODY BGCOLOR="#FFFFE0" TEXT=#000000>
<TABLE BORDER=0 WIDTH="100%"><TR><TD COLSPAN=2 BGCOLOR=navy><FONT COLOR=white SIZE=6><B>Maud's Saltings Page</B>
</FONT></TD></TR>
<TR><TD WIDTH=140 VALIGN=top><FONT SIZE=-1><A HREF="index.html">Home</A><BR><A HREF="shop.html">The Shop</A><BR>
<A HREF="tides.html">Tide Tables</A><BR><A HREF="links.html">Links</A><P><A HREF="guest.html">Sign my guestbook!</A>
</FONT></TD>
<TD VALIGN=top><CENTER><FONT SIZE=5>{a.title}</FONT></CENTER><P><FONT FACE="Arial">{a.html}</FONT><HR><CENTER>
<A HREF="herring.html">&lt;&lt; Previous</A> | <A HREF="index.html">Home</A> | <A HREF="rope.html">Next &gt;&gt;</A>
<BR>
<FONT SIZE=-2>Last updated: March 3, 1998</FONT></CENTER></TD></TR></TABLE>
<P ALIGN=center><FONT SIZE=-2>Copyright 1998 Maud Ferrier. All rights reserved. Best viewed at 800x600.</FONT>
</BODY></HTML>"""


def body_only(a: InventedArticle) -> str:
    return f"""<html><head><title>{a.title}</title></head><body>
<h1>{a.title}</h1>
{a.html}
<hr><p><a href="index.html">Back to my home page</a></p>
<address>Maud Ferrier, <a href="mailto:m@x.example">m@x.example</a>
</address></body></html>"""


def tailwind(a: InventedArticle) -> str:
    """Nothing is named for what it is."""
    return page(
        f"""<div class="min-h-screen bg-white"><div class="flex justify-between px-4 py-6">
<a class="text-xl font-bold" href="/">
Saltings</a><div class="flex gap-4"><a href="/blog">Blog</a><a href="/about">About</a><a href="/now">Now</a></div>
</div>
<div class="max-w-2xl mx-auto px-4"><h1 class="text-4xl font-bold">{a.title}</h1>
<div class="flex gap-2 text-gray-500">
<span>March 3, 2024</span><span>·</span><span>3 min read</span></div><div class="mt-8 space-y-4">{a.html}</div>
<div class="mt-12 flex justify-between"><a href="/blog/herring">← On herring</a>
<a href="/blog/rope">A rope of sand →</a></div>
<div class="mt-8 p-4 bg-gray-100 rounded"><h3 class="text-lg">Subscribe to my newsletter</h3><form>
<input type="email"><button>
Subscribe</button></form></div></div>
<div class="py-8 text-center text-sm text-gray-400">© 2024 Maud Ferrier. Built with
<a href="https://nextjs.org">Next.js</a>.</div></div>""",
        a.title,
    )


def hexo(a: InventedArticle) -> str:
    html = a.html.replace(
        "<pre>",
        '<figure class="highlight python"><table><tr><td class="gutter"><pre><span class="line">1</span><br>'
        '<span class="line">2</span></pre></td><td class="code"><pre>',
    )
    html = re.sub(r"(<td class=\"code\"><pre>.*?</pre>)", r"\1</td></tr></table></figure>", html, flags=re.DOTALL)
    return page(
        f"""<div id="container"><div id="wrap"><header id="header"><div id="header-title"><h1 id="logo-wrap">
<a href="/" id="logo">
Saltings</a></h1></div><nav id="main-nav"><a class="main-nav-link" href="/archives">Archives</a></nav></header>
<div class="outer"><section id="main">
<article id="post-clock" class="h-entry article article-type-post" itemprop="blogPost">
<div class="article-meta"><a href="/c" class="article-date"><time class="dt-published">2019-03-03</time></a>
<div class="article-category"><a class="article-category-link" href="/t">town</a></div></div>
<div class="article-inner">
<header class="article-header"><h1 class="p-name article-title">{a.title}</h1></header>
<div class="e-content article-entry">
{html}</div><footer class="article-footer"><a data-url="x" class="article-share-link">Share</a>
<ul class="article-tag-list">
<li><a class="article-tag-list-link" rel="tag" href="/t">clock</a></li></ul></footer></div><nav id="article-nav">
<a href="/1" id="article-nav-newer" class="article-nav-link-wrap"><strong class="article-nav-caption">Newer</strong>
<div class="article-nav-title">On herring</div></a></nav></article></section><aside id="sidebar">
<div class="widget-wrap">
<h3 class="widget-title">Tag Cloud</h3><div class="widget tagcloud"><a href="/t">clock</a> <a href="/h">herring</a>
</div></div>
</aside></div><footer id="footer">&copy; 2019 Maud<br>Powered by <a href="https://hexo.io/">Hexo</a></footer></div>
</div>""",
        a.title,
    )


def webforms(a: InventedArticle) -> str:
    """The whole page is a form, and divisions have numbers for names."""
    return page(
        f"""<form method="post" action="./post.aspx?id=4" id="aspnetForm"><div class="aspNetHidden"></div>
<div id="ctl00_top">
<a href="default.aspx">Saltings</a> | <a href="archive.aspx">Archive</a> | <a href="contact.aspx">Contact</a></div>
<table width="100%"><tr><td id="ctl00_left" valign="top"><div class="box"><b>Categories</b><ul><li>
<a href="c.aspx?1">Town
(4)</a></li><li><a href="c.aspx?2">Sea (19)</a></li></ul></div></td><td id="ctl00_mid"><div id="ctl00_post1">
<h2>{a.title}</h2>
<div class="ctl00_text">{a.html}</div><div>Posted by <a href="maud.aspx">Maud</a> on 3/3/2009 8:04:00 AM |
<a href="post.aspx?id=4#c">Comments (0)</a> | <a href="post.aspx?id=4">Permalink</a></div></div></td></tr></table>
<div id="ctl00_foot">Copyright 2009 Maud Ferrier</div></form>""",
        a.title,
    )


THEMES: dict[str, Theme] = FIRST_THEMES | {
    "medium": medium,
    "substack": substack,
    "blogger": blogger,
    "docusaurus": docusaurus,
    "tables of the nineties": tables_of_the_nineties,
    "body only": body_only,
    "tailwind": tailwind,
    "hexo": hexo,
    "web forms": webforms,
}
