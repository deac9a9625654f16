import base64
import mailbox
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_store.records import Post, PostKind

ME = ("maud@example.org",)
FROM_LINE = "From maud@example.org Mon Jan 15 10:00:00 2024\n"


def mail(body: str, *, sender: str = "Maud Ferrier <maud@example.org>", id: str = "1", **headers: str) -> str:  # noqa: A002
    head = {
        "From": sender,
        "To": "Ann Lee <ann@example.org>",
        "Date": "Mon, 15 Jan 2024 10:00:00 +0100",
        "Message-ID": f"<{id}@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "".join(f"{name}: {value}\n" for name, value in head.items() if value) + "\n" + body


def box(tmp_path: Path, *mails: str | bytes, name: str = "mail.mbox") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [m if isinstance(m, bytes) else m.encode() for m in mails]
    path.write_bytes(b"".join(FROM_LINE.encode() + part.rstrip(b"\n") + b"\n\n" for part in parts))
    return path


def read(path: Path, me: tuple[str, ...] = ME, **options: int) -> list[Post]:
    return [post for post in opened(path, me=me, **options).read() if isinstance(post, Post)]


def test_only_what_the_author_sent(tmp_path: Path) -> None:
    path = box(
        tmp_path,
        mail("When?", sender="Ann Lee <ann@example.org>", id="q", Subject="Fog"),
        mail("At nine.\n", id="a", Subject="Re: Fog", In_Reply_To="<q@example.org>", Cc="Bo <bo@example.org>"),
        mail("At nine.\n", id="a", Subject="Re: Fog"),  # the same mail in another folder
    )
    source = opened(path, me=ME)
    [post] = source.read()
    assert isinstance(post, Post)
    assert (post.content, post.context, post.title, post.source_id) == ("At nine.", "When?", "Fog", "a@example.org")
    assert (post.kind, post.created_at) == (PostKind.MESSAGE, "2024-01-15T09:00:00+00:00")
    assert (post.people, post.visibility) == (("Ann Lee", "Bo"), "public")
    assert source.ignored == {"duplicate": 1, "received": 1}


def test_what_is_quoted_is_the_context(tmp_path: Path) -> None:
    body = "At nine.\n\nOn 14 Jan 2024, at 9:00, Ann Lee <ann@example.org> wrote:\n> When?\n> Ann\n"
    [post] = read(box(tmp_path, mail(body, In_Reply_To="<q@example.org>")))
    assert (post.content, post.context) == ("At nine.", "When?\nAnn")


@pytest.mark.parametrize(
    "line",
    [
        "From 1234@xxx Mon Jan 15 10:00:00 +0000 2024",
        "From - Mon Jan 15 10:00:00 2024",
        "From MAILER-DAEMON Mon Jan 15 10:00:00 2024",
        "From maud@example.org  Mon Jan  1 10:00 CET 2024",
        'From "maud ferrier"@example.org Mon, 15 Jan 2024 10:00:00 +0000',
        "From nobody",
        "From ",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_writers_from_line_parts_mails(tmp_path: Path, line: str, ends: str) -> None:
    text = "".join(f"{line}\n{mail(f'Fog {n}.', id=str(n))}\n\n" for n in range(3))
    path = tmp_path / "x.mbox"
    path.write_bytes(text.replace("\n", ends).encode())
    assert [post.content for post in read(path)] == ["Fog 0.", "Fog 1.", "Fog 2."]


def test_from_in_a_body_parts_nothing(tmp_path: Path) -> None:
    own = (
        "From here on, fog.\n\nFrom 10:30 we sail.\nNote: a coat.\n\nFrom Jan 15 2024 10:00 on:\n\n"
        "It came\nFrom nobody\nDate: none\n\nFrom the pier."
    )
    # Writers put ">" before such lines of a body, and before those that already have one: here a quotation.
    escaped = own.replace("From the pier", ">From the pier") + "\n\n>>From a quotation."
    [post] = read(box(tmp_path, mail(escaped)))
    assert (post.content, post.context) == (own, "From a quotation.")


def test_a_pasted_mailbox_is_parted_by_no_content_length(tmp_path: Path) -> None:
    body = f"Look:\n\n{FROM_LINE}Date: today\n\nfog\n"
    counted = mail(body, id="1", Content_Length=str(len(body)))
    assert [p.content for p in read(box(tmp_path, counted, mail("Next.", id="2")))][-1] == "Next."
    first, _ = read(box(tmp_path, counted, mail("Next.", id="2")))
    assert first.content.startswith("Look:")
    assert "fog" in first.content
    wrong = mail("Fog.", id="1", Content_Length="40")
    assert [post.content for post in read(box(tmp_path, wrong, mail("Next.", id="2")))] == ["Fog.", "Next."]


def test_a_mail_beyond_the_limit(tmp_path: Path) -> None:
    attached = "--b\nContent-Type: image/png\nContent-Disposition: attachment\n\n" + "AAAA\n" * 5_000 + "--b--\n"
    multipart = mail("--b\n\nLook at this.\n" + attached, id="1", Content_Type="multipart/mixed; boundary=b")
    path = box(tmp_path, multipart, mail("fog " * 5_000, id="2"), mail("Short.", id="3"))
    first, second, third = read(path, max_file_bytes=10_000)
    assert (first.content, first.problem) == ("Look at this.", "")
    assert second.content == ""
    assert second.problem.startswith("larger than the limit")
    assert third.content == "Short."


def test_gmails_labels_say_what_was_sent(tmp_path: Path) -> None:
    labels = {
        "1": "Sent",
        "2": "Inbox,Unread",
        "3": "=?UTF-8?Q?Envoy=C3=A9s,Ouvert?=",
        "4": "Gesendet,Geöffnet",
        "5": "Drafts",
        "6": "Sent,Trash",
        "7": "Archived,Sent",
        "8": "=?UTF-8?B?" + base64.b64encode("送信済み".encode()).decode() + "?=",
    }
    path = box(tmp_path, *(mail(f"Fog {n}.", id=n, X_Gmail_Labels=label) for n, label in labels.items()))
    source = opened(path)
    assert [post.content for post in source.read() if isinstance(post, Post)] == [f"Fog {n}." for n in "13478"]
    assert source.ignored == {"draft": 1, "received": 1, "spam or deleted": 1}


def test_a_takeout_archive(tmp_path: Path) -> None:
    path = box(tmp_path, mail("Fog.", X_Gmail_Labels="Sent"), name="All mail.mbox")
    archive = tmp_path / "takeout.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(path, "Takeout/Mail/All mail Including Spam and Trash.mbox")
    assert [post.content for post in read(archive, me=())] == ["Fog."]


def test_folders_of_sent_mail(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    box(profile, mail("Fog.", id="1"), mail("Gone.", id="2", X_Mozilla_Status="0009"), name="Gesendet")
    box(profile, mail("When?", sender="ann@example.org", id="3"), name="INBOX")
    box(profile, mail("Not yet", id="4"), name="Entwürfe.mbox")
    box(profile, mail("Rain.", id="5"), name="Sent Messages.mbox/mbox")
    (profile / "Gesendet.msf").write_bytes(b"// index")
    source = opened(profile)
    assert sorted(post.content for post in source.read() if isinstance(post, Post)) == ["Fog.", "Rain."]
    assert source.ignored == {"draft": 1, "received": 1, "spam or deleted": 1}


def test_maildir_and_single_mails(tmp_path: Path) -> None:
    (tmp_path / "Maildir").mkdir()
    maildir = mailbox.Maildir(tmp_path / "Maildir" / "Sent", create=True)
    maildir.add(mail("Fog.", id="1"))
    message = mailbox.MaildirMessage(mail("Draft.", id="2"))
    message.set_subdir("cur")
    message.set_flags("D")
    maildir.add(message)
    assert [post.content for post in read(tmp_path / "Maildir", me=())] == ["Fog."]
    eml = tmp_path / "one.eml"
    eml.write_text(mail("Rain."))
    assert [post.content for post in read(eml)] == ["Rain."]
    emlx = tmp_path / "7.emlx"
    emlx.write_text(f"{len(mail('Snow.'))}  \n{mail('Snow.')}<?xml version='1.0'?><plist/>")
    assert [post.content for post in read(emlx)] == ["Snow."]


def test_who_the_author_is(tmp_path: Path) -> None:
    path = box(tmp_path, mail("Fog.", id="1"), mail("Rain.", sender="Ann Lee <ann@example.org>", id="2"))
    assert [post.content for post in read(path, me=())] == ["Fog."]  # by the author's name
    assert [post.content for post in read(path, me=("ANN@Example.org",))] == ["Rain."]
    assert [post.content for post in read(path, me=("Ann Lee <other@example.org>",))] == ["Rain."]
    assert len(read(path, me=("maud@example.org", "ann lee"))) == 2
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud Ferrier <maud@example.org> \(1\), Ann Lee .*--me"):
        opened(path, me=("bo@example.org",))


def test_a_mailbox_of_others_says_how_to_go_on(tmp_path: Path) -> None:
    path = box(tmp_path, mail("Fog.", sender="ann@example.org", X_Gmail_Labels="Inbox"))
    with pytest.raises(EmptySourceError, match=r"none of the 1 mails .* --me"):
        list(opened(path).read())


def test_the_plain_one_of_two_versions_is_read(tmp_path: Path) -> None:
    def alternative(plain: str) -> str:
        html = "Content-Type: text/html\n\n<p>Rich <b>fog</b>.</p>"
        parts = f"--b\nContent-Type: text/plain\n\n{plain}\n--b\n{html}\n--b--\n"
        return mail(parts, id=plain or "none", Content_Type='multipart/alternative; boundary="b"')

    assert [post.content for post in read(box(tmp_path, alternative("Plain fog."), alternative("")))] == [
        "Plain fog.",
        "Rich fog.",
    ]


def test_attachments_are_not_read(tmp_path: Path) -> None:
    parts = (
        "--b\nContent-Type: text/plain\n\nSee the file.\n--b\nContent-Type: text/plain; name=x.txt\n"
        "Content-Disposition: attachment; filename=x.txt\n\nNot mine.\n--b\nContent-Type: message/rfc822\n\n"
        "From: ann@example.org\n\nForwarded.\n--b\nContent-Type: text/plain\n\nAnd more.\n--b--\n"
    )
    [post] = read(box(tmp_path, mail(parts, Content_Type="multipart/mixed; boundary=b")))
    assert post.content == "See the file.\nAnd more."


def test_what_no_person_wrote_is_ignored_and_counted(tmp_path: Path) -> None:
    calendar = (
        "--b\nContent-Type: text/plain\n\nYou are invited\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b--\n"
    )
    path = box(
        tmp_path,
        mail("I am away.", id="1", Auto_Submitted="auto-replied"),
        mail("I am away.", id="2", Subject="Automatische Antwort: Fog"),
        mail("BEGIN:VCALENDAR", id="3", Content_Type="text/calendar"),
        mail(calendar, id="4", Content_Type="multipart/alternative; boundary=b"),
        mail("> When?\n", id="5"),
        mail("---------- Forwarded message ---------\nFrom: ann@example.org\n\nFog.", id="6", Subject="Fwd: Fog"),
        mail("", id="7"),
        mail("Out of office rules are fine by me.", id="8", Subject="Re: Out of office: rules", Auto_Submitted="no"),
    )
    source = opened(path, me=ME)
    assert [post.source_id for post in source.read() if isinstance(post, Post)] == ["8@example.org"]
    assert source.ignored == {"automatic reply": 2, "calendar invitation": 1, "without words of one's own": 4}


def test_what_cannot_be_read_is_a_post_with_a_problem(tmp_path: Path) -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nFog.\n- -- ok\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
        "-----END PGP SIGNATURE-----\n"
    )
    posts = read(
        box(
            tmp_path,
            mail("-----BEGIN PGP MESSAGE-----\nabc", id="1"),
            mail("--b\n\nx\n--b--", id="2", Content_Type="multipart/encrypted; boundary=b"),
            mail("", id="3").rstrip("\n") + "\n" + nested,
            mail(signed, id="4"),
        )
    )
    assert [bool(post.problem) for post in posts] == [True, True, True, False]
    assert posts[3].content == "Fog.\n-- ok"


def test_headers_of_all_kinds(tmp_path: Path) -> None:
    odd = mail(
        "Fog.",
        sender="=?utf-8?Q?Maud_Ferri=C3=A8re?= <maud@example.org>",
        To='"Lee, Ann" <ann@example.org>, =?utf-8?B?'
        + base64.b64encode("Zoë".encode()).decode()
        + "?= <zoe@example.org>",
        Subject="AW: Re: [fog-list] =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n =?utf-8?Q?_vom_Meer?=",
    )
    raw = mail("Rain.", id="2", To="Zoë <zoe@example.org>", Subject="Grüße", Date="nonsense")
    broken = mail("Snow.", id="3", sender="maud@example.org", To="<<<,;:@", Subject="=?utf-8?B?####?= =?x?Q?=?=")
    first, second, third = read(box(tmp_path, odd, raw, broken))
    assert (first.title, first.people) == ("[fog-list] Grüße vom Meer", ("Lee, Ann", "Zoë"))
    assert (second.title, second.people, second.created_at) == ("Grüße", ("Zoë",), "2024-01-15T10:00:00+00:00")
    assert third.content == "Snow."


def test_a_missing_id_is_made_and_stays(tmp_path: Path) -> None:
    mails = (mail("Fog.", Message_ID=""), mail("Rain.", Message_ID=""), mail("Fog.", Message_ID=""))
    first, second = (post.source_id for post in read(box(tmp_path, *mails)))
    assert first != second
    assert [post.source_id for post in read(box(tmp_path, mails[0]))] == [first]


def test_a_recurring_signature_is_cut_in_mails(tmp_path: Path) -> None:
    block = "Maud Ferrier\n+44 20 7946 0958"
    path = box(tmp_path, *(mail(f"Fog number {n}.\n\n{block}", id=str(n)) for n in range(3)))
    assert [post.content for post in read(path)] == ["Fog number 0.", "Fog number 1.", "Fog number 2."]


def test_a_wish_above_the_senders_name_is_no_signature(tmp_path: Path) -> None:
    block = "Mind the tide,\nMaud\n\nHarbour clocks, wound and mended"
    path = box(tmp_path, *(mail(f"Fog number {n}.\n\n{block}", id=str(n)) for n in range(3)))
    assert [post.content for post in read(path)] == [f"Fog number {n}.\n\nMind the tide,\nMaud" for n in range(3)]


@pytest.mark.parametrize("data", [b"", b"\0\1\2", b"From", b"From x Mon Jan 15 10:00:00 2024\n", b"\xff\xfe" * 50])
def test_no_file_crashes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(data)
    with pytest.raises(EmptySourceError):
        list(opened(path, kind="mbox", me=ME).read())


@pytest.mark.shared
def test_real_mailboxes(shared: Path) -> None:
    folder = shared / "exports" / "mbox" / "potluck"
    if not folder.is_dir():
        pytest.skip("the mailboxes are not here")
    raw = (folder / "gmail-takeout-excerpt.mbox").read_text()
    sent = sum("Sent" in line for line in raw.splitlines() if line.startswith("X-Gmail-Labels"))
    assert len(read(folder / "gmail-takeout-excerpt.mbox", me=())) == sent > 0
    raw = (folder / "test.mbox").read_text()
    for name in ("alice", "bob"):
        address = f"{name}@example.com"
        posts = read(folder / "test.mbox", me=(address,))
        assert len(posts) == sum(address in line for line in raw.splitlines() if line.startswith("From: ")) > 0
        assert all(raw.count(post.content) == 1 for post in posts)
    answered = {post.source_id: post.context for post in read(folder / "test.mbox", me=("alice@example.com",))}
    assert answered["msg001@example.com"] == ""
    assert "detailed report" in answered["msg003@example.com"]
