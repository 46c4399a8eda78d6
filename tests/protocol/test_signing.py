"""A signature holds for the request it was made for, by its key, at its time, and for nothing else."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.protocol.errors import ClockSkewed, SignatureRefused
from sync.protocol.signing import (
    SKEW_S,
    Proof,
    RequestParts,
    Stated,
    body_sha256,
    check_signature,
    nonce_of,
    read_stated,
    sign_request,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
NOW = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
REGISTRATION = "018f0000-0000-7000-8000-000000000001"
STATED = Stated(REGISTRATION, int(NOW.timestamp()), nonce_of(bytes(16)))
PUSH = RequestParts("POST", "/v1/sync/push", body_sha256(b'{"entries":[]}'), "Bearer abc")

visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
parts = st.builds(
    RequestParts,
    method=st.sampled_from(["GET", "POST"]),
    target=visible.map(lambda text: f"/{text}"),
    content_sha256=st.binary(max_size=200).map(body_sha256),
    authorization=st.none() | visible.map(lambda text: f"Bearer {text}"),
)
stated = st.builds(
    Stated,
    keyid=st.uuids().map(str),
    created_s=st.integers(0, 10**12 - 1),
    nonce=st.binary(min_size=16, max_size=16).map(nonce_of),
)


def proof_of(asked: RequestParts, said: Stated = STATED, *, key: Ed25519PrivateKey = KEY) -> Proof:
    headers = sign_request(asked, said, key.sign)
    return Proof(headers["content-digest"], headers["signature-input"], headers["signature"])


def at(said: Stated) -> datetime:
    return datetime.fromtimestamp(min(said.created_s, 10**11), UTC)


@given(asked=parts, said=stated)
def test_what_was_signed_is_accepted_and_says_who_and_when(asked: RequestParts, said: Stated) -> None:
    said = replace(said, created_s=min(said.created_s, 10**11))
    assert check_signature(asked, proof_of(asked, said), public_key=PUBLIC, now=at(said)) == said


@given(signed=parts, other=parts, field=st.sampled_from([*RequestParts.__slots__, "query"]), said=stated)
def test_a_signature_is_refused_with_any_other_request(
    signed: RequestParts, other: RequestParts, field: str, said: Stated
) -> None:
    if field == "query":
        sent = replace(signed, target=f"{signed.target}?x")
    else:
        sent = replace(signed, **{field: getattr(other, field)})
    assume(signed != sent)
    with pytest.raises(SignatureRefused) as refused:
        check_signature(sent, proof_of(signed, said), public_key=PUBLIC, now=at(said))
    assert not isinstance(refused.value, ClockSkewed)


@given(field=st.sampled_from(["content_digest", "signature_input", "signature"]), place=st.integers(0), said=stated)
def test_a_proof_with_one_character_changed_is_refused(field: str, place: int, said: Stated) -> None:
    proof = proof_of(PUSH, said)
    text = getattr(proof, field)
    place %= len(text)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(SignatureRefused):
        check_signature(PUSH, replace(proof, **{field: changed}), public_key=PUBLIC, now=at(said))


@given(junk=st.text(max_size=300))
def test_header_fields_that_are_none_of_ours_are_refused(junk: str) -> None:
    for field in ("content_digest", "signature_input", "signature"):
        with pytest.raises(SignatureRefused):
            check_signature(PUSH, replace(proof_of(PUSH), **{field: junk}), public_key=PUBLIC, now=NOW)


def test_another_device_s_signature_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        check_signature(PUSH, proof_of(PUSH, key=OTHER_KEY), public_key=PUBLIC, now=NOW)


@pytest.mark.parametrize("late_s", [-SKEW_S, 0, SKEW_S])
def test_a_signature_holds_for_a_minute_before_and_after_its_time(late_s: int) -> None:
    assert check_signature(PUSH, proof_of(PUSH), public_key=PUBLIC, now=NOW + timedelta(seconds=late_s)) == STATED


@pytest.mark.parametrize("late", [timedelta(seconds=61), timedelta(seconds=-61), timedelta(days=3650)])
def test_a_signature_of_another_time_is_refused_with_the_server_s_time(late: timedelta) -> None:
    with pytest.raises(ClockSkewed) as refused:
        check_signature(PUSH, proof_of(PUSH), public_key=PUBLIC, now=NOW + late)
    assert datetime.fromisoformat(str(refused.value.fields["server_time"])) == NOW + late


def test_the_server_s_time_is_told_to_nobody_else() -> None:
    with pytest.raises(SignatureRefused) as refused:
        check_signature(PUSH, proof_of(PUSH, key=OTHER_KEY), public_key=PUBLIC, now=NOW + timedelta(days=1))
    assert not isinstance(refused.value, ClockSkewed)


def test_a_token_that_is_sent_is_covered_and_one_that_is_covered_is_sent() -> None:
    bare = replace(PUSH, authorization=None)
    for signed, sent in ((PUSH, bare), (bare, PUSH)):
        with pytest.raises(SignatureRefused):
            check_signature(sent, proof_of(signed), public_key=PUBLIC, now=NOW)


def test_a_target_cannot_be_written_so_that_it_reads_as_two_lines() -> None:
    with pytest.raises(ValueError, match="visible"):
        proof_of(replace(PUSH, target='/v1/x\n"@query": ?'))
    with pytest.raises(SignatureRefused):
        check_signature(replace(PUSH, target="/v1/x\n"), proof_of(PUSH), public_key=PUBLIC, now=NOW)


def test_a_key_that_is_none_refuses_everything() -> None:
    for public_key in (b"", bytes(31)):
        with pytest.raises(SignatureRefused):
            check_signature(PUSH, proof_of(PUSH), public_key=public_key, now=NOW)


def test_the_header_fields_are_those_of_rfc_9421_and_rfc_9530() -> None:
    headers = sign_request(PUSH, STATED, KEY.sign)
    assert headers["content-digest"] == f"sha-256=:{base64.b64encode(PUSH.content_sha256).decode()}:"
    params = (
        '("@method" "@path" "@query" "content-digest" "authorization");created=1795318920'
        f';nonce="AAAAAAAAAAAAAAAAAAAAAA";keyid="{REGISTRATION}";alg="ed25519"'
    )
    assert headers["signature-input"] == f"device={params}"
    base = "\n".join(
        [
            '"@method": POST',
            '"@path": /v1/sync/push',
            '"@query": ?',
            f'"content-digest": {headers["content-digest"]}',
            '"authorization": Bearer abc',
            f'"@signature-params": {params}',
        ]
    )
    assert headers["signature"] == f"device=:{base64.b64encode(KEY.sign(base.encode())).decode()}:"
    assert read_stated(proof_of(PUSH)) == STATED
