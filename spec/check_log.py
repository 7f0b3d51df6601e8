#!/usr/bin/env python3
"""Checks logs and proofs of Avouch with nothing but Python and `cryptography`.

    check_log.py checkpoint  KEY NOTE                a signed checkpoint
    check_log.py proof       OPERATOR FILE           a .tlog-proof, under the operator's public key
    check_log.py transparent OPERATOR FILE           a transparent receipt, likewise
    check_log.py tiles       KEY DIRECTORY [MINIMUM] a tiles directory and the checkpoint in it; bundles that begin below
                                                     the number MINIMUM may be missing
    check_log.py consistency KEY OLD NEW PROOF       two signed checkpoints, and a file with one base64 digest a line
    check_log.py vectors     [FOLDER]                the vectors of spec/vectors/log

KEY is a verifier key (`name+hex8+base64`) or a file that has one in its first line. OPERATOR is 64 hexadecimal digits, or a
file with a line `avouch-ed25519 <64 digits> <comment>`. Exit code 0: all holds. 1: something does not, and what. 2: usage.
77: `cryptography` is missing.

Written from the specifications, not from the Rust: RFC 6962 (the tree, here by its recursive definition), C2SP signed-note,
tlog-checkpoint, tlog-tiles and tlog-proof, RFC 9942 with RFC 9052 (COSE), RFC 8949 (CBOR), and receipt.md and log.md beside
this file.
"""

import base64
import hashlib
import pathlib
import re
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SIZE_MAX = 2**63 - 1
NOTE_LEN_MAX = 128 * 1024
SIGNATURES_MAX = 16
PATH_MAX = 64


class Refused(Exception):
    """Something does not hold; the text says what."""


def need(condition, what):
    if not condition:
        raise Refused(what)


def sha256(data):
    return hashlib.sha256(data).digest()


def verify(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Refused(f"Ed25519: {str(error) or 'the signature does not verify'}") from None


def from_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("not base64") from None
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


def from_digest(text):
    data = from_base64(text)
    need(len(data) == 32, "not a digest")
    return data


def number(text):
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII) and int(text) <= SIZE_MAX, "not a size or an index")
    return int(text)


