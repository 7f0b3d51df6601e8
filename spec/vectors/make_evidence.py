#!/usr/bin/env python3
"""Writes evidence.json: the definition of evidence.md in Python's exact integers. Run: python3 make_evidence.py > evidence.json"""
import hashlib
import json
import random

ONE = 1 << 32


def normal(value, exponent):
    """The greatest mantissa * 2^exponent with a mantissa of 64 bits that is no greater than value * 2^exponent."""
    if value == 0:
        return (0, 0)
    drop = value.bit_length() - 64
    value = value >> drop if drop >= 0 else value << -drop
    exponent += drop
    return (0, 0) if exponent < -(1 << 28) else (value, exponent)


def plus(a, b):
    if not a[0] or not b[0]:
        return a if a[0] else b
    low = min(a[1], b[1])
    return normal((a[0] << (a[1] - low)) + (b[0] << (b[1] - low)), low)


def times(a, b):
    return normal(a[0] * b[0], a[1] + b[1])


def smaller(a, b):
    return b if a[0] and (a[1], a[0]) > (b[1], b[0]) else a


def reaches(a, power):
    return a[0] != 0 and a[1] + 63 >= power


def log2_256ths(a):
    mantissa, bits = a[0], 0
    if mantissa == 0:
        return 0
    for _ in range(8):
        square = mantissa * mantissa
        carry = square >> 127
        mantissa = square >> (63 + carry)
        bits = bits << 1 | carry
    return (a[1] + 63) * 256 + bits


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, width in [(24, 1), (25, 2), (26, 4), (27, 8)]:
        if argument < 1 << 8 * width:
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise ValueError


def integer(value):
    return head(1, -1 - value) if value < 0 else head(0, value)


class Evidence:
    def __init__(self, policy, ticks=0, episode=1):
        self.policy, self.ticks, self.episode = policy, ticks, episode
        self.t = self.severity = self.calm = self.fail_bits = self.pass_bits = 0
        self.latched = self.passes = False
        self.wealth = [(0, 0)] * 48
        m, d = policy["null_mean"], policy["margin"]
        # (null mean, turned round, bets)
        self.processes = [(m, False, 8), (ONE - m - d, True, 8)]
        self.processes += [(m + k * (ONE - m) // 9, False, 4) for k in range(1, 9)]

    def observe(self, x):
        self.ticks += 1
        self.t += 1
        spent = (self.episode * (self.episode + 1) - 1).bit_length()
        fail_at, pass_at = self.policy["fail_bits"] + spent, self.policy["pass_bits"] + spent
        given = normal((1 << 127) // (self.t * (self.t + 1)), -127)
        sums, index = [], 0
        for mean, turned, bets in self.processes:
            y = ONE - x if turned else x
            ratio = (y << 64) // mean
            total = (0, 0)
            for j in range(1, bets + 1):
                stake = 29 * j * (8 // bets)
                factor = normal(((256 - stake) << 64) + stake * ratio, -72)
                share = (given[0], given[1] - (bets.bit_length() - 1))
                grown = times(plus(self.wealth[index], share), factor)
                cap = pass_at + 8 - 3 if turned else 1 << 20
                self.wealth[index] = smaller(grown, (1 << 63, cap - 63))
                total = plus(total, self.wealth[index])
                index += 1
            sums.append(total)
        self.fail_bits, self.pass_bits = log2_256ths(sums[0]), log2_256ths(sums[1])
        self.passes = reaches(sums[1], pass_at)
        was_latched = self.latched
        self.latched = was_latched or reaches(sums[0], fail_at)
        if self.latched:
            k = max([k for k in range(1, 9) if reaches(sums[1 + k], fail_at)], default=0)
            self.severity = max(self.severity, 1, 255 * k // 9)
        if was_latched:
            self.calm = self.calm + 1 if x <= self.policy["null_mean"] else 0
            if self.policy["cool_down"] and self.calm >= self.policy["cool_down"]:
                self.rearm()

    def rearm(self):
        if self.latched:
            self.__init__(self.policy, self.ticks, self.episode + 1)

    def decision(self):
        return f"fail {self.severity}" if self.latched else "pass" if self.passes else "inconclusive"

    def digest(self):
        names = ["null_mean", "margin", "fail_bits", "pass_bits", "cool_down"]
        out = head(4, 14) + head(3, 15) + b"avouch.evidence" + integer(1) + head(4, 5)
        out += b"".join(integer(self.policy[name]) for name in names)
        out += integer(self.ticks) + integer(self.episode) + integer(self.t)
        out += bytes([0xF5 if self.latched else 0xF4]) + integer(self.severity) + integer(self.calm)
        out += integer(self.fail_bits) + integer(self.pass_bits) + bytes([0xF5 if self.passes else 0xF4])
        out += b"\xf6" + head(2, 48 * 12)
        for mantissa, exponent in self.wealth:
            out += mantissa.to_bytes(8, "big") + (exponent % (1 << 32)).to_bytes(4, "big")
        return hashlib.sha256(out).hexdigest()


def main():
    rng, lines = random.Random(2), []
    cases = [("quiet, loud, quiet", 0.3, 0.1, 7, 7, 6, [(200, 0.2), (60, 0.9), (200, 0.1)]),
             ("narrow", 0.05, 0.0, 10, 3, 0, [(150, 0.04), (200, 0.3)]),
             ("near one", 0.95, 0.02, 4, 4, 3, [(300, 0.99), (100, 0.2)])]
    for name, m, d, fail, passing, cool_down, parts in cases:
        policy = {"null_mean": int(m * ONE), "margin": int(d * ONE), "fail_bits": fail, "pass_bits": passing, "cool_down": cool_down}
        evidence = Evidence(policy)
        lines.append(json.dumps({"stream": name, **policy}))
        for ticks, level in parts:
            for tick in range(ticks):
                x = rng.choice([0, ONE]) if rng.random() < 0.1 else int(ONE * min(1.0, level * (0.5 + rng.random())))
                evidence.observe(x)
                # A rearm follows every seventieth observation and does nothing unless an alarm stands.
                if evidence.ticks % 70 == 0:
                    evidence.rearm()
                lines.append(json.dumps({"x": x, "fail": evidence.fail_bits, "pass": evidence.pass_bits, "episode": evidence.episode,
                                         "decision": evidence.decision(), "digest": evidence.digest()}))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
