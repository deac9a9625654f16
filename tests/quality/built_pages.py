"""Pages as the usual generators, services and hands build them, around the invented articles.

The shapes are those of real themes; every word is ours. Words of furniture are none of the articles' words in a row.
"""

import re
from collections.abc import Callable

from invented_articles import InventedArticle

LOREM_COMMENTS = (
    "I drove past it twice and thought my car was broken, honestly, what a town you live in, all of you.",
    "Great post! My uncle had the same trouble with a sundial, and he never got over it in the end, poor man.",
    "This is wrong. The county has had no clockmaker since the reform, as any resident could have told you at once.",
)


def page(body: str, title: str, *, head: str = "", body_class: str = "", site: str = "Saltings") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title} – {site}</title>'
        f'<link rel="stylesheet" href="/s.css">{head}<style>p {{ margin: 0 }}</style></head>\n'
        f'<body class="{body_class}">\n{body}\n<script>var a = "text in a script";</script></body></html>'
    )


def wordpress_classic(a: InventedArticle) -> str:
    comments = "".join(
        f'<li id="comment-{n}" class="comment even thread-even depth-1">'
        f'<article id="div-comment-{n}" class="comment-body">'
        f'<footer class="comment-meta"><div class="comment-author vcard">'
        f'<b class="fn">Reader {n}</b> <span class="says">'
        f'says:</span></div><div class="comment-metadata"><a href="#comment-{n}">'
        f"<time>March {n}, 2019 at 8:0{n} am</time>"
        f'</a></div></footer><div class="comment-content"><p>{text}</p></div><div class="reply"><a rel="nofollow" '
        f'class="comment-reply-link" href="#">Reply</a></div></article></li>'
        for n, text in enumerate(LOREM_COMMENTS, 1)
    )
    return page(
        f"""<div id="page" class="hfeed site">
<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header" role="banner"><h1 class="site-title">
<a href="https://saltings.example/">Saltings</a>
</h1><h2 class="site-description">Letters from the edge of the tide, since a long time ago</h2>
<nav id="site-navigation" class="main-navigation"><button class="menu-toggle">Menu</button><ul class="nav-menu">
<li><a href="https://saltings.example/">Home</a></li><li><a href="https://saltings.example/about/">About me</a></li>
</ul></nav></header>
<div id="main" class="wrapper"><div id="primary" class="site-content"><div id="content" role="main">
<article id="post-77" class="post-77 post type-post status-publish format-standard hentry category-town tag-clock">
<header class="entry-header"><h1 class="entry-title">{a.title}</h1><div class="comments-link">
<a href="#respond"><span class="leave-reply">3 Replies</span></a></div></header>
<div class="entry-content">{a.html}
<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social"><h3 class="sd-title">Share
this:</h3><div class="sd-content"><ul><li><a href="#">Twitter</a></li><li><a href="#">Facebook</a></li></ul></div>
</div></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>
<div><a href="/x">The baker's scales</a><p>A post in which I weigh the baker and am found wanting, with…</p></div>
</div>
</div><footer class="entry-meta">This entry was posted in <a href="/c" rel="category tag">Town</a> and tagged
<a href="/t" rel="tag">clock</a> on <a href="/d" rel="bookmark"><time class="entry-date">March 3, 2019</time></a>.
<div class="author-info"><div class="author-avatar"></div><div class="author-description"><h2>About Maud</h2>
<p>Maud sells
rope and small lamps and has opinions about both, which she will share with anybody.</p></div></div></footer>
</article>
<nav class="nav-single"><h3 class="assistive-text">Post navigation</h3><span class="nav-previous">
<a href="/p" rel="prev">
← The baker's scales</a></span><span class="nav-next"><a href="/n" rel="next">On herring →</a></span></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">3 thoughts on “{a.title}”</h2>
<ol class="commentlist">{comments}</ol><div id="respond" class="comment-respond"><h3>Leave a Reply</h3><form>
<p>Your email
address will not be published.</p><label>Comment</label><textarea></textarea></form></div></div></div></div>
<div id="secondary" class="widget-area" role="complementary"><aside id="search-2" class="widget widget_search"><form>
<label>Search for:</label></form></aside><aside id="text-3" class="widget widget_text">
<h3 class="widget-title">About</h3>
<div class="textwidget">I keep a shop at the end of the harbour wall and write here when it rains, which is most of
the
time.</div></aside><aside id="recent-posts-2" class="widget"><h3>Recent Posts</h3><ul><li>
<a href="/1">On herring</a></li>
<li><a href="/2">A rope of sand</a></li></ul></aside></div></div>
<footer id="colophon" role="contentinfo"><div class="site-info"><a href="https://wordpress.org/">Proudly powered by
WordPress</a></div></footer></div>""",
        a.title,
        head='<link rel="canonical" href="https://saltings.example/2019/03/clock/">',
        body_class="post-template-default single single-post postid-77 comments-open has-sidebar",
    )