# RFC 6962, section 2.1


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def split(size):
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def tree_hash(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    middle = split(len(hashes))
    return node_hash(tree_hash(hashes[:middle]), tree_hash(hashes[middle:]))


def root_by_path(index, size, leaf, path):
    """PATH(m, D[n]) read backwards: what the root is if the path is true."""
    need(index < size, "the index is not below the size")
    if size == 1:
        need(not path, "the path is too long")
        return leaf
    need(path, "the path is too short")
    middle, (rest, sibling) = split(size), (path[:-1], path[-1])
    if index < middle:
        return node_hash(root_by_path(index, middle, leaf, rest), sibling)
    return node_hash(sibling, root_by_path(index - middle, size - middle, leaf, rest))


def roots_by_proof(old, new, old_root, proof, whole=True):
    """SUBPROOF(m, D[n], b) read backwards: the roots of the old and of the new tree."""
    if old == new:
        need(len(proof) == (0 if whole else 1), "the proof has another length")
        root = old_root if whole else proof[0]
        return root, root
    need(proof, "the proof is too short")
    middle, (rest, sibling) = split(new), (proof[:-1], proof[-1])
    if old <= middle:
        before, left = roots_by_proof(old, middle, old_root, rest, whole)
        return before, node_hash(left, sibling)
    before, right = roots_by_proof(old - middle, new - middle, old_root, rest, False)
    return node_hash(sibling, before), node_hash(sibling, right)


def check_inclusion(index, size, leaf, root, path):
    need(root_by_path(index, size, leaf, path) == root, "the path leads to another root")


def check_consistency(old, new, old_root, new_root, proof):
    need(old <= new, "the old tree is larger than the new one")
    if old == 0:
        need(not proof, "the proof is too long")
        need(old_root == sha256(b""), "the empty tree has another root")
        need(new != 0 or new_root == old_root, "the same size under two roots")
        return
    before, after = roots_by_proof(old, new, old_root, proof)
    need(before == old_root, "the proof leads to another old root")
    need(after == new_root, "the proof leads to another new root")


# C2SP signed-note, tlog-checkpoint


def check_name(name):
    printable = all(not c.isspace() and ord(c) >= 32 and not 127 <= ord(c) < 160 and c != "+" for c in name)
    need(name and printable and len(name.encode()) <= 255, "not a key name")


def key_id(name, public):
    return sha256(name.encode() + b"\n\x01" + public)[:4]


def parse_key(text):
    parts = text.split("+", 2)
    need(len(parts) == 3, "not a verifier key")
    name, ident, encoded = parts
    check_name(name)
    data = from_base64(encoded)
    need(len(data) == 33 and data[0] == 1, "not an Ed25519 verifier key")
    need(key_id(name, data[1:]).hex() == ident, "the key's id is another")
    return name, data[1:]


def parse_note(data):
    need(len(data) <= NOTE_LEN_MAX, "the note is too long")
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise Refused("the note is not UTF-8") from None
    need(all(ord(c) >= 32 or c == "\n" for c in note), "a control character")
    end = note.rfind("\n\n")
    need(end >= 0 and note.endswith("\n"), "no signatures")
    text, lines = note[: end + 1], note[end + 2 : -1].split("\n")
    need(len(lines) <= SIGNATURES_MAX, "too many signatures")
    signatures = {}
    for line in lines:
        match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        need(match, "a malformed signature line")
        check_name(match[1])
        signed = from_base64(match[2])
        need(len(signed) > 4, "a signature line without a signature")
        need((match[1], signed[:4]) not in signatures, "two signatures by one key")
        signatures[match[1], signed[:4]] = signed[4:]
    return text, signatures


def open_note(data, name, public):
    text, signatures = parse_note(data)
    signature = signatures.get((name, key_id(name, public)))
    need(signature is not None, "no signature is by this key")
    verify(public, signature, text.encode())
    return text


def open_checkpoint(data, name, public):
    """Origin, size and root of a checkpoint whose origin is the key's name."""
    lines = open_note(data, name, public)[:-1].split("\n")
    need(len(lines) == 3, "not three lines")
    check_name(lines[0])
    need(lines[0] == name, "a checkpoint of another log")
    size, root = number(lines[1]), from_digest(lines[2])
    need(size or root == sha256(b""), "the empty tree has another root")
    return size, root


# RFC 8949, section 4.2: as much of it as is used


class Tag:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


def encode_head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << 8 * width:
            return bytes([major << 5 | info]) + value.to_bytes(width, "big")
    raise Refused("too large for CBOR")


def encode(value):
    if value is None or isinstance(value, bool):
        return b"\xf6" if value is None else bytes([0xF4 + value])
    if isinstance(value, int):
        return encode_head(0, value) if value >= 0 else encode_head(1, -1 - value)
    if isinstance(value, bytes):
        return encode_head(2, len(value)) + value
    if isinstance(value, str):
        return encode_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return encode_head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return encode_head(5, len(value)) + b"".join(key + item for key, item in pairs)
    return encode_head(6, value.tag) + encode(value.value)


def decode_item(data, place, depth=0):
    need(place < len(data), "CBOR is cut short")
    need(depth < 16, "CBOR is nested too deeply")
    major, info = data[place] >> 5, data[place] & 31
    place += 1
    need(info < 28, "CBOR of indefinite length")
    if info >= 24:
        width = 1 << (info - 24)
        need(place + width <= len(data), "CBOR is cut short")
        info, place = int.from_bytes(data[place : place + width], "big"), place + width
    if major < 2:
        return (info if major == 0 else -1 - info), place
    if major in (2, 3):
        need(place + info <= len(data), "CBOR is cut short")
        text = data[place : place + info]
        try:
            return (text if major == 2 else text.decode()), place + info
        except UnicodeDecodeError:
            raise Refused("a text that is not UTF-8") from None
    need(info <= len(data) or major > 5, "CBOR is cut short")
    if major == 4:
        items = []
        for _ in range(info):
            item, place = decode_item(data, place, depth + 1)
            items.append(item)
        return items, place
    if major == 5:
        pairs = {}
        for _ in range(info):
            key, place = decode_item(data, place, depth + 1)
            need(isinstance(key, int), "a map key that is not an integer")
            pairs[key], place = decode_item(data, place, depth + 1)
        return pairs, place
    if major == 6:
        item, place = decode_item(data, place, depth + 1)
        return Tag(info, item), place
    need(info in (20, 21, 22), "an unknown simple value")
    return {20: False, 21: True, 22: None}[info], place


def decode(data):
    value, end = decode_item(data, 0)
    need(end == len(data) and encode(value) == data, "not deterministic CBOR")
    return value


def is_bytes(value, length=None):
    return isinstance(value, bytes) and (length is None or len(value) == length)


def is_uint(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# RFC 9052 and receipt.md


def open_envelope(data):
    """The four parts of a COSE_Sign1."""
    outer = decode(data)
    need(isinstance(outer, Tag) and outer.tag == 18, "no COSE_Sign1")
    parts = outer.value
    need(isinstance(parts, list) and len(parts) == 4, "not four parts")
    need(is_bytes(parts[0]) and isinstance(parts[1], dict) and is_bytes(parts[3], 64), "not a COSE_Sign1")
    return parts


def verify_envelope(parts, media_type, public):
    expected = encode({1: -8, 3: media_type, 4: sha256(public)[:8]})
    need(parts[0] == expected, "the protected header is another")
    verify(public, parts[3], encode(["Signature1", parts[0], b"", parts[2]]))


def open_genesis(data, operator):
    """The statement's map, signed by the operator."""
    parts = open_envelope(data)
    need(is_bytes(parts[2]), "a genesis statement without a payload")
    verify_envelope(parts, "application/vnd.avouch.genesis+cbor", operator)
    statement = decode(parts[2])
    need(isinstance(statement, dict) and statement.get(1) == 2, "not a genesis statement of version 2")
    need(sorted(statement) == list(range(1, 14)), "not the thirteen fields of a genesis statement")
    need((statement[11] is None) == (parts[1] == {}), "the post-quantum signature's presence")
    return statement


def open_receipt(data, statement):
    """A receipt's epoch. A signed one's signature is checked too."""
    need(data[:1] in (b"\xd2", b"\x82"), "neither a signed nor an unsigned receipt")
    if data[0] == 0xD2:
        parts = open_envelope(data)
        need(is_bytes(parts[2]), "a receipt without a payload")
        need(set(parts[1]) <= {-70001, -70002}, "an unknown header")
        verify_envelope(parts, "application/vnd.avouch.body+cbor", statement[3])
        body = parts[2]
    else:
        body, witness = decode(data)
        need(is_bytes(body) and (witness is None or is_bytes(witness, 64)), "not an unsigned receipt")
    parts = decode(body)
    need(isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], dict), "not a body")
    need(is_uint(parts[0].get(2)), "a body without an epoch")
    return parts[0][2]


