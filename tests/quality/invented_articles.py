"""Articles written for the tests, each as the HTML of a body and as the text that must come out of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InventedArticle:
    title: str
    html: str
    text: str  # every word of it, once, in order


CLOCK = InventedArticle(
    "The clock that ran backwards",
    """<p>The harbour clock ran <em>backwards</em> for eleven days in March, and nobody on the quay said a word about
it.
I counted. Every morning I set my watch by the baker, and every evening the clock had eaten another hour of the day we
had just had.</p>
<p>My father would have climbed up with a rag and a can of oil. I am not my father, and the ladder has been at the
rowing club since 2009, so I wrote a letter to the council instead, as one does.</p>
<h2 id="letter">What the letter said</h2>
<p>It said three things:</p>
<ul><li>that a clock which is wrong is a joke, but a clock which is wrong in the other direction is an insult;</li>
<li>that I would <a href="/about/">mend it myself</a> for the price of the parts;</li>
<li>that the <a href="https://parts.example/catalogue?id=9">parts</a> cost 41 pounds.</li></ul>
<blockquote><p>We thank you for your interest in municipal timekeeping, which is a matter for the
county.</p></blockquote>
<p>That was the whole of the answer. I have it framed, above the till, next to the first five-pound note.</p>
<h2 id="gears">The gears</h2>
<p>Anybody who wants to know how it works can run this, which is all that I understood of it:</p>
<pre><code>for tooth in range(12):
    hour = (hour - tooth) % 12
    print(hour, "o'clock")</code></pre>
<p>It prints the hours of a day that nobody had. In the end the county sent a man called Osric, who looked up, said
“ah”, and turned one wheel over. He would not take money, so he left with two pounds of mackerel and a calendar.</p>
<p>Since then it has been four minutes slow. We like it better that way; it gives the ferry a chance.</p>""",
    """The harbour clock ran backwards for eleven days in March, and nobody on the quay said a word about it. I counted.
Every morning I set my watch by the baker, and every evening the clock had eaten another hour of the day we had just
had. My father would have climbed up with a rag and a can of oil. I am not my father, and the ladder has been at the
rowing club since 2009, so I wrote a letter to the council instead, as one does. What the letter said It said three
things: that a clock which is wrong is a joke, but a clock which is wrong in the other direction is an insult; that I
would mend it myself for the price of the parts; that the parts cost 41 pounds. We thank you for your interest in
municipal timekeeping, which is a matter for the county. That was the whole of the answer. I have it framed, above the
till, next to the first five-pound note. The gears Anybody who wants to know how it works can run this, which is all
that I understood of it: for tooth in range(12): hour = (hour - tooth) % 12 print(hour, "o'clock") It prints the hours
of a day that nobody had. In the end the county sent a man called Osric, who looked up, said “ah”, and turned one wheel
over. He would not take money, so he left with two pounds of mackerel and a calendar. Since then it has been four
minutes slow. We like it better that way; it gives the ferry a chance.""",
)

NOTE = InventedArticle(
    "A short note on eels",
    """<p>Three eels in the kitchen drain this morning, all of them alive and none of them mine. I put them back over
the
wall in a colander. The cat watched the whole of it and has decided that I am mad.</p>
<p>If they are yours, they went east.</p>""",
    """Three eels in the kitchen drain this morning, all of them alive and none of them mine. I put them back over the
wall in a colander. The cat watched the whole of it and has decided that I am mad. If they are yours, they went
east.""",
)

LINKS = InventedArticle(
    "What I read on the ferry",
    """<p>Four hours each way, so there was time. In no order at all:</p>
<ul><li><a href="https://tides.example/long">A long history of tide tables</a>, which is better than it sounds.</li>
<li><a href="https://knots.example/bowline">Why the bowline slips</a></li>
<li><a href="https://gulls.example/2">The second book of gulls</a> by Perpetua Hask: read the chapter on theft.</li>
<li><a href="https://salt.example/">Salt prices, 1820 to 1870</a></li></ul>
<p>The last one is a table and nothing else:</p>
<table><tr><th>Year</th><th>Shillings</th></tr><tr><td>1820</td><td>31</td></tr><tr><td>1870</td><td>2</td></tr></table>
<p>I did not sleep. The man beside me did, on my shoulder, from Ardrey to the lighthouse.</p>""",
    """Four hours each way, so there was time. In no order at all: A long history of tide tables, which is better than
it sounds. Why the bowline slips The second book of gulls by Perpetua Hask: read the chapter on theft. Salt prices, 1820
to 1870 The last one is a table and nothing else: Year Shillings 1820 31 1870 2 I did not sleep. The man beside me did,
on my shoulder, from Ardrey to the lighthouse.""",
)

BREAKS = InventedArticle(
    "Low water",
    """Low water at six, and the whole bay lies open like a drawer that somebody has searched in a hurry.<br><br>
I found a boot, a second boot which was not its brother, and the anchor that Tam swears he never lost. Things do not get
lost out there; they wait until you are sorry.<br><br>By nine it was all put away again and you would never have
known.""",
    """Low water at six, and the whole bay lies open like a drawer that somebody has searched in a hurry. I found a
boot, a second boot which was not its brother, and the anchor that Tam swears he never lost. Things do not get lost out
there; they wait until you are sorry. By nine it was all put away again and you would never have known.""",
)

NOTES = InventedArticle(
    "On writing things down",
    """<p>I have kept a ledger since I was nine<sup id="fnref:1"><a href="#fn:1" class="footnote"
rel="footnote">1</a></sup>
and I can tell you what a dozen eggs cost on any day that you like. It is no use to anybody.</p>
<p>Still, there is this: what I did not write down is gone, and what I wrote down is gone too, but I can look at it.</p>
<figure><img src="ledger.jpg" alt="A ledger"><figcaption>The ledger of 1991, with the tea on it.</figcaption></figure>
<h3>Rules</h3>
<ol><li>Ink, never pencil.</li><li>The date first.</li><li>No adjectives before noon.</li></ol>
<p>I break the third one daily, as you can see.</p>
<div class="footnotes" role="doc-endnotes"><ol><li id="fn:1"><p>Ten, says my sister, who is wrong about most numbers and
right about this one. <a href="#fnref:1" class="reversefootnote" role="doc-backlink">&#8617;&#xfe0e;</a></p></li></ol>
</div>""",
    """I have kept a ledger since I was nine and I can tell you what a dozen eggs cost on any day that you like. It is
no use to anybody. Still, there is this: what I did not write down is gone, and what I wrote down is gone too, but I can
look at it. The ledger of 1991, with the tea on it. Rules Ink, never pencil. The date first. No adjectives before noon.
I break the third one daily, as you can see. Ten, says my sister, who is wrong about most numbers and right about this
one.""",
)

ARTICLES = {"clock": CLOCK, "note": NOTE, "links": LINKS, "breaks": BREAKS, "notes": NOTES}
