import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { decodeMessage, encodeMessage } from "./message.ts";
import { encodePacket, packetsOf } from "./packet.ts";

const message = {
  version: "2",
  remote_addrs: ["192.0.2.1", "192.0.2.2"],
  none: [],
  children: { oss: { mode: "tunnel" } },
};

test("a message that is written is read as the same", () => {
  assert.deepEqual(decodeMessage(encodeMessage(message)), message);
});

test("the bytes are those of strongSwan's own example", () => {
  // key1 = value1, section1 { sub-section { key2 = value2 } list1 = [ item1, item2 ] }
  const example = { key1: "value1", section1: { "sub-section": { key2: "value2" }, list1: ["item1", "item2"] } };
  const expected = Buffer.from(
    "\x03\x04key1\0\x06value1" +
      "\x01\x08section1\x01\x0bsub-section\x03\x04key2\0\x06value2\x02" +
      "\x04\x05list1\x05\0\x05item1\x05\0\x05item2\x06\x02",
    "latin1",
  );
  assert.deepEqual(encodeMessage(example), expected);
});

test("bytes that end too early or hold an unknown element are refused", () => {
  const bytes = encodeMessage(message);
  for (let length = 1; length < bytes.length; length += 1) {
    const cut = bytes.subarray(0, length);
    try {
      decodeMessage(cut);
    } catch (error) {
      assert.ok(error instanceof RangeError, `cut at ${length}: ${String(error)}`);
    }
  }
  assert.throws(() => decodeMessage(Buffer.of(9)), RangeError);
  assert.throws(() => encodeMessage({ x: "a".repeat(65_536) }), /too long/);
});

test("packets are cut out of a stream wherever its chunks end", async () => {
  const sent = [
    { kind: "request", name: "list-sas", body: encodeMessage(message) },
    { kind: "response", name: "", body: Buffer.alloc(0) },
  ] as const;
  const bytes = Buffer.concat(sent.map(encodePacket));
  const single = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for (const byte of bytes) yield Buffer.of(byte);
  };
  assert.deepEqual(await Array.fromAsync(packetsOf(single())), sent);
});

test("a packet larger than charon may send is refused before it is waited for", async () => {
  await assert.rejects(packetsOf(Readable.from([Buffer.of(0x7f, 0, 0, 0)])).next(), RangeError);
});