def origin(statement):
    return "avouch/" + statement[2].hex()


def check_place(statement, epoch, index):
    start = statement[13][1] if statement[13] is not None else 0
    need(index == epoch - start - 1, "the index is not the one that the receipt's epoch has")


# C2SP tlog-proof


def check_proof(data, operator):
    try:
        head, _, note = data.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise Refused("the proof is not UTF-8") from None
    lines = head.split("\n")
    need(note and len(lines) >= 3, "no checkpoint, or no lines before it")
    need(lines[0] == "c2sp.org/tlog-proof@v1", "another first line")
    need(lines[1].startswith("extra "), "no extra line")
    need(lines[2].startswith("index "), "no index line")
    need(len(lines) - 3 <= PATH_MAX, "the path is too long")
    extra = decode(from_base64(lines[1][6:]))
    need(isinstance(extra, list) and len(extra) == 2 and all(map(is_bytes, extra)), "the extra line is not a pair")
    index, path = number(lines[2][6:]), [from_digest(line) for line in lines[3:]]
    statement = open_genesis(extra[0], operator)
    epoch = open_receipt(extra[1], statement)
    size, root = open_checkpoint(note.encode(), origin(statement), statement[12])
    check_inclusion(index, size, leaf_hash(extra[1]), root, path)
    check_place(statement, epoch, index)
    return f"epoch {epoch} is number {index} of {size} in the log {origin(statement)}"


# RFC 9942


def root_protected(public, size):
    return encode({1: -8, 4: sha256(public)[:8], 395: 1, -70004: size})


def verify_root(public, size, root, signature):
    verify(public, signature, encode(["Signature1", root_protected(public, size), b"", root]))


def check_cose(data, public, leaf):
    parts = open_envelope(data)
    need(parts[2] is None, "the payload is not detached")
    need(list(parts[1]) == [396] and isinstance(parts[1][396], dict), "not the proofs of RFC 9942")
    proofs = parts[1][396].get(-1)
    need(list(parts[1][396]) == [-1] and isinstance(proofs, list) and len(proofs) == 1, "not one inclusion proof")
    need(is_bytes(proofs[0]), "the inclusion proof is not a byte string")
    proof = decode(proofs[0])
    need(isinstance(proof, list) and len(proof) == 3 and isinstance(proof[2], list), "not an inclusion proof")
    size, index, path = proof
    need(is_uint(size) and is_uint(index) and max(size, index) <= SIZE_MAX, "not a size and an index")
    need(len(path) <= PATH_MAX and all(is_bytes(digest, 32) for digest in path), "not a path")
    need(parts[0] == root_protected(public, size), "the protected header is another")
    verify_root(public, size, root_by_path(index, size, leaf, path), parts[3])
    return size, index