def wordpress_blocks(a: InventedArticle) -> str:
    return page(
        f"""<a class="skip-link screen-reader-text" href="#wp--skip-link--target">Skip to content</a>
<div class="wp-site-blocks"><header class="wp-block-template-part"><div class="wp-block-group">
<p class="wp-block-site-title">
<a href="/">Saltings</a></p><nav class="wp-block-navigation"><ul><li><a href="/about">About</a></li></ul></nav>
</div></header>
<main id="wp--skip-link--target" class="wp-block-group"><div class="wp-block-group has-global-padding">
<h1 class="wp-block-post-title">{a.title}</h1>
<div class="wp-block-group is-nowrap is-layout-flex"><div class="wp-block-post-date">
<time datetime="2024-03-03">3 March
2024</time></div><div class="wp-block-post-author-name">Maud Ferrier</div>
<div class="wp-block-post-terms taxonomy-category">
<a href="/category/town" rel="tag">Town</a></div></div>
<div class="entry-content alignfull wp-block-post-content is-layout-constrained">{a.html}
<div class="wp-block-jetpack-subscriptions__container"><form><p>Type your email…</p></form></div></div>
<div class="wp-block-group"><div class="wp-block-comments">
<h2 class="wp-block-comments-title">One response to “{a.title}”
</h2><ol class="wp-block-comment-template"><li><div class="wp-block-comment-content"><p>{LOREM_COMMENTS[0]}</p>
</div></li></ol>
</div></div><div class="wp-block-query"><h2 class="wp-block-heading">More posts</h2>
<ul class="wp-block-post-template">
<li class="wp-block-post"><h2 class="wp-block-post-title"><a href="/1">On herring</a></h2></li>
<li class="wp-block-post">
<h2 class="wp-block-post-title"><a href="/2">A rope of sand</a></h2></li></ul></div></div></main>
<footer class="wp-block-template-part"><p>Designed with <a href="https://wordpress.org">WordPress</a></p></footer>
</div>""",
        a.title,
        body_class="wp-singular post-template-default single single-post",
    )


def jekyll_minima(a: InventedArticle) -> str:
    return page(
        f"""<header class="site-header"><div class="wrapper"><a class="site-title" rel="author" href="/">Saltings</a>
<nav class="site-nav"><input type="checkbox" id="nav-trigger"><div class="trigger">
<a class="page-link" href="/about/">About
</a></div></nav></div></header><main class="page-content" aria-label="Content"><div class="wrapper">
<article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting"><header class="post-header">
<h1 class="post-title p-name" itemprop="name headline">{a.title}</h1><p class="post-meta"><time class="dt-published"
itemprop="datePublished">Mar 3, 2019</time> • <span itemprop="author">
<span class="p-author h-card">Maud Ferrier</span>
</span></p></header><div class="post-content e-content" itemprop="articleBody">{a.html}</div>
<div id="disqus_thread"></div><noscript>Please enable JavaScript to view the comments.</noscript>
<a class="u-url" href="/clock.html" hidden></a></article></div></main>
<footer class="site-footer h-card"><data class="u-url" href="/"></data><div class="wrapper">
<h2 class="footer-heading">
Saltings</h2><div class="footer-col"><ul class="contact-list"><li class="p-name">Saltings</li><li>
<a href="mailto:m@saltings.example">m@saltings.example</a></li></ul></div>
<p>Write an awesome description for your new site
here. You can edit this line in _config.yml.</p></div></footer>""",
        a.title,
    )


def jekyll_hyde(a: InventedArticle) -> str:
    return page(
        f"""<div class="sidebar"><div class="container sidebar-sticky"><div class="sidebar-about"><h1>
<a href="/">Saltings</a>
</h1><p class="lead">A plain log of a shop at the end of a wall, kept by the woman who sweeps it every evening.</p>
</div>
<nav class="sidebar-nav"><a class="sidebar-nav-item" href="/">Home</a>
<a class="sidebar-nav-item" href="/about">About</a>
</nav><p>&copy; 2019. All rights reserved.</p></div></div><div class="content container"><div class="post">
<h1 class="post-title">{a.title}</h1><span class="post-date">03 Mar 2019</span>{a.html}</div><div class="related">
<h2>Related Posts</h2><ul class="related-posts"><li><h3><a href="/1">On herring <small>21 Feb 2019</small></a></h3>
</li>
<li><h3><a href="/2">A rope of sand <small>2 Feb 2019</small></a></h3></li></ul></div></div>""",
        a.title,
    )


