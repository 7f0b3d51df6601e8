#!/usr/bin/env python3
"""Verifies the receipt vectors with libraries that know nothing of Avouch.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r spec/vectors/receipt/requirements.txt
    /tmp/venv/bin/python spec/vectors/receipt/verify_cose.py

pycose checks every COSE_Sign1 signature, cbor2 reads the bodies and writes them again in canonical form, cryptography
checks claims, derives the keys with its own HKDF and checks the second signatures with OpenSSL's ML-DSA-44. Unsigned
receipts are no COSE messages: no library takes one for a signature, and the next signed one covers it through its
digests. Then one bit of every envelope is flipped, at several places, and each must fail. Exit code 77 says that a
library is missing.
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

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
except ImportError:
    MLDSA44PrivateKey = MLDSA44PublicKey = None

HERE = pathlib.Path(__file__).resolve().parent
WITNESS = -70001
POST_QUANTUM = -70002


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
        for role in ("runtime", "witness", "log"):
            info = b"avouch/v1/" + role.encode() + b"\0" + module + instance
            seed = hkdf(secret, configuration, info)
            check(seed == keys[f"{mode}_{role}_seed"], f"{mode} {role} seed")
            check(public_of(seed) == keys[f"{mode}_{role}_public"], f"{mode} {role} public key")
            derived += 1
        info = b"avouch/v1/runtime-ml-dsa-44" + b"\0" + module + instance
        check(hkdf(secret, configuration, info) == keys[f"{mode}_runtime-ml-dsa-44_seed"], f"{mode} ML-DSA seed")
        derived += 1
    for role in ("operator", "statement", "invocation"):
        seed = hkdf(keys["root_secret"], None, b"avouch/v1/" + role.encode())
        check(seed == keys[f"{role}_seed"], f"{role} seed")
        check(public_of(seed) == keys[f"{role}_public"], f"{role} public key")
        derived += 1
    seed = hkdf(keys["root_secret"], None, b"avouch/v1/operator-ml-dsa-44")
    check(seed == keys["operator-ml-dsa-44_seed"], "operator ML-DSA seed")
    check(hashlib.sha256(b"avouch/v1/replay-dummy").digest() == keys["dummy_seed"], "dummy seed")
    print(f"keys.txt: {derived + 1} keys derived by another HKDF")
    return keys


def check_envelopes(keys):
    chain_keys = {}
    counts = dict.fromkeys(("genesis", "receipt", "unsigned", "snapshot", "divergence", "witness", "link", "tampered"), 0)
    tips = {}
    for kind, name, value in lines("accept.txt"):
        envelope = bytes.fromhex(value)
        if kind == "genesis":
            public, media_type = keys["operator_public"], "application/vnd.avouch.genesis+cbor"
            payload = CoseMessage.decode(envelope).payload
            statement = cbor2.loads(payload)
            check(cbor2.dumps(statement, canonical=True) == payload, f"{name}: genesis payload is canonical")
            chain_keys[name] = statement
            check(statement[1] == 2 and list(statement) == list(range(1, 14)), f"{name}: version 2")
            tips[name] = hashlib.sha256(payload).digest()
        elif kind in ("snapshot", "divergence"):
            public, media_type = chain_keys[name.split("/")[0]][3], f"application/vnd.avouch.{kind}+cbor"
            payload = CoseMessage.decode(envelope).payload
            statement = cbor2.loads(payload)
            check(cbor2.dumps(statement, canonical=True) == payload, f"{name}: {kind} is canonical")
            genesis = cbor2.dumps(chain_keys[name.split("/")[0]], canonical=True)
            check(statement[2] == hashlib.sha256(genesis).digest(), f"{name}: {kind} names its genesis statement")
        elif kind in ("receipt", "unsigned"):
            chain = name.split("/")[0]
            statement = chain_keys[chain]
            public, media_type = statement[3], "application/vnd.avouch.body+cbor"
            body = cbor2.loads(envelope)[0] if kind == "unsigned" else CoseMessage.decode(envelope).payload
            frame, claim = cbor2.loads(body)
            check(cbor2.dumps([frame, claim], canonical=True) == body, f"{name}: body is canonical")
            check(frame[3] == tips[chain], f"{name}: link")
            check((frame[2] % statement[10] == 0) == (kind == "receipt"), f"{name}: signed where the interval says")
            tips[chain] = hashlib.sha256(body).digest()
            counts["link"] += 1
            if claim is not None:
                check(hashlib.sha256(claim).digest() == frame[10], f"{name}: claim digest")
                check(cbor2.dumps(cbor2.loads(claim), canonical=True) == claim, f"{name}: claim is canonical")
            unsigned = kind == "unsigned"
            witness = cbor2.loads(envelope)[1] if unsigned else cbor2.loads(envelope).value[1].get(WITNESS)
            if witness is not None:
                verify_claim(claim, witness, statement[4])
                try:
                    verify_claim(claim[:-1] + bytes([claim[-1] ^ 1]), witness, statement[4])
                    sys.exit(f"FAILED: {name}: a tampered claim verifies")
                except InvalidSignature:
                    counts["witness"] += 1
            if unsigned:
                check(not stock_verify(envelope, public, media_type), f"{name}: taken for a signed one")
                counts["unsigned"] += 1
                continue
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
        f"accept.txt: {counts['genesis']} genesis statements, {counts['receipt']} receipts, {counts['snapshot']} snapshot and "
        f"{counts['divergence']} divergence statement verified by pycose, {counts['unsigned']} unsigned receipts taken for "
        f"nothing more, {counts['witness']} witness signatures, {counts['link']} links, {counts['tampered']} tampered envelopes refused"
    )
    numbers = [counts[kind] for kind in ("genesis", "receipt", "unsigned", "snapshot", "divergence")]
    check(numbers == [5, 51, 24, 1, 1], f"the number of vectors: {numbers}")


def verify_second(public, media_type, payload, signature):
    """An ML-DSA-44 signature, over a Sig_structure that cbor2 builds."""
    key_id = hashlib.sha256(public).digest()[:8]
    protected = cbor2.dumps({1: -48, 3: media_type, 4: key_id}, canonical=True)
    structure = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    MLDSA44PublicKey.from_public_bytes(public).verify(signature, structure)


def check_second_signatures(keys):
    """The chain with second signatures, and the keys' derivation from their seeds."""
    rows = [(kind, name, bytes.fromhex(value)) for kind, name, value in lines("post_quantum.txt")]
    public = {kind: value for kind, _, value in rows if kind.endswith("-key")}
    for kind, seed in (("operator-key", "operator-ml-dsa-44_seed"), ("runtime-key", "root_runtime-ml-dsa-44_seed")):
        made = MLDSA44PrivateKey.from_seed_bytes(keys[seed]).public_key().public_bytes_raw()
        check(made == public[kind], f"{kind} from its seed")
    verified = tampered = 0
    for kind, name, envelope in rows:
        if kind not in ("genesis", "receipt") or envelope[0] == 0x82:
            continue
        statement = cbor2.loads(next(CoseMessage.decode(value).payload for kind, _, value in rows if kind == "genesis"))
        check(statement[11] == hashlib.sha256(public["runtime-key"]).digest(), "the statement names the runtime's key")
        first = keys["operator_public"] if kind == "genesis" else statement[3]
        media_type = f"application/vnd.avouch.{'genesis' if kind == 'genesis' else 'body'}+cbor"
        check(stock_verify(envelope, first, media_type), f"{kind} {name}: first signature")
        signer = public["operator-key" if kind == "genesis" else "runtime-key"]
        value = cbor2.loads(envelope).value
        payload, signature = value[2], value[1][POST_QUANTUM]
        verify_second(signer, media_type, payload, signature)
        verified += 1
        for place in range(0, len(signature), 97):
            broken = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
            try:
                verify_second(signer, media_type, payload, broken)
                sys.exit(f"FAILED: {name}: a tampered second signature verifies")
            except InvalidSignature:
                tampered += 1
    check(verified == 3, "the number of second signatures")
    print(f"post_quantum.txt: {verified} ML-DSA-44 signatures verified by OpenSSL, {tampered} tampered ones refused")


