#!/usr/bin/env python3
"""Gives DSSE envelopes to securesystemslib and the statements within to in-toto-attestation.

    statements.py vectors FOLDER                 accept.json and reject.json of spec/vectors/statement
    statements.py file STATEMENT_JSON KEY_FILE   one envelope; every bit of it is flipped too

Neither library knows anything of Avouch. Exit code 77 says that one of them is missing.
"""

import copy
import hashlib
import json
import pathlib
import sys

try:
    import google.protobuf.json_format as pb_json
    import in_toto_attestation.v1.statement_pb2 as statement_pb2
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:uuid:d0cc2da8-323b-4e8a-aa1a-e20e33a5aa48#avouch-run-v1"
NOT_VERIFIED = "no signature verifies under a trusted key"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def key_of(public_hex):
    """A key whose id is the one that the program writes: eight bytes of the key's SHA-256."""
    keyid = hashlib.sha256(bytes.fromhex(public_hex)).hexdigest()[:16]
    return SSlibKey(keyid, "ed25519", "ed25519", {"public": public_hex})


def envelope_of(text):
    document = json.loads(text)
    return Envelope.from_dict(document.get("dsseEnvelope", document))


def signed(envelope, key):
    """Whether securesystemslib verifies it."""
    try:
        return set(envelope.verify([key], 1)) == {key.keyid}
    except VerificationError:
        return False


def statement_of(envelope):
    """The statement, read and validated by in-toto-attestation; an exception if it is none of a run."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError("another payload type")
    statement = Statement.copy_from_pb(pb_json.Parse(envelope.payload, statement_pb2.Statement()))
    statement.validate()
    if statement.pb.predicate_type != PREDICATE_TYPE:
        raise ValueError("another predicate")
    return statement.pb


def accepts(text, key):
    """The signed content, or None: whatever goes wrong in a library counts as a refusal."""
    try:
        envelope = envelope_of(text)
        if not signed(envelope, key):
            return None
        statement_of(envelope)
        return envelope.payload_type, envelope.payload
    except Exception:  # noqa: BLE001 - a tampered document may break a library anywhere
        return None


def flip(data, place, bit):
    flipped = bytearray(data)
    flipped[place] ^= 1 << bit
    return bytes(flipped)


def flips(data):
    return ((place, bit) for place in range(len(data)) for bit in range(8))


def vectors(folder):
    accepted = 0
    for case in json.loads((folder / "accept.json").read_text()):
        content = accepts(case["text"], key_of(case["key"]))
        check(content is not None, case["name"])
        check(hashlib.sha256(content[1]).hexdigest() == case["payload_sha256"], f"{case['name']}: payload")
        accepted += 1
    rejected, lenient = 0, []
    for case in json.loads((folder / "reject.json").read_text()):
        if accepts(case["text"], key_of(case["key"])) is None:
            rejected += 1
        else:
            check(case["refusal"] != NOT_VERIFIED, f"{case['name']} is accepted")
            lenient.append(case["name"])
    print(f"statements.py, vectors: accepted {accepted}, rejected {rejected}")
    print(f"  signed, and stricter rules are Avouch's own: {', '.join(lenient)}")


def content_flips(envelope, key):
    """Flips of what is signed and of the signature, after decoding: each must be refused."""
    rejected = 0
    (keyid,) = envelope.signatures
    signature = bytes.fromhex(envelope.signatures[keyid].signature)
    for place, bit in flips(envelope.payload):
        tampered = Envelope(flip(envelope.payload, place, bit), envelope.payload_type, envelope.signatures)
        check(not signed(tampered, key), f"payload, byte {place}, bit {bit}")
        rejected += 1
    for place, bit in flips(envelope.payload_type.encode()):
        kind = flip(envelope.payload_type.encode(), place, bit).decode("latin-1")
        check(not signed(Envelope(envelope.payload, kind, envelope.signatures), key), f"type, byte {place}, bit {bit}")
        rejected += 1
    for place, bit in flips(signature):
        tampered = copy.deepcopy(envelope)
        tampered.signatures[keyid].signature = flip(signature, place, bit).hex()
        check(not signed(tampered, key), f"signature, byte {place}, bit {bit}")
        rejected += 1
    return rejected


def file(path, key_file):
    word, public = key_file.read_text().split(" ")[:2]
    check(word == "avouch-ed25519", f"{key_file} is not a public key file")
    key = key_of(public.strip())
    document = path.read_bytes()
    original = accepts(document, key)
    check(original is not None, f"{path} under {key_file}")
    statement = statement_of(envelope_of(document))
    stranger = key_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    check(accepts(document, stranger) is None, f"{path} under another key")
    rejected = 1 + content_flips(envelope_of(document), key)
    same = 0
    for place, bit in flips(document):
        content = accepts(flip(document, place, bit), key)
        if content is None:
            rejected += 1
        else:
            check(content == original, f"byte {place}, bit {bit} changes what is accepted")
            same += 1
    subjects = ", ".join(subject.name for subject in statement.subject)
    print(f"statements.py, {path.name}: accepted 1 ({subjects}), rejected {rejected}, same content {same}")


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    {"vectors": vectors, "file": file}[verb](*map(pathlib.Path, paths))
