"""What stands in a text in place of a value: the same for the same value in all that one author wrote.

Nothing is stored: a pseudonym is made from a hash of the author, the kind and the value. Sixteen bits of it are shown,
so that a value cannot be read back: of the ten thousand million telephone numbers, 150,000 share each pseudonym. The
price is that two values may look alike: with 100 addresses of one kind the odds for one such pair are 7 in 100
(n² / 2¹⁷). The hash has no secret key, or it would differ between machines: who can already guess a value can check the
guess, and is wrong once in 65,536 times. A pseudonym hides a value from readers and from models; it proves nothing.

None can be called, mailed or paid: marks in brackets, an address in a domain that RFC 2606 reserves. A number out of a
range for fiction would teach a model to write numbers; "[phone 3f2a]" teaches it that there was one.
"""

import hashlib
import re
from collections.abc import Collection

MARKED = ("secret", "phone", "address", "card", "iban", "account", "id")  # the kinds whose pseudonym is a mark
PSEUDONYM = re.compile(rf"\[(?:{'|'.join(MARKED)}) [0-9a-f]{{4}}\]|name-[0-9a-f]{{4}}@example\.com")
HANDLE_PREFIX = re.compile(r"@|/?u/", re.IGNORECASE)


def pseudonym(author: str, kind: str, value: str, *, written: str, avoid: Collection[str] = ()) -> str:
    """`written` is how the value stands in the text: names follow its case. `avoid`: names that no pseudonym may be."""
    if kind == "email":
        return f"name-{_mark(author, kind, value)}@example.com"
    if kind == "handle":
        prefix = HANDLE_PREFIX.match(written)
        name = _name(author, value, avoid).lower()
        return f"{prefix[0] if prefix else ''}{name}_{_mark(author, kind, value)}"
    if kind == "name":
        name = " ".join(_name(author, word, avoid) for word in value.split())
        return name.upper() if written.isupper() else name.lower() if written.islower() else name
    return f"[{kind} {_mark(author, kind, value)}]"


def _mark(author: str, kind: str, value: str) -> str:
    return f"{_hash(author, kind, value) & 0xFFFF:04x}"


def _name(author: str, word: str, avoid: Collection[str]) -> str:
    """The first of the names from the hash on that nobody in this conversation has."""
    start = _hash(author, "name", word)
    candidates = (NAMES[(start + step) % len(NAMES)] for step in range(len(NAMES)))
    return next((name for name in candidates if name.casefold() not in avoid), NAMES[start % len(NAMES)])


def _hash(author: str, kind: str, value: str) -> int:
    key = hashlib.sha256(author.encode("utf-8", "surrogatepass")).digest()
    data = value.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, key=key, person=kind.encode(), digest_size=8).digest(), "big")


# Given to any gender, and just as well family names, so that "Quinn", "Quinn Avery" and "Mrs Avery" all read well.
# None is a word that a sentence could begin with. Their order and number decide who gets which:
# a change is a new PRIVACY_VERSION.
_NAMES = """
Dallin Brynn Bevan Calder Addison Selby Pembroke Kellen Locke Blair Ainsley Rafferty Marlow Sinclair Garrick Connelly
Fenwick Quinn Tobin Easton Marlowe Whitley Fallon Dillon Devlin Ingram Carmody Blakely Reese Kerry Lorcan Barrett
Hayden Randall Halden Remy Ennis Clancy Gorman Halsey Shelton Loren Gilby Corey Orrin Kendall Leighton Marley Corwin
Macklin Fenley Flannery Merritt Finley Paxton Rylan Kimball Lennox Lyle Micah Morgan Tierney Cathal Dewitt Kelsey
Coburn Shelby Tully Brantley Wylie Renwick Laken Arden Adair Osborne Spencer Linley Maddox Ferris Percy Emery Emerson
Nolan Kerrigan Aubrey Kaden Sloane Rory Anson Reilly Amory Elkin Denley Colby Ashton Orly Carson Kirby Carrick Holden
Lowell Ellis Clayborn Alston Edlyn Dinsmore Devon Yardley Corbin Piers Kinsey Larkin Cade Kyle Sackett Carey Cullen
Cassidy Milby Abernathy Seton Keir Leslie Darnell Wallis Oswin Ackerley Hadley Harlow Harley Cameron Barlow Nevin
Cleary Ellery Drury Everly Jarvis Farrell Tory Dalton Regan Embry Rhodes Mercer Winslow Quincy Ellison Stacey Royce
Braylen Morley Channing Langley Peyton Waverly Callaway Doyle Forsythe Aldis Dorian Elliot Damaris Murray Nyland Denby
Tristan Redmond Gentry Dacey Beckett Avery Payton Robin Sheridan Kelley Dorsey Wendell Tracy Riley Sidney Tyrell
Lindsay Arley Merrill Grady Bronson Newell Callan Shannon Harlan Schuyler Aylmer Kendrick Darby Talbot Maxfield Donovan
Greer Hartley Palmer Sutton Barclay Colten Noel Lyndon Rowan Odell Tamsin Davin Dunstan Finnegan Stanton Gallagher
Denholm Nicky Vaughn Hollis Rowley Griffin Casey Kieran Auden Jules Averill Mallory Innes Wiley Eldridge Weston Lachlan
Sawyer Keegan Blaine Thayer Logan Paisley Joss Dempsey Karsten Tatum Huxley Bristow Everett Darcy Brennan Quinlan
Jocelyn Arlen Chandler Skyler Ashby Elton Keelan Keaton Bramwell Findlay Conley Brady Preston Campbell Glenys Brenner
Perrin Ramsey Camden Bailey Farley Teagan Bowen Mckay Carlin Brodie Bellamy Oakley Delaney Landry
"""
NAMES = _NAMES.split()