def hugo_papermod(a: InventedArticle) -> str:
    anchored = re.sub(
        r'<h2 id="(\w+)">([^<]+)</h2>',
        r'<h2 id="\1">\2<a hidden class="anchor" aria-hidden="true" href="#\1">#</a></h2>',
        a.html,
    )
    return page(
        f"""<header class="header"><nav class="nav"><div class="logo"><a href="/" accesskey="h">Saltings</a></div>
<ul id="menu">
<li><a href="/archives/"><span>Archive</span></a></li></ul></nav></header><main class="main">
<article class="post-single">
<header class="post-header"><div class="breadcrumbs"><a href="/">Home</a>&nbsp;»&nbsp;<a href="/posts/">Posts</a>
</div>
<h1 class="post-title entry-hint-parent">{a.title}</h1><div class="post-meta"><span title="x">March 3, 2019</span>
&nbsp;·&nbsp;3 min&nbsp;·&nbsp;Maud Ferrier&nbsp;|&nbsp;<a href="https://github.com/x/edit">Suggest Changes</a>
</div></header>
<div class="toc"><details><summary accesskey="c"><span class="details">Table of Contents</span></summary>
<div class="inner">
<ul><li><a href="#letter">What it said</a></li><li><a href="#gears">Gears</a></li></ul></div></details></div>
<div class="post-content">{anchored}</div><footer class="post-footer"><ul class="post-tags"><li>
<a href="/tags/clock/">Clock
</a></li></ul><nav class="paginav"><a class="prev" href="/1"><span class="title">« Prev</span><br>
<span>On herring</span></a>
</nav><ul class="share-buttons"><li><a aria-label="share on x" href="#">x</a></li></ul></footer></article></main>
<footer class="footer"><span>&copy; 2019 <a href="/">Saltings</a>
</span> · <span>Powered by <a href="https://gohugo.io/">Hugo
</a> &amp; <a href="#">PaperMod</a></span></footer>
<a href="#top" aria-label="go to top" class="top-link" id="top-link">Top</a>""",
        a.title,
    )


def ghost_casper(a: InventedArticle) -> str:
    return page(
        f"""<div class="viewport"><header id="gh-head" class="gh-head outer"><div class="gh-head-inner inner">
<a class="gh-head-logo" href="https://saltings.example">Saltings</a><nav class="gh-head-menu"><ul class="nav">
<li class="nav-home"><a href="/">Home</a></li></ul></nav></div></header><div class="site-content">
<main id="site-main" class="site-main"><article class="article post tag-town">
<header class="article-header gh-canvas">
<div class="article-tag post-card-tags"><span class="post-card-primary-tag"><a href="/tag/town/">Town</a></span></div>
<h1 class="article-title">{a.title}</h1><div class="article-byline"><section class="article-byline-content">
<ul class="author-list"><li class="author-list-item"><a href="/author/maud/">Maud</a></li></ul>
<div class="article-byline-meta"><h4 class="author-name"><a href="/author/maud/">Maud Ferrier</a></h4>
<div class="byline-meta-content"><time class="byline-meta-date">Mar 3, 2022</time><span class="byline-reading-time">
<span class="bull">&bull;</span> 4 min read</span></div></div></section></div></header>
<section class="gh-content gh-canvas">{a.html}<div class="kg-card kg-signup-card"><h2>Sign up for more letters</h2>
<p>One
mail a month, no more than that, and never about anything that matters.</p></div></section>
<section class="article-comments gh-canvas"><div id="ghost-comments-root"></div></section></article></main>
<section class="footer-cta outer"><div class="inner"><h2 class="footer-cta-title">Sign up for more like this.</h2>
<a class="footer-cta-button" href="#/portal">Enter your email</a></div></section>
<aside class="read-more-wrap outer"><div class="read-more inner"><article class="post-card">
<a class="post-card-image-link"
href="/1"></a><div class="post-card-content"><h2 class="post-card-title">On herring</h2>
<div class="post-card-excerpt">I was
asked what the difference is between a herring and a promise, and I had no answer.</div></div></article></div>
</aside></div>
<footer class="site-footer outer"><div class="inner"><section class="copyright">
<a href="/">Saltings</a> © 2022</section>
<div class="gh-powered-by"><a href="https://ghost.org/">Powered by Ghost</a></div></div></footer></div>""",
        a.title,
        body_class="post-template tag-town",
    )


Theme = Callable[[InventedArticle], str]
FIRST_THEMES: dict[str, Theme] = {
    "wordpress classic": wordpress_classic,
    "wordpress blocks": wordpress_blocks,
    "jekyll minima": jekyll_minima,
    "jekyll hyde": jekyll_hyde,
    "hugo papermod": hugo_papermod,
    "ghost casper": ghost_casper,
}
