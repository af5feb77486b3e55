#!/usr/bin/env python3
"""Draws a sample again from the text of docs/sampling.md alone, in another language than the workstation's. Standard library only.

usage: redraw.py METHOD SIZE SEED < items, one a line: key TAB amount-in-ten-thousandths TAB stratum
prints the drawn keys, one a line, in the order in which they are drawn.
"""
import hashlib
import sys


class Generator:
    def __init__(self, seed):
        self.prefix = b"kompl-sample-1\x00" + bytes.fromhex(seed)
        self.counter = 0
        self.words = []

    def word(self):
        if not self.words:
            block = hashlib.sha256(self.prefix + self.counter.to_bytes(8, "big")).digest()
            self.counter += 1
            self.words = [int.from_bytes(block[at:at + 8], "big") for at in (0, 8, 16, 24)]
        return self.words.pop(0)

    def below(self, bound):
        limit = 2**64 - 2**64 % bound
        while True:
            word = self.word()
            if word < limit:
                return word % bound


def choose(items, size, generator):
    items = list(items)
    for at in range(size):
        other = at + generator.below(len(items) - at)
        items[at], items[other] = items[other], items[at]
    return items[:size]


def systematic(items, size, generator):
    start = generator.below(len(items))
    return [items[(start + at * len(items)) // size] for at in range(size)]


def monetary_unit(items, size, generator):
    positive = [item for item in items if item[1] > 0]
    interval = sum(item[1] for item in positive) // size
    unit = generator.below(interval)
    drawn = [item for item in positive if item[1] >= interval]
    passed = 0
    for item in positive:
        if item[1] >= interval:
            continue
        passed += item[1]
        if unit < passed:
            drawn.append(item)
            unit += interval
    return drawn


def stratified(items, size, generator):
    strata = {}
    for item in items:
        strata.setdefault(item[2], []).append(item)
    names = sorted(strata, key=lambda name: name.encode())
    total = len(items)
    shares = {name: size * len(strata[name]) // total for name in names}
    remainders = sorted(range(len(names)), key=lambda at: (-(size * len(strata[names[at]]) % total), at))
    for at in remainders[:size - sum(shares.values())]:
        shares[names[at]] += 1
    return [item for name in names for item in choose(strata[name], shares[name], generator)]


METHODS = {"random": choose, "attribute": choose, "systematic": systematic, "monetary_unit": monetary_unit, "stratified": stratified}


def main():
    method, size, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    items = []
    for line in sys.stdin.buffer.read().decode().split("\n"):
        if line:
            key, amount, stratum = line.split("\t")
            items.append((key, int(amount), stratum))
    items.sort(key=lambda item: item[0].encode())
    out = "".join(item[0] + "\n" for item in METHODS[method](items, size, Generator(seed)))
    sys.stdout.buffer.write(out.encode())


if __name__ == "__main__":
    main()