def check_transparent(data, operator):
    protected, unprotected, payload, signature = open_envelope(data)
    need(isinstance(unprotected.get(394), list) and len(unprotected[394]) == 1, "not one receipt of RFC 9942")
    cose, genesis = unprotected.pop(394)[0], unprotected.pop(-70003, None)
    need(is_bytes(cose) and is_bytes(genesis), "no genesis statement, or not a COSE receipt")
    entry = encode(Tag(18, [protected, unprotected, payload, signature]))
    statement = open_genesis(genesis, operator)
    epoch = open_receipt(entry, statement)
    size, index = check_cose(cose, statement[12], leaf_hash(entry))
    check_place(statement, epoch, index)
    return f"epoch {epoch} is number {index} of {size} in the log {origin(statement)}"


def check_head(data, name, public):
    head = decode(data)
    need(isinstance(head, list) and len(head) == 2 and is_bytes(head[0]) and is_bytes(head[1], 64), "not a head")
    size, root = open_checkpoint(head[0], name, public)
    verify_root(public, size, root, head[1])


# C2SP tlog-tiles


def tile_path(level, index, width):
    groups = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        groups = f"x{index % 1000:03}/{groups}"
    return f"tile/{level}/{groups}" + ("" if width == 256 else f".p/{width}")


def read_file(folder, level, index, width):
    """The contents, and the width of the file that has them: the full one may have taken the partial one's place."""
    for found in (width, 256):
        file = folder / tile_path(level, index, found)
        if file.is_file():
            return file.read_bytes(), found
    return None, width


def read_hashes(folder, level, index, width):
    data, found = read_file(folder, level, index, width)
    need(data is not None, f"{tile_path(level, index, width)} is missing")
    need(len(data) == 32 * found, f"{tile_path(level, index, found)} has another length")
    return [data[place : place + 32] for place in range(0, 32 * width, 32)]


def read_entries(folder, index, width):
    data, found = read_file(folder, "entries", index, width)
    if data is None:
        return None
    entries, place = [], 0
    for _ in range(found):
        end = place + 2 + int.from_bytes(data[place : place + 2], "big")
        need(place + 2 <= len(data) and end <= len(data), f"{tile_path('entries', index, found)} is cut short")
        entries.append(data[place + 2 : end])
        place = end
    need(place == len(data), f"bytes follow the entries of {tile_path('entries', index, found)}")
    return entries[:width]


