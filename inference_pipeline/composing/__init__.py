"""From a question and what was found for it to an answer: what kind of turn is it, what evidence is there, and by
which way is it answered.

turn ─▶ kind ─┬─ about the author's world ─▶ excerpts of posts? ─┬─ yes ─▶ quoted, or written from them
              │                                                  └─ no  ─▶ says so
              ├─ write, rewrite ─▶ joined from posts on the topic, or the best of several free texts
              └─ about itself, greeting ─▶ who it is, and what it can do
"""
