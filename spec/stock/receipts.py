#!/usr/bin/env python3
"""Gives receipts to cwt, a COSE library that knows nothing of Avouch (pycose is in ../vectors/receipt/verify_cose.py).

    receipts.py vectors FOLDER                         accept.txt of spec/vectors/receipt
    receipts.py file RECEIPT_COSE OPERATOR_PUB [ML_DSA_PUB]   one transparent receipt; every bit of it is flipped too

A transparent receipt carries its genesis statement and an RFC 9942 receipt, so the operator's key is all that is needed:
the operator vouches for the genesis statement, that for the runtime's key and the log's, those for the step and for its
place in the log. The path to the root is walked here with hashlib, as RFC 9162, section 2.1.3.2 says.

Exit code 77 says that a library is missing.
"""

import hashlib
import pathlib
import sys

try:
    import cbor2
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import mldsa
    from cwt import COSE, COSEKey
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

RECEIPTS, VDS, VDP = 394, 395, 396
POST_QUANTUM, GENESIS, TREE_SIZE = -70002, -70003, -70004
GENESIS_TYPE = {3: "application/vnd.avouch.genesis+cbor"}
BODY_TYPE = {3: "application/vnd.avouch.body+cbor"}


class Refused(Exception):
    """What is looked at is not what it must be."""


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def demand(condition, what):
    if not condition:
        raise Refused(what)


def kid(public):
    return hashlib.sha256(public).digest()[:8]


def key_of(public):
    """A COSE_Key {kty: OKP, alg: EdDSA, crv: Ed25519}, to verify with and nothing else."""
    return COSEKey.new({1: 1, 2: kid(public), 3: -8, 4: [2], -1: 6, -2: public})


def verified(envelope, public, headers, detached=None):
    """The payload, if cwt verifies the envelope under the key; an exception otherwise."""
    protected, _, payload = COSE().decode_with_headers(envelope, key_of(public), detached_payload=detached)
    demand(protected == {1: -8, 4: kid(public)} | headers, "protected header")
    return payload


def parts(envelope):
    """Tag 18 and four parts."""
    message = cbor2.loads(envelope)
    demand(isinstance(message, cbor2.CBORTag) and message.tag == 18, "tag")
    demand(isinstance(message.value, list) and len(message.value) == 4, "parts")
    return message.value


def flipped(data):
    for place in range(len(data)):
        for bit in range(8):
            copy = bytearray(data)
            copy[place] ^= 1 << bit
            yield bytes(copy), f"byte {place}, bit {bit}"


def flip_all(data, accepts, may_differ):
    """Counts flips that are refused, and those accepted that leave what is signed as it was."""
    original = accepts(data)
    rejected, same = 0, 0
    for tampered, where in flipped(data):
        try:
            content = accepts(tampered)
        except Exception:  # noqa: BLE001 - a tampered envelope may break a library anywhere
            rejected += 1
            continue
        check(content == original, f"{where} changes what is accepted")
        check(may_differ(data, tampered), f"{where} is accepted")
        same += 1
    return rejected, same


def only_unprotected_differs(original, tampered):
    """The unprotected header is not signed, and cbor2 reads CBOR that is not in its shortest form."""
    left, right = parts(original), parts(tampered)
    return [left[0], left[2], left[3]] == [right[0], right[2], right[3]]


def vectors(folder):
    lines = [line.split(" ") for line in (folder / "accept.txt").read_text().splitlines() if not line.startswith("#")]
    keys = [line.split(" ") for line in (folder / "keys.txt").read_text().splitlines() if not line.startswith("#")]
    operator = bytes.fromhex(dict(keys)["operator_public"])
    runtimes, counts, unsigned, totals, tried = {}, {"genesis": 0, "receipt": 0}, 0, [0, 0], set()
    for kind, name, value in lines:
        if kind not in ("genesis", "receipt"):
            continue
        envelope = bytes.fromhex(value)
        if envelope[0] != 0xD2:
            unsigned += 1
            continue
        public, media_type = (operator, GENESIS_TYPE) if kind == "genesis" else (runtimes[name.split("/")[0]], BODY_TYPE)
        payload = verified(envelope, public, media_type)
        if kind == "genesis":
            runtimes[name] = cbor2.loads(payload)[3]
        counts[kind] += 1
        # One genesis statement and one receipt of each chain, whole.
        tag = (kind, name.split("/")[0])
        if tag not in tried:
            tried.add(tag)
            done = flip_all(envelope, lambda data: verified(data, public, media_type), only_unprotected_differs)
            totals = [total + more for total, more in zip(totals, done)]
    check(all(counts.values()), "there are vectors")
    print(
        f"receipts.py, vectors: accepted {counts['genesis']} genesis statements and {counts['receipt']} receipts "
        f"({unsigned} unsigned ones left to Avouch), rejected {totals[0]}, same content {totals[1]}"
    )