def check_tiles(folder, name, public, minimum=0):
    size, root = open_checkpoint((folder / "checkpoint").read_bytes(), name, public)
    hashes, level, files, count = None, 0, 0, 0
    while size >> 8 * level:
        row, width = [], size >> 8 * level
        for index in range((width + 255) // 256):
            tile = read_hashes(folder, level, index, min(256, width - 256 * index))
            files += 1
            if level == 0:
                entries = read_entries(folder, index, len(tile))
                need(entries is not None or 256 * index < minimum, f"{tile_path('entries', index, len(tile))} is missing")
                for place, entry in enumerate(entries or []):
                    need(leaf_hash(entry) == tile[place], f"entry {256 * index + place} does not hash to its leaf")
                    count += 1
            else:
                below = hashes[256 * 256 * index :]
                for place, digest in enumerate(tile):
                    made = tree_hash(below[256 * place : 256 * place + 256])
                    need(made == digest, f"{tile_path(level, index, len(tile))}: digest {place} is another")
            row += tile
        if level == 0:
            leaves = row
        hashes, level = row, level + 1
    need((tree_hash(leaves) if size else sha256(b"")) == root, "the tiles lead to another root than the checkpoint's")
    return f"{size} leaves, {count} entries and {files} tiles agree with the checkpoint of {name}"


# The vectors


def path_of(text):
    return [] if text == "-" else [bytes.fromhex(digest) for digest in text.split(",")]


def check_vector(kind, fields):
    data = bytes.fromhex
    if kind == "key":
        parse_key(data(fields[0]).decode())
    elif kind == "note":
        open_note(data(fields[1]), *parse_key(data(fields[0]).decode()))
    elif kind == "checkpoint":
        open_checkpoint(data(fields[1]), *parse_key(data(fields[0]).decode()))
    elif kind == "head":
        check_head(data(fields[1]), *parse_key(data(fields[0]).decode()))
    elif kind == "inclusion":
        check_inclusion(int(fields[0]), int(fields[1]), data(fields[2]), data(fields[3]), path_of(fields[4]))
    elif kind == "consistency":
        check_consistency(int(fields[0]), int(fields[1]), data(fields[2]), data(fields[3]), path_of(fields[4]))
    elif kind == "proof":
        check_proof(data(fields[1]), data(fields[0]))
    elif kind == "cose":
        check_cose(data(fields[2]), data(fields[0]), data(fields[1]))
    elif kind == "transparent":
        check_transparent(data(fields[1]), data(fields[0]))
    else:
        raise ValueError(f"unknown kind of vector: {kind}")


def check_tampered(kind, name, fields):
    """Flips every 37th bit of a vector; gives the number of flips. What a stranger signed is nobody's word."""
    if kind in ("inclusion", "consistency") or "foreign" in name:
        return 0
    data = bytes.fromhex(fields[-1])
    places = range(0, 8 * len(data), 37)
    for place in places:
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        try:
            check_vector(kind, [*fields[:-1], changed.hex()])
        except (Refused, UnicodeDecodeError):
            continue
        raise Refused(f"{kind} {name} is accepted with bit {place} flipped")
    return len(places)


def check_vectors(folder):
    accepted = refused = tampered = 0
    for line in (folder / "accept.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, name, *fields = line.split(" ")
        try:
            check_vector(kind, fields)
        except Refused as why:
            raise Refused(f"{kind} {name} is refused: {why}") from None
        accepted += 1
        tampered += check_tampered(kind, name, fields)
    for line in (folder / "reject.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, name, _, *fields = line.split(" ")
        try:
            check_vector(kind, fields)
        except Refused:
            refused += 1
        else:
            raise Refused(f"{kind} {name} is accepted")
    said = check_tiles(folder / "tiles", *read_key(str(folder / "tiles.key")))
    need(accepted and refused, "no vectors")
    return f"{accepted} vectors accepted, {refused} and {tampered} tampered ones refused; {said}"


# The command line


def read_key(text):
    file = pathlib.Path(text)
    return parse_key(file.read_text().splitlines()[0] if len(text) < 4096 and file.is_file() else text)


def read_operator(text):
    file = pathlib.Path(text)
    if file.is_file():
        words = file.read_text().split()
        need(len(words) >= 2 and words[0] == "avouch-ed25519", "not a public key file")
        text = words[1]
    need(re.fullmatch("[0-9a-fA-F]{64}", text), "not 64 hexadecimal digits")
    return bytes.fromhex(text)


def run_checkpoint(key, note):
    name, public = read_key(key)
    size, root = open_checkpoint(pathlib.Path(note).read_bytes(), name, public)
    return f"{name} has {size} leaves under the root {root.hex()}"


def run_consistency(key, old, new, proof):
    name, public = read_key(key)
    old_size, old_root = open_checkpoint(pathlib.Path(old).read_bytes(), name, public)
    new_size, new_root = open_checkpoint(pathlib.Path(new).read_bytes(), name, public)
    lines = pathlib.Path(proof).read_text().splitlines()
    need(len(lines) <= PATH_MAX, "the proof is too long")
    check_consistency(old_size, new_size, old_root, new_root, [from_digest(line) for line in lines])
    return f"the first {old_size} of the {new_size} leaves of {name} are those of the old checkpoint"


COMMANDS = {
    "checkpoint": run_checkpoint,
    "proof": lambda operator, file: check_proof(pathlib.Path(file).read_bytes(), read_operator(operator)),
    "transparent": lambda operator, file: check_transparent(pathlib.Path(file).read_bytes(), read_operator(operator)),
    "tiles": lambda key, folder, minimum="0": check_tiles(pathlib.Path(folder), *read_key(key), number(minimum)),
    "consistency": run_consistency,
    "vectors": lambda folder=pathlib.Path(__file__).parent / "vectors/log": check_vectors(pathlib.Path(folder)),
}


def main(arguments):
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        print(__doc__)
        return 2
    try:
        print(command(*arguments[1:]))
    except Refused as why:
        print(f"refused: {why}")
        return 1
    except TypeError as why:
        print(f"usage: {why}\n{__doc__}")
        return 2
    except OSError as why:
        print(f"refused: {why}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
