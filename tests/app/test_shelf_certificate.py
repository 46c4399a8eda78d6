"""`clienteling hub shelf-certificate`: what phones would refuse is not installed, and says why in one sentence."""

import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from clienteling.doctor.examining import Surroundings
from clienteling.doctor.facts import Check, Verdict
from clienteling.settings import CERTIFICATE_FILE, certificate_file, remember
from clienteling.shelf_certificate import is_for
from sync.protocol.times import utc_now
from tests.app.doctors import codes, found
from tests.support.certificates import HOST, Issued, authority, issue, key_pem, pem
from tests.support.command_line import Ran, run

ROOT: Final = authority("Root")
BETWEEN: Final = authority("Between", issuer=ROOT)
DAY: Final = timedelta(days=1)
RSA: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def day(days_from_now: float) -> str:
    return f"{utc_now() + days_from_now * DAY:%Y-%m-%d}"


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """A data directory of a hub whose labels carry `HOST`."""
    folder = tmp_path / "hub"
    remember(folder, own_hosts=[HOST])
    return folder


def offer(hub: Path, certificate: Path | bytes, key: Path | bytes) -> Ran:
    """What the command says of a certificate and a key."""
    files = []
    for name, content in (("chain.pem", certificate), ("key.pem", key)):
        if isinstance(content, bytes):
            path = hub.parent / name
            path.write_bytes(content)
            content = path
        files.append(content)
    return run("hub", "shelf-certificate", "--data-dir", hub, "--certificate", files[0], "--key", files[1])


def offer_issued(hub: Path, issued: Issued) -> Ran:
    return offer(hub, issued.chain, key_pem(issued.key))


def assert_refused(hub: Path, ran: Ran, sentence: str) -> None:
    assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")
    assert not certificate_file(hub).exists()


# Installed