def root_of(index, size, path, leaf):
    """The root that an inclusion proof leads to: RFC 9162, section 2.1.3.2."""
    demand(0 <= index < size, "leaf index")
    node, last, digest = index, size - 1, leaf
    for sibling in path:
        demand(last != 0 and isinstance(sibling, bytes) and len(sibling) == 32, "path")
        if node & 1 or node == last:
            digest = hashlib.sha256(b"\1" + sibling + digest).digest()
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + sibling).digest()
        node, last = node >> 1, last >> 1
    demand(last == 0, "path length")
    return digest


def inclusion(transparent, log_key):
    """Verifies the RFC 9942 receipt within; gives tree size, leaf index and root."""
    protected, unprotected, payload, signature = transparent
    (receipt,) = unprotected[RECEIPTS]
    rest = {label: value for label, value in unprotected.items() if label not in (RECEIPTS, GENESIS)}
    entry = cbor2.dumps(cbor2.CBORTag(18, [protected, rest, payload, signature]), canonical=True)
    _, proofs, nothing, _ = parts(receipt)
    demand(nothing is None and set(proofs) == {VDP} and set(proofs[VDP]) == {-1}, "inclusion proof")
    (proof,) = proofs[VDP][-1]
    size, index, path = cbor2.loads(proof)
    root = root_of(index, size, path, hashlib.sha256(b"\0" + entry).digest())
    headers = {VDS: 1, TREE_SIZE: size}
    demand(verified(receipt, log_key, headers, detached=root) == root, "signature over the root")
    return size, index, root


def transparent(data, operator):
    """Everything that one file says, verified from the operator's key on."""
    message = parts(data)
    genesis = verified(message[1][GENESIS], operator, GENESIS_TYPE)
    stated = cbor2.loads(genesis)
    body = verified(data, stated[3], BODY_TYPE)
    size, index, root = inclusion(message, stated[12])
    return genesis, body, size, index, root


def post_quantum(data, genesis, key_file):
    """The second signature, FIPS 204 in pure mode, over a Sig_structure of its own."""
    stated = cbor2.loads(genesis)[11]
    if stated is None:
        return "no post-quantum key in the genesis statement"
    if key_file is None or not key_file.exists():
        return "skipped: no file with the post-quantum key"
    word, digits = key_file.read_text().split(" ")[:2]
    public = bytes.fromhex(digits.strip())
    check(word == "avouch-ml-dsa-44" and hashlib.sha256(public).digest() == stated, "post-quantum key")
    _, unprotected, payload, _ = parts(data)
    protected = cbor2.dumps({1: -48, 4: kid(public)} | BODY_TYPE, canonical=True)
    message = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    key = mldsa.MLDSA44PublicKey.from_public_bytes(public)
    key.verify(unprotected[POST_QUANTUM], message)
    rejected = 0
    for tampered, where in list(flipped(unprotected[POST_QUANTUM]))[::37]:
        try:
            key.verify(tampered, message)
            sys.exit(f"FAILED: ML-DSA signature, {where}")
        except InvalidSignature:
            rejected += 1
    return f"ML-DSA-44 accepted 1, rejected {rejected}"


def file(path, key_file, ml_dsa_file=None):
    word, public = key_file.read_text().split(" ")[:2]
    check(word == "avouch-ed25519", f"{key_file} is not a public key file")
    operator, data = bytes.fromhex(public.strip()), path.read_bytes()
    genesis, body, size, index, root = transparent(data, operator)

    rejected, same = flip_all(data, lambda tampered: transparent(tampered, operator), lambda *_: True)
    print(
        f"receipts.py, {path.name}: accepted 1 (epoch {cbor2.loads(body)[0][2]}, leaf {index} of {size}, "
        f"root {root.hex()}), rejected {rejected}, same content {same}; {post_quantum(data, genesis, ml_dsa_file)}"
    )


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    {"vectors": vectors, "file": file}[verb](*map(pathlib.Path, paths))
