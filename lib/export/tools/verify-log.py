#!/usr/bin/env python3
"""Checks the log of a filing bundle: signatures, inclusion, consistency. Python 3.8 or newer, nothing else.

  python3 verify-log.py BUNDLE [--key PEM_FILE]... [--since CHECKPOINT_FILE]

Written apart from the program that made the bundle, from the specifications alone: DSSE v1, RFC 6962 (the tree, 2.1), C2SP
signed-note, tlog-checkpoint and tlog-proof, FIPS 186-5 (ECDSA on P-256), RFC 8032 (Ed25519). Of what statements say, only
changes of keys are read here, since they say which key counts where: tools/verify.mjs judges the rest.

Exit codes: 0 everything holds; 1 something does not, it is named; 2 everything agrees with itself, and no --key was given; 64 wrong usage.
"""
import base64
import hashlib
import json
import os
import re
import stat
import sys


class Refused(Exception):
    """A check that does not hold; its text names the file and what was expected."""


# --- ECDSA on P-256 with SHA-256 (FIPS 186-5, 6.4.2) -----------------------------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)


# Points are (X, Y, Z) for the affine (X / Z^2, Y / Z^3); Z = 0 is the point at infinity.


def p256_double(a):
    x, y, z = a
    yy = y * y % P
    four_xyy = 4 * x * yy % P
    slope = 3 * (x - z * z) * (x + z * z) % P
    x3 = (slope * slope - 2 * four_xyy) % P
    return x3, (slope * (four_xyy - x3) - 8 * yy * yy) % P, 2 * y * z % P


def p256_add(a, b):
    if a[2] == 0 or b[2] == 0:
        return b if a[2] == 0 else a
    zz_a, zz_b = a[2] * a[2] % P, b[2] * b[2] % P
    u, s = a[0] * zz_b % P, a[1] * zz_b * b[2] % P
    h, r = (b[0] * zz_a - u) % P, (b[1] * zz_a * a[2] - s) % P
    if h == 0:
        return p256_double(a) if r == 0 else (1, 1, 0)
    hh = h * h % P
    hhh, v = h * hh % P, u * hh % P
    x = (r * r - hhh - 2 * v) % P
    return x, (r * (v - x) - s * hhh) % P, h * a[2] * b[2] % P


def p256_sum_of_products(k, a, m, b):
    """k a + m b, both at once."""
    table = {1: a, 2: b, 3: p256_add(a, b)}
    total = (1, 1, 0)
    for bit in range(max(k.bit_length(), m.bit_length()) - 1, -1, -1):
        total = p256_double(total)
        which = (k >> bit & 1) | (m >> bit & 1) << 1
        if which:
            total = p256_add(total, table[which])
    return total


def p256_verifies(point, message, der):
    try:
        r, s = der_signature(der)
    except (IndexError, ValueError):
        return False
    if not (0 < r < N and 0 < s < N):
        return False
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    w = pow(s, N - 2, N)
    x, _, z = p256_sum_of_products(e * w % N, G, r * w % N, point)
    return z != 0 and x * pow(z, 2 * (P - 2), P) % P % N == r


def der_signature(der):
    if der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError
    numbers, at = [], 2
    for _ in range(2):
        length = der[at + 1]
        number = der[at + 2 : at + 2 + length]
        if der[at] != 0x02 or len(number) != length or length == 0 or number[0] >= 0x80:
            raise ValueError
        if length > 1 and number[0] == 0 and number[1] < 0x80:
            raise ValueError
        numbers.append(int.from_bytes(number, "big"))
        at += 2 + length
    if at != len(der):
        raise ValueError
    return numbers


# --- Ed25519 (RFC 8032, 5.1.7) ---------------------------------------------------------------------------------------

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, Q - 2, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)


