"""Ed25519 in plain Python: the vectors of RFC 8032, section 7.1, and agreement with a compiled library."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import ed25519

VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
)
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc_verify_and_no_neighbour_of_them_does(key: str, message: str, signature: str) -> None:
    public, text, signed = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert ed25519.verify(public, signed, text)
    assert not ed25519.verify(public, signed, text + b"\0")
    for place in (0, 31, 32, 63):
        assert not ed25519.verify(public, signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :], text)


def test_a_signature_made_larger_by_the_group_order_is_refused() -> None:
    public, signed = bytes.fromhex(VECTORS[1][0]), bytes.fromhex(VECTORS[1][2])
    larger = (int.from_bytes(signed[32:], "little") + ORDER).to_bytes(32, "little")
    assert not ed25519.verify(public, signed[:32] + larger, b"\x72")


@settings(max_examples=25)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), spoil=st.integers(0, 511))
def test_it_agrees_with_the_library_on_right_and_on_spoilt_signatures(seed: bytes, message: bytes, spoil: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert ed25519.verify(public, signature, message)
    wrong = bytearray(signature)
    wrong[spoil // 8] ^= 1 << spoil % 8
    assert not ed25519.verify(public, bytes(wrong), message)


@settings(max_examples=40)
@given(key=st.binary(max_size=40), signature=st.binary(max_size=70), message=st.binary(max_size=20))
def test_bytes_of_any_content_and_length_are_refused_without_an_error(key: bytes, signature: bytes, message: bytes) -> None:
    assert not ed25519.verify(key, signature, message)
