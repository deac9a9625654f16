"""Mail as people wrote it: what the sender says, and the mail that is answered, in plain text and in pages.

`text` knows where a quotation begins, by the words of the programs and of the languages they speak; `pages` reads what
these programs write as HTML; `files` knows which file among other texts is a mail that somebody saved.
"""