def ed_point(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= Q:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, Q - 2, Q) % Q
    x = pow(xx, (Q + 3) // 8, Q)
    if (x * x - xx) % Q:
        x = x * ROOT % Q
    if (x * x - xx) % Q or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = Q - x
    return x, y, 1, x * y % Q


def ed_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % Q
    f = (a[1] + a[0]) * (b[1] + b[0]) % Q
    g = 2 * a[3] * b[3] * D % Q
    h = 2 * a[2] * b[2] % Q
    s, t, u, v = f - e, h - g, h + g, f + e
    return s * t % Q, u * v % Q, t * u % Q, s * v % Q


def ed_times(k, point):
    total = (0, 1, 1, 0)
    while k:
        if k & 1:
            total = ed_add(total, point)
        point = ed_add(point, point)
        k >>= 1
    return total


BASE = ed_point((4 * pow(5, Q - 2, Q) % Q).to_bytes(32, "little"))


def ed25519_verifies(key, message, signature):
    if len(signature) != 64:
        return False
    point, r, s = ed_point(key), ed_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if point is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = ed_times(s, BASE), ed_add(r, ed_times(h, point))
    return (left[0] * right[2] - right[0] * left[2]) % Q == 0 and (left[1] * right[2] - right[1] * left[2]) % Q == 0


# --- The tree (RFC 6962, 2.1; the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2) --------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_inclusion(index, size, leaf, hashes):
    fn, sn, root = index, size - 1, leaf
    for each in hashes:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            root = node_hash(each, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, each)
        fn, sn = fn >> 1, sn >> 1
    return root if sn == 0 else None


def is_consistent(first, first_root, second, second_root, hashes):
    if first > second:
        return False
    if first == second:
        return first_root == second_root and not hashes
    if first == 0:
        return first_root == hashlib.sha256(b"").digest() and not hashes
    path = list(hashes)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for each in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(each, fr), node_hash(each, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, each)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# --- The files -------------------------------------------------------------------------------------------------------

P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04")
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")


def unbase64(text, where):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("%s: expected base64" % where) from None
    if base64.b64encode(data).decode() != text:
        raise Refused("%s: expected base64 in its one spelling" % where)
    return data


def spki_of(pem, where):
    lines = pem.strip().split("\n")
    if lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        raise Refused("%s: expected a public key in PEM" % where)
    return unbase64("".join(lines[1:-1]), where)


def p256_point(spki, where):
    if len(spki) != len(P256_PREFIX) + 64 or not spki.startswith(P256_PREFIX):
        raise Refused("%s: expected an uncompressed key on P-256" % where)
    x, y = int.from_bytes(spki[-64:-32], "big"), int.from_bytes(spki[-32:], "big")
    if x >= P or y >= P or (y * y - (x * x * x - 3 * x + B)) % P:
        raise Refused("%s: expected a point on the curve" % where)
    return x, y, 1


def read_note(text, where):
    parts = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)", text)
    if not parts:
        raise Refused("%s: expected origin, size, root, an empty line and signatures" % where)
    root = unbase64(parts[3], where + ": root")
    if len(root) != 32:
        raise Refused("%s: root: expected 32 bytes" % where)
    signatures = [line.split(" ")[1:] for line in parts[4].split("\n")[:-1]]
    return parts[1], int(parts[2]), root, signatures


def checkpoint(text, where, origin, key):
    """(size, root) of a note that this log signed."""
    name, size, root, signatures = read_note(text, where)
    if name != origin:
        raise Refused("%s: origin: expected the name in keys/log.vkey" % where)
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
    body = (text[: text.index("\n\n") + 1]).encode()
    for signer, encoded in signatures:
        raw = unbase64(encoded, where + ": signature")
        if signer == origin and raw[:4] == key_id:
            if ed25519_verifies(key, body, raw[4:]):
                return size, root
            raise Refused("%s: signature: expected one that verifies" % where)
    raise Refused("%s: signature: expected one by the key of the log" % where)


def hash_lines(text, where):
    hashes = [unbase64(line, where) for line in text.split("\n")[:-1]]
    if any(len(each) != 32 for each in hashes):
        raise Refused("%s: expected hashes of 32 bytes" % where)
    return hashes