def check_invocations(keys):
    """Receipts of kernel invocations: signatures by pycose, digests and rules from spec/invocation.md."""
    public, media_type = keys["invocation_public"], "application/vnd.avouch.invocation+cbor"
    folder = HERE.parent / "invocation"
    rows = [line.split(" ") for line in (folder / "accept.txt").read_text().splitlines() if not line.startswith("#")]
    x = ["x", "f32", [1, 2], bytes.fromhex("0000803f00000040")]
    digests = {
        "tensors": [x, ["positions", "i32", [0], b""]],
        "no-tensors": [],
        "parameters": [["freq_base", "f32", 0x461C4000], ["pairs", "u32", 1]],
    }
    verified = tampered = 0
    for kind, name, value in rows:
        value = bytes.fromhex(value)
        if kind == "digest":
            made = hashlib.sha256(cbor2.dumps(digests[name], canonical=True)).digest()
            check(made == value, f"digest {name}")
        elif kind == "key":
            check(value == public, "the invocation key")
        elif kind == "invocation":
            check(stock_verify(value, public, media_type), f"invocation {name}")
            payload = CoseMessage.decode(value).payload
            stated = cbor2.loads(payload)
            check(cbor2.dumps(stated, canonical=True) == payload, f"{name}: canonical")
            check(list(stated) == list(range(1, 13)) and stated[1] == 1, f"{name}: version 1")
            done, module, reference = stated[11][0] == 0, stated[12] == 0, stated[12] == 1
            check((stated[8] is not None) == (done or reference), f"{name}: outputs")
            metered = stated[9] is not None and stated[11][0] != 5 and (module or reference)
            check((stated[10] is not None) == metered, f"{name}: meter")
            verified += 1
            for place in (4, 60, len(value) // 2, len(value) - 66, len(value) - 1):
                broken = bytearray(value)
                broken[place] ^= 1
                check(not stock_verify(bytes(broken), public, media_type), f"invocation {name}: tampered at {place}")
                tampered += 1
    check(verified == 68, f"the number of invocations: {verified}")
    print(f"invocation/accept.txt: {verified} verified by pycose, {len(digests)} digests, {tampered} tampered ones refused")


KEYS = check_keys()
check_envelopes(KEYS)
check_invocations(KEYS)
if MLDSA44PublicKey is None:
    print("skipped: second signatures, this cryptography has no ML-DSA")
else:
    check_second_signatures(KEYS)
print("all good")