@pytest.mark.parametrize(
    ("hosts", "key"),
    [
        ([HOST], RSA),
        (["lain.example", "TOKO.example"], ec.generate_private_key(ec.SECP256R1())),
        ([HOST], ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["RSA", "P-256", "P-384"],
)
def test_a_good_certificate_is_kept_for_its_owner_alone_with_its_key_in_one_file(
    hub: Path, hosts: list[str], key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    issued = issue(issuer=BETWEEN, hosts=hosts, key=key)
    ran = offer_issued(hub, issued)
    assert (ran.status, ran.errors) == (0, "")
    assert ran.lines == [
        f"The certificate is good for phones that open https://{HOST}, until {day(90 - 1 / 24)}.",
        "A hub that runs must be started anew to answer phones. Where it is a service, type this first, so that it may "
        f'use the web\'s own ports: clienteling hub install --data-dir "{hub}"',
    ]
    path = certificate_file(hub)
    assert path.read_bytes() == key_pem(key) + issued.chain
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in hub.iterdir() if CERTIFICATE_FILE in one.name] == [CERTIFICATE_FILE]


def test_a_renewed_one_takes_the_place_of_the_one_before(hub: Path) -> None:
    offer_issued(hub, issue(issuer=BETWEEN))
    renewed = issue(issuer=BETWEEN, lasts=60 * DAY)
    ran = offer_issued(hub, renewed)
    assert ran.lines[1] == "A hub that answers phones uses it from now on; nothing needs to be started anew."
    assert certificate_file(hub).read_bytes() == key_pem(renewed.key) + renewed.chain


def test_what_lies_beside_the_certificates_in_their_file_is_not_kept(hub: Path) -> None:
    issued = issue(issuer=BETWEEN)
    both = b"Bag Attributes\n" + key_pem(issued.key) + issued.chain
    assert offer(hub, both, both).status == 0
    assert certificate_file(hub).read_bytes() == key_pem(issued.key) + issued.chain


@pytest.mark.parametrize("name", ["*.example.co", "*.EXAMPLE.co."])
def test_a_wildcard_is_one_whole_label(name: str) -> None:
    assert is_for("toko.example.co", [name])
    for other in ("example.co", "a.toko.example.co", "toko.example.com"):
        assert not is_for(other, [name])


def test_no_wildcard_is_for_all_of_a_top_level_domain() -> None:
    assert not is_for("toko.example", ["*.example", "*", "t*.example"])
    assert is_for("kasir", ["kasir"])


def test_a_lone_certificate_is_installed_with_a_warning(hub: Path) -> None:
    issued = issue(issuer=BETWEEN)
    ran = offer(hub, pem(issued.certificate), key_pem(issued.key))
    assert ran.status == 0
    assert ran.lines[1].startswith("Only the host's own certificate is in the file.")


def test_one_that_signed_itself_is_installed_with_a_warning(hub: Path) -> None:
    ran = offer_issued(hub, issue())
    assert ran.status == 0
    assert ran.lines[1].startswith("Nobody but its own maker has signed this certificate")


def test_one_that_ends_soon_says_so_at_once(hub: Path) -> None:
    ran = offer_issued(hub, issue(issuer=BETWEEN, lasts=5.5 * DAY))
    assert ran.lines[1] == "It ends in 5 days. Install the renewed one before."


# Refused


@pytest.mark.parametrize(
    ("issued", "sentence"),
    [
        (
            issue(issuer=BETWEEN, starts_at=utc_now() - 91 * DAY),
            f"The certificate, or one that it rests on, ended on {day(-1)}. Phones refuse it.",
        ),
        (
            issue(issuer=BETWEEN, starts_at=utc_now() + 2 * DAY),
            f"The certificate is good from {day(2)} on only. Check this computer's clock, or wait.",
        ),
        (
            issue(issuer=BETWEEN, hosts=["benang.example", "*.toko.example"]),
            "The labels say toko.example, and the certificate is for others: benang.example, *.toko.example.",
        ),
        (
            issue(issuer=BETWEEN, hosts=[]),
            "The labels say toko.example, and the certificate is for others: -.",
        ),
        (
            issue(issuer=BETWEEN, uses=[ExtendedKeyUsageOID.CLIENT_AUTH]),
            "The certificate was not made for web servers. Phones refuse it.",
        ),
        (
            issue(issuer=BETWEEN, key=rsa.generate_private_key(public_exponent=65_537, key_size=1024)),
            "An RSA key of 1,024 bits is too short. Phones want 2048 bits or more.",
        ),
        (
            issue(issuer=BETWEEN, key=ec.generate_private_key(ec.SECP256K1())),
            "Phones do not take a key of this kind. Use RSA with 2048 bits or more, or EC with P-256 or P-384.",
        ),
    ],
    ids=["ended", "not yet", "other host", "no host", "not for servers", "short key", "other curve"],
)
def test_what_phones_would_refuse_is_not_installed(hub: Path, issued: Issued, sentence: str) -> None:
    assert_refused(hub, offer_issued(hub, issued), sentence)


def test_an_issuer_that_has_ended_ends_what_it_signed_and_a_root_does_not(hub: Path) -> None:
    ended = issue("Ended", issuer=ROOT, starts_at=utc_now() - 9 * DAY, lasts=8 * DAY, is_authority=True)
    sentence = f"The certificate, or one that it rests on, ended on {day(-1)}. Phones refuse it."
    assert_refused(hub, offer_issued(hub, issue(issuer=ended)), sentence)
    old_root = issue("Old", starts_at=utc_now() - 9 * DAY, lasts=8 * DAY, is_authority=True)
    assert offer_issued(hub, issue(issuer=old_root)).status == 0


OWN: Final = issue(issuer=BETWEEN)
OTHER: Final = issue(issuer=BETWEEN)


@pytest.mark.parametrize(
    "chain",
    [
        BETWEEN.chain + pem(OWN.certificate),
        pem(OWN.certificate) + ROOT.chain + pem(BETWEEN.certificate),
        pem(OWN.certificate) + pem(authority("Between").certificate),
    ],
    ids=["own last", "mixed", "another of the same name"],
)
def test_a_chain_out_of_order_is_not_installed(hub: Path, chain: bytes) -> None:
    ran = offer(hub, chain, key_pem(OWN.key))
    sentence = (
        "The certificates in the file are not in order: the host's own comes first, "
        "then the one that signed it, and so on."
    )
    assert_refused(hub, ran, sentence)


def test_a_key_of_another_certificate_is_not_installed(hub: Path) -> None:
    assert_refused(hub, offer(hub, OWN.chain, key_pem(OTHER.key)), "The key belongs to another certificate.")


def test_a_key_of_a_kind_that_no_browser_takes_is_not_installed(hub: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    ran = offer(hub, OWN.chain, key_pem(key))
    assert ran.errors.startswith("Phones do not take a key of this kind.")


@pytest.mark.parametrize("kind", ["PKCS8", "older"])
def test_a_locked_key_is_not_installed_and_how_to_unlock_it_is_said(hub: Path, kind: str) -> None:
    key = key_pem(OWN.key, passphrase="rahasia")
    if kind == "older":
        key = b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n"
        key += b"-----END EC PRIVATE KEY-----\n"
    ran = offer(hub, OWN.chain, key)
    file = hub.parent / "key.pem"
    assert_refused(
        hub,
        ran,
        f"The key in {file} is locked with a passphrase, and nobody is there to type it when the hub starts. "
        f"Take the passphrase off: openssl pkey -in {file} -out key.pem",
    )


GARBAGE: Final = {
    "empty": b"",
    "noise": bytes(range(256)) * 40,
    "cut certificate": OWN.chain[:200],
    "cut key": key_pem(OWN.key)[:80],
    "nonsense": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "huge": b"A" * 3_000_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=list(GARBAGE))
def test_garbage_is_refused_with_the_files_name(hub: Path, garbage: bytes) -> None:
    ran = offer(hub, garbage, key_pem(OWN.key))
    assert (ran.status, str(hub.parent / "chain.pem") in ran.errors) == (1, True)
    ran = offer(hub, OWN.chain, garbage)
    assert (ran.status, str(hub.parent / "key.pem") in ran.errors) == (1, True)
    assert not certificate_file(hub).exists()
    assert b"Traceback" not in ran.errors.encode()


def test_a_key_in_the_certificates_place_and_the_other_way_round_are_told_apart(hub: Path) -> None:
    ran = offer(hub, key_pem(OWN.key), OWN.chain)
    file = hub.parent / "chain.pem"
    assert_refused(
        hub,
        ran,
        f"{file} holds a key and no certificate. Give the certificate with --certificate and the key with --key.",
    )
    file = hub.parent / "key.pem"
    assert_refused(
        hub,
        offer(hub, OWN.chain, OWN.chain),
        f"{file} holds a certificate and no key. Give the certificate with --certificate and the key with --key.",
    )


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_file_is_named(hub: Path, tmp_path: Path, missing: int) -> None:
    files: list[Path | bytes] = [OWN.chain, key_pem(OWN.key)]
    files[missing] = tmp_path / "none.pem"
    assert_refused(hub, offer(hub, *files), f"There is no such file or folder: {tmp_path / 'none.pem'}")


def test_what_is_refused_leaves_the_installed_one_as_it_is(hub: Path) -> None:
    offer_issued(hub, OWN)
    assert offer_issued(hub, issue(issuer=BETWEEN, hosts=["lain.example"])).status == 1
    assert certificate_file(hub).read_bytes() == key_pem(OWN.key) + OWN.chain


def test_without_a_host_on_the_labels_nothing_can_be_installed(hub: Path) -> None:
    remember(hub, own_hosts=[])
    ran = offer_issued(hub, OWN)
    assert_refused(
        hub, ran, "The settings name no host for the labels (own_hosts), so that no certificate can be for it."
    )


@pytest.mark.parametrize("words", [("--key", "k.pem"), ("--certificate", "c.pem"), ("--remove", "--key", "k.pem")])
def test_half_a_command_line_is_refused(hub: Path, words: tuple[str, ...]) -> None:
    assert run("hub", "shelf-certificate", "--data-dir", hub, *words).status == 2


def test_no_word_of_a_key_is_said(hub: Path) -> None:
    secret = key_pem(OWN.key).splitlines()[1].decode()
    for ran in (
        offer_issued(hub, OWN),
        offer(hub, key_pem(OWN.key), OWN.chain),
        offer(hub, OWN.chain, key_pem(OWN.key)[:90]),
    ):
        assert secret not in ran.output + ran.errors


# Shown and removed


def show(hub: Path) -> Ran:
    return run("hub", "shelf-certificate", "--data-dir", hub)


def test_without_one_it_says_that_phones_are_not_answered_and_makes_nothing(tmp_path: Path) -> None:
    ran = show(tmp_path / "none")
    assert (ran.status, ran.output) == (
        0,
        "No certificate is installed: phones on the guest Wi-Fi are not answered.\n",
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("days", "more"), [(31.5, []), (29.5, ["It ends in 29 days. Install the renewed one before."])]
)
def test_the_installed_one_is_shown_with_its_end_and_a_month_before_with_a_reminder(
    hub: Path, days: float, more: list[str]
) -> None:
    offer_issued(hub, issue(issuer=BETWEEN, lasts=days * DAY))
    ran = show(hub)
    date = day(days - 1 / 24)
    assert ran.lines == [f"The certificate is good for phones that open https://{HOST}, until {date}.", *more]


def test_an_installed_one_that_fits_no_more_is_said(hub: Path) -> None:
    offer_issued(hub, OWN)
    remember(hub, own_hosts=["benang.example"])
    ran = show(hub)
    assert (ran.status, ran.errors) == (
        1,
        "The labels say benang.example, and the certificate is for others: toko.example.\n",
    )


def test_removing_leaves_nothing_of_the_key(hub: Path) -> None:
    offer_issued(hub, OWN)
    ran = run("hub", "shelf-certificate", "--data-dir", hub, "--remove")
    assert ran.output == "The certificate and its key are gone. A hub that runs answers phones no more.\n"
    assert [one.name for one in hub.iterdir()] == ["settings.toml"]
    ran = run("hub", "shelf-certificate", "--data-dir", hub, "--remove")
    assert (ran.status, ran.output) == (
        0,
        "No certificate is installed: phones on the guest Wi-Fi are not answered.\n",
    )


# What the doctor says


@pytest.mark.parametrize(
    ("days_later", "expected"),
    [
        (0, (Verdict.OK, "doctor.shelf_ok", None)),
        (61, (Verdict.WARNING, "doctor.shelf_ends_soon", "doctor.shelf_mend")),
        (91, (Verdict.WRONG, "hub.certificate_ended", "doctor.shelf_mend")),
    ],
)
def test_the_doctor_says_when_the_certificate_ends(
    hub: Path, days_later: int, expected: tuple[Verdict, str, str | None]
) -> None:
    offer_issued(hub, OWN)
    later = utc_now() + days_later * DAY
    assert codes(found(hub, Surroundings(now=lambda: later))[Check.SHELF]) == expected


def test_the_doctor_says_that_the_labels_have_another_host_or_none(hub: Path) -> None:
    offer_issued(hub, OWN)
    remember(hub, own_hosts=["benang.example"])
    assert codes(found(hub)[Check.SHELF])[:2] == (Verdict.WRONG, "hub.certificate_other_host")
    remember(hub, own_hosts=[])
    assert codes(found(hub)[Check.SHELF])[:2] == (Verdict.WRONG, "hub.no_label_host")


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_the_doctor_says_that_others_may_read_the_key(hub: Path) -> None:
    offer_issued(hub, OWN)
    certificate_file(hub).chmod(0o644)
    assert codes(found(hub)[Check.SHELF])[:2] == (Verdict.WRONG, "doctor.shelf_open")


def test_the_doctor_says_that_the_file_is_damaged(hub: Path) -> None:
    certificate_file(hub).write_bytes(key_pem(OWN.key))
    assert codes(found(hub)[Check.SHELF])[:2] == (Verdict.WRONG, "hub.certificate_is_key")