def consistency_file(text, where):
    number = "(0|[1-9][0-9]{0,15})"
    parts = re.fullmatch(r"odv/consistency-proof@v1\nfrom %s\nto %s\n((?:[^\n]+\n)*)" % (number, number), text)
    if not parts:
        raise Refused("%s: expected header, two sizes and hashes" % where)
    return int(parts[1]), int(parts[2]), hash_lines(parts[3], where)


def read_envelope(envelope, where):
    """The signed bytes, the payload and the signatures of a DSSE envelope in the one spelling in which it is written."""
    one = rb'\{(?:"keyid":"SHA256:[A-Za-z0-9+/]+",)?"sig":"([A-Za-z0-9+/=]+)"\}'
    parts = re.fullmatch(
        rb'\{"payload":"([A-Za-z0-9+/=]+)","payloadType":"application/vnd\.in-toto\+json",'
        rb'"signatures":\[' + one + rb"(?:," + one + rb")?(?:," + one + rb")?\]\}",
        envelope,
    )
    if not parts:
        raise Refused("%s: expected an envelope with one to three signatures" % where)
    payload = unbase64(parts[1].decode(), where + ": payload")
    kind = b"application/vnd.in-toto+json"
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signatures = [unbase64(each.decode(), where + ": signature") for each in parts.groups()[1:] if each]
    return pae, payload, signatures


# --- Which key counts where ------------------------------------------------------------------------------------------

KINDS = {"attestation": "attestation-p256", "log": "log-ed25519"}


