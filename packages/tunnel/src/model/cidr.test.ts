import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Cidr, contains, overlaps, parseCidr, startsAtNetwork } from "./cidr.ts";

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
const block = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([first, bits]) => `${first}/${bits}`);

function parsed(text: string): Cidr {
  const cidr = parseCidr(text);
  assert.ok(cidr, text);
  return cidr;
}

test("a block contains exactly the addresses that Node's own block list says", () => {
  fc.assert(
    fc.property(block, address, (text, inside) => {
      const [network = "", bits] = text.split("/");
      const list = new BlockList();
      list.addSubnet(network, Number(bits));
      assert.equal(contains(parsed(text), parsed(inside)), list.check(inside));
    }),
  );
});

test("blocks overlap where one contains the other's first address, whichever is asked first", () => {
  assert.equal(overlaps(parsed("172.16.0.0/16"), parsed("172.16.1.0/24")), true);
  assert.equal(overlaps(parsed("172.16.1.0/24"), parsed("172.16.0.0/16")), true);
  assert.equal(overlaps(parsed("172.16.0.0/24"), parsed("172.16.1.0/24")), false);
  assert.equal(overlaps(parsed("100.114.114.0/25"), parsed("100.114.114.128/25")), false);
});

test("what is no block is not read as one", () => {
  for (const text of ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.256/8", "010.0.0.0/8", "::1/128", "a.b.c.d"]) {
    assert.equal(parseCidr(text), undefined, text);
  }
});

test("a block is written by its first address", () => {
  assert.equal(startsAtNetwork(parsed("172.16.1.0/24")), true);
  assert.equal(startsAtNetwork(parsed("172.16.1.1/24")), false);
});
