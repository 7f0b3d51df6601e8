#!/usr/bin/env python3
"""Verifies the receipt vectors with libraries that know nothing of Avouch.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r spec/vectors/receipt/requirements.txt
    /tmp/venv/bin/python spec/vectors/receipt/verify_cose.py

pycose checks every COSE_Sign1 signature, cbor2 reads the bodies and writes them again in canonical form, cryptography
checks claims and derives the keys with its own HKDF. Then one bit of every envelope is flipped, at several places, and
each must fail. Exit code 77 says that a library is missing.
"""

import hashlib
import pathlib
import sys

try:
    import cbor2
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from pycose.algorithms import EdDSA
    from pycose.headers import KID, Algorithm, ContentType
    from pycose.keys import OKPKey
    from pycose.keys.curves import Ed25519
    from pycose.messages import CoseMessage, Sign1Message
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
WITNESS = -70001


def lines(name):
    for line in (HERE / name).read_text().splitlines():
        if not line.startswith("#"):
            yield line.split(" ")


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def stock_verify(envelope, public, media_type):
    """Whether pycose accepts the envelope under the key; anything it cannot read counts as no."""
    try:
        message = CoseMessage.decode(envelope)
        if not isinstance(message, Sign1Message):
            return False
        message.key = OKPKey(crv=Ed25519, x=public)
        good_headers = (
            message.phdr.get(Algorithm) is EdDSA
            and message.phdr.get(ContentType) == media_type
            and message.phdr.get(KID) == hashlib.sha256(public).digest()[:8]
        )
        return good_headers and message.verify_signature()
    except Exception:  # noqa: BLE001 - a tampered envelope may break the library anywhere
        return False


def verify_claim(claim, signature, public):
    """The witness signature, over a Sig_structure that cbor2 builds."""
    protected = cbor2.dumps({1: -8, 3: "application/vnd.avouch.claim+cbor"}, canonical=True)
    structure = cbor2.dumps(["Signature1", protected, b"", claim], canonical=True)
    Ed25519PublicKey.from_public_bytes(public).verify(signature, structure)


def hkdf(secret, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(secret)


def public_of(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def check_keys():
    keys = {name: bytes.fromhex(value) for name, value in lines("keys.txt")}
    module, configuration, instance = keys["module"], keys["configuration"], keys["instance"]
    insecure = hashlib.sha256(b"avouch/v1/insecure-from-configuration" + configuration).digest()
    check(insecure == keys["insecure_root_secret"], "insecure root secret")
    derived = 0
    for mode, secret in (("root", keys["root_secret"]), ("insecure", insecure)):
        for role in ("runtime", "witness"):
            info = b"avouch/v1/" + role.encode() + b"\0" + module + instance
            seed = hkdf(secret, configuration, info)
            check(seed == keys[f"{mode}_{role}_seed"], f"{mode} {role} seed")
            check(public_of(seed) == keys[f"{mode}_{role}_public"], f"{mode} {role} public key")
            derived += 1
    seed = hkdf(keys["root_secret"], None, b"avouch/v1/operator")
    check(seed == keys["operator_seed"], "operator seed")
    check(public_of(seed) == keys["operator_public"], "operator public key")
    check(hashlib.sha256(b"avouch/v1/replay-dummy").digest() == keys["dummy_seed"], "dummy seed")
    print(f"keys.txt: {derived + 1} keys derived by another HKDF")
    return keys


def check_envelopes(keys):
    chain_keys = {}
    counts = {"genesis": 0, "receipt": 0, "witness": 0, "link": 0, "tampered": 0}
    tips = {}
    for kind, name, value in lines("accept.txt"):
        envelope = bytes.fromhex(value)
        if kind == "genesis":
            public, media_type = keys["operator_public"], "application/vnd.avouch.genesis+cbor"
            payload = CoseMessage.decode(envelope).payload
            statement = cbor2.loads(payload)
            check(cbor2.dumps(statement, canonical=True) == payload, f"{name}: genesis payload is canonical")
            chain_keys[name] = statement
            tips[name] = hashlib.sha256(payload).digest()
        elif kind == "receipt":
            chain = name.split("/")[0]
            statement = chain_keys[chain]
            public, media_type = statement[3], "application/vnd.avouch.body+cbor"
            message = CoseMessage.decode(envelope)
            frame, claim = cbor2.loads(message.payload)
            check(cbor2.dumps([frame, claim], canonical=True) == message.payload, f"{name}: body is canonical")
            check(frame[3] == tips[chain], f"{name}: link")
            tips[chain] = hashlib.sha256(message.payload).digest()
            counts["link"] += 1
            if claim is not None:
                check(hashlib.sha256(claim).digest() == frame[10], f"{name}: claim digest")
                check(cbor2.dumps(cbor2.loads(claim), canonical=True) == claim, f"{name}: claim is canonical")
            witness = cbor2.loads(envelope).value[1].get(WITNESS)
            if witness is not None:
                verify_claim(claim, witness, statement[4])
                try:
                    verify_claim(claim[:-1] + bytes([claim[-1] ^ 1]), witness, statement[4])
                    sys.exit(f"FAILED: {name}: a tampered claim verifies")
                except InvalidSignature:
                    counts["witness"] += 1
        else:
            continue
        check(stock_verify(envelope, public, media_type), f"{kind} {name}")
        counts[kind] += 1
        payload_start = envelope.index(CoseMessage.decode(envelope).payload)
        for place in (4, payload_start, payload_start + 40, len(envelope) - 66, len(envelope) - 64, len(envelope) - 1):
            tampered = bytearray(envelope)
            tampered[place] ^= 1
            check(not stock_verify(bytes(tampered), public, media_type), f"{kind} {name}: tampered at {place}")
            counts["tampered"] += 1
    print(
        f"accept.txt: {counts['genesis']} genesis statements and {counts['receipt']} receipts verified by pycose, "
        f"{counts['witness']} witness signatures, {counts['link']} links, {counts['tampered']} tampered envelopes refused"
    )
    check(counts["genesis"] == 3 and counts["receipt"] == 45, "the number of vectors")


check_envelopes(check_keys())
print("all good")