class Keys:
    """The keys of each kind (SPKI), oldest first, and the entries at which each but the last gave its duty to the next."""

    def __init__(self, read_text):
        self.spki, self.until = {}, {"attestation": [], "log": []}
        for kind, name in KINDS.items():
            self.spki[kind] = []
            while True:
                path = "keys/retired/%s.%d.pub.pem" % (name, len(self.spki[kind]) + 1)
                text = read_text(path, missing=None)
                if text is None:
                    break
                self.spki[kind].append(spki_of(text, path))
            path = "keys/%s.pub.pem" % name
            self.spki[kind].append(spki_of(read_text(path), path))
        for spki in self.spki["log"]:
            if len(spki) != 44 or not spki.startswith(ED25519_PREFIX):
                raise Refused("keys/%s.pub.pem: expected an Ed25519 key" % KINDS["log"])
        for spki in self.spki["attestation"]:
            p256_point(spki, "keys/%s.pub.pem" % KINDS["attestation"])

    def at(self, kind, position):
        """For attestations: an entry; for the log: the size of a checkpoint, which covers the entries below it."""
        behind = [until for until in self.until[kind] if until < position]
        return self.spki[kind][len(behind)]

    def retiring(self, before, size):
        """The log keys whose transition a checkpoint is the first to cover."""
        return [self.spki["log"][i] for i, until in enumerate(self.until["log"]) if before <= until < size]

    def verifies(self, kind, spki, message, signature):
        if kind == "attestation":
            return p256_verifies(p256_point(spki, "key"), message, signature)
        return ed25519_verifies(spki[-32:], message, signature)

    def change(self, seq, envelope, where):
        """Takes the next key of a kind when both keys have signed that, the attestation key in force first."""
        pae, payload, signatures = read_envelope(envelope, where)
        try:
            said = json.loads(payload.decode())["predicate"]
            kind, number = said["key"], said["number"]
            phase, old, new = said["phase"], said["from"]["spki"], said["to"]["spki"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused("%s: expected a key transition" % where) from None
        if any(not isinstance(each, str) for each in (kind, phase, old, new)):
            raise Refused("%s: expected a key transition" % where)
        if phase != "key-transition" or kind not in KINDS:
            raise Refused("%s: expected one signature, or a key transition" % where)
        i = len(self.until[kind])
        keys = self.spki[kind]
        if number != i + 1 or i + 1 >= len(keys) or keys[i + 1] in keys[: i + 1]:
            raise Refused("%s: expected a change to a key of this bundle" % where)
        if unbase64(old, where) != keys[i] or unbase64(new, where) != keys[i + 1]:
            raise Refused("%s: expected a change between keys of this bundle" % where)
        signers = [("attestation", self.at("attestation", seq))]
        signers += [(kind, keys[i])] if kind == "log" else []
        signers += [(kind, keys[i + 1])]
        if len(signers) != len(signatures):
            raise Refused("%s: expected a signature by each key that it takes" % where)
        for (which, spki), signature in zip(signers, signatures):
            if not self.verifies(which, spki, pae, signature):
                raise Refused("%s: signature: expected one by each key that it takes" % where)
        self.until[kind].append(seq)


def numbers_in(directory, pattern, spelling):
    """The numbers that stand in names of files; a number in another spelling is another file, and not of the log."""
    if not os.path.isdir(directory):
        return []
    numbers = (m[1] for m in (re.fullmatch(pattern, name) for name in os.listdir(directory)) if m)
    return sorted(int(number) for number in numbers if spelling % int(number) == number)


def refuse_links(bundle):
    """What is neither a file nor a directory may lead anywhere, or never end."""
    for directory, names, files in os.walk(bundle):
        for name in names + files:
            mode = os.lstat(os.path.join(directory, name)).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise Refused("files: expected files and directories only")


LARGEST_FILE = 16 * 1024 * 1024


def verify(bundle, pins, since, say):
    refuse_links(bundle)

    def read(path):
        try:
            with open(os.path.join(bundle, *path.split("/")), "rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except OSError:
            raise Refused("%s: expected a file that can be read" % path) from None
        if len(data) > LARGEST_FILE:
            raise Refused("%s: expected at most %d bytes" % (path, LARGEST_FILE))
        return data

    def read_text(path, missing=""):
        if missing is None and not os.path.exists(os.path.join(bundle, *path.split("/"))):
            return None
        try:
            return read(path).decode()
        except UnicodeDecodeError:
            raise Refused("%s: expected UTF-8" % path) from None

    keys = Keys(read_text)
    for kind in KINDS:
        own = [pin for pin in pins if pin.startswith(ED25519_PREFIX) == (kind == "log")]
        known = [pin for pin in own if pin in keys.spki[kind]]
        if pins and not known:
            raise Refused("%s key: expected one of the pinned keys" % kind)
        if len(known) < len(own) and keys.spki[kind][-1] not in own:
            raise Refused("%s key: expected all pinned keys, or a pinned one to be the last" % kind)
        for spki in keys.spki[kind]:
            say("key", "%s, SHA-256 of SPKI %s" % (kind, hashlib.sha256(spki).hexdigest()))
    vkey = re.fullmatch(r"([^+\n ]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n", read_text("keys/log.vkey"))
    if not vkey or unbase64(vkey[3], "keys/log.vkey") != b"\x01" + keys.spki["log"][-1][-32:]:
        raise Refused("keys/log.vkey: expected the key in keys/log-ed25519.pub.pem")
    origin = vkey[1]

    entries = numbers_in(os.path.join(bundle, "attestations"), r"([0-9]{6,16})\.dsse\.json", "%06d")
    if not entries:
        raise Refused("attestations: expected at least one")
    changes = set()
    for seq in entries:
        where = "attestations/%06d.dsse.json" % seq
        envelope = read(where)
        if b'"},{' in envelope:
            keys.change(seq, envelope, where)
            changes.add(seq)
            say("changed", "%s, by both keys" % where)
    for kind in KINDS:
        if len(keys.until[kind]) + 1 != len(keys.spki[kind]):
            raise Refused("%s key: expected each to be vouched for by the one before it" % kind)

    def signed_by_log(text, where, before=None):
        """(size, root) of a checkpoint that the key in force signed, and the old one too where the key changed."""
        number = read_note(text, where)[1]
        if before is not None:
            for spki in keys.retiring(before, number):
                checkpoint(text, where, origin, spki[-32:])
        return checkpoint(text, where, origin, keys.at("log", number)[-32:])

    sizes = numbers_in(os.path.join(bundle, "log", "checkpoints"), r"([0-9]{1,16})", "%d")
    note = read_text("log/checkpoint")
    size, root = signed_by_log(note, "log/checkpoint", max(sizes, default=0))
    say("signed", "log/checkpoint, %d entries" % size)

    kept = None if since is None else signed_by_log(since, "since")
    known = {size: root}
    for before, older in zip([0] + sizes, sizes):
        where = "log/checkpoints/%d" % older
        older_size, older_root = signed_by_log(read_text(where), where, before)
        first, second, hashes = consistency_file(read_text("consistency/%d" % older), "consistency/%d" % older)
        if (first, second) != (older, size) or older_size != older or older >= size:
            raise Refused("consistency/%d: sizes: expected those of its checkpoints" % older)
        if not is_consistent(older, older_root, size, root, hashes):
            raise Refused("consistency/%d: expected a proof that verifies" % older)
        known[older] = older_root
        say("consistent", "%s is the beginning of log/checkpoint" % where)
    if kept is not None:
        if kept[0] > size:
            raise Refused("since: rollback: expected a log that only grew")
        if kept[0] > 0 and kept[0] not in known:
            raise Refused("since: fork: expected the bundle to hold the checkpoint of size %d" % kept[0])
        if kept[1] != known.get(kept[0], hashlib.sha256(b"").digest()):
            raise Refused("since: fork: the log signed two histories of its first %d entries" % kept[0])
        say("consistent", "the kept checkpoint is the beginning of log/checkpoint")

    for seq in entries:
        where = "attestations/%06d.dsse.json" % seq
        envelope = read(where)
        if seq not in changes:
            pae, payload, signatures = read_envelope(envelope, where)
            if b'"phase":"key-transition"' in payload:
                raise Refused("%s: expected a key transition to be signed by both keys" % where)
            if not keys.verifies("attestation", keys.at("attestation", seq), pae, signatures[0]):
                raise Refused("%s: signature: expected one by the attestation key in force" % where)
        proof = re.fullmatch(
            r"(?s)c2sp\.org/tlog-proof@v1\nindex (0|[1-9][0-9]{0,15})\n((?:[^\n]+\n)*)\n([^\n].*)",
            read_text(where + ".tlog-proof"),
        )
        if not proof or int(proof[1]) != seq or proof[3] != note:
            raise Refused("%s.tlog-proof: expected a proof of entry %d for log/checkpoint" % (where, seq))
        if seq >= size or root_by_inclusion(seq, size, leaf_hash(envelope), hash_lines(proof[2], where)) != root:
            raise Refused("%s.tlog-proof: expected a proof that verifies" % where)
        say("signed", "%s, and in the log" % where)
    return len(entries), size


def usage(problem):
    sys.stderr.write("%s\n\n%s" % (problem, __doc__))
    return 64


def main(arguments):
    bundle, pins, since = None, [], None
    given = list(arguments)
    try:
        while given:
            argument = given.pop(0)
            if argument in ("-h", "--help"):
                sys.stdout.write(__doc__)
                return 0
            if argument in ("--key", "--since"):
                if not given:
                    return usage("%s: expected a file" % argument)
                with open(given.pop(0), encoding="utf-8") as file:
                    text = file.read()
                if argument == "--key":
                    pins.append(spki_of(text, "--key"))
                else:
                    since = text
            elif argument.startswith("-") or bundle is not None:
                return usage("expected one bundle and the options below")
            else:
                bundle = argument
    except (OSError, UnicodeDecodeError, Refused) as problem:
        return usage("expected files that can be read and are what they are called: %s" % problem)
    if bundle is None or not os.path.isdir(bundle):
        return usage("BUNDLE: expected the directory of a bundle")
    try:
        entries, size = verify(bundle, pins, since, lambda what, text: print("%-11s %s" % (what, text)))
    except Refused as problem:
        print("DOES NOT HOLD  %s" % problem)
        return 1
    print("holds       %d attestations in a log of %d entries" % (entries, size))
    if not pins:
        print(
            "WARNING: no --key was given. This shows only that the bundle agrees with itself: anybody can make such a\n"
            "bundle with keys of their own. Compare the two digests above with ones that you have from another source."
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
