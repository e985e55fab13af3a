import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChildSa, IkeSa } from "../vici/security-associations.ts";
import { type Carrier, carriersOf, covered, flowAfter, whyNothingIsCarried, whyStalled } from "./judge.ts";

const child: ChildSa = {
  name: "lab-1",
  state: "INSTALLED",
  localBlocks: ["172.16.1.0/24"],
  remoteBlocks: ["100.98.35.0/24", "100.118.102.10/32", "100.98.110.7", "2001:db8::/32", "100.98.169.0/24[tcp/443]"],
  bytesIn: 0,
  bytesOut: 0,
  installedSeconds: 1,
  isUdpEncapsulated: true,
  algorithms: "AES_CBC-256",
};
const sa: IkeSa = {
  name: "lab-1",
  state: "ESTABLISHED",
  remoteAddress: "198.51.100.62",
  establishedSeconds: 1,
  children: [child],
};
const carrier = (bytesIn: number, bytesOut: number): readonly Carrier[] => [
  { ...child, remoteAddress: "198.51.100.62", bytesIn, bytesOut },
];

describe("what carries packets", () => {
  test("is an installed child of an established conversation, and nothing less", () => {
    assert.equal(carriersOf([sa]).length, 1);
    assert.deepEqual(carriersOf([{ ...sa, state: "CONNECTING" }]), []);
    assert.deepEqual(carriersOf([{ ...sa, children: [{ ...child, state: "REKEYED" }] }]), []);
  });

  test("a conversation without a child is told apart from none", () => {
    assert.equal(whyNothingIsCarried([sa]), undefined);
    assert.match(whyNothingIsCarried([]) ?? "", /no security association/);
    assert.match(whyNothingIsCarried([{ ...sa, state: "CONNECTING" }]) ?? "", /CONNECTING with the gateway 198/);
    assert.match(whyNothingIsCarried([{ ...sa, children: [] }]) ?? "", /answers, but no CHILD_SA is installed/);
  });

  test("covers the blocks and addresses that its selectors name", () => {
    const carriers = carriersOf([sa]);
    const inside = ["100.98.35.9", "100.118.102.10", "100.98.110.7", "2001:db8::1", "100.98.169.1"];
    assert.deepEqual(covered([...inside, "100.118.102.11", "8.8.8.8", "2001:db9::1"], carriers), inside);
    const any = [{ ...child, remoteAddress: "x", remoteBlocks: ["0.0.0.0/0"] }];
    assert.deepEqual(covered(["100.1.2.3"], any), ["100.1.2.3"]);
    assert.deepEqual(covered(inside, []), []);
  });
});

describe("a tunnel that stands and does not work", () => {
  test("is one into which bytes go for eight seconds, and out of which none comes", () => {
    let flow = flowAfter(undefined, carrier(100, 100), 0);
    flow = flowAfter(flow, carrier(100, 200), 1000);
    flow = flowAfter(flow, carrier(100, 300), 7999);
    assert.equal(whyStalled(flow), undefined);
    flow = flowAfter(flow, carrier(100, 400), 9000);
    assert.match(whyStalled(flow) ?? "", /gone into the tunnel for 9 s/);
    assert.equal(whyStalled(flowAfter(flow, carrier(101, 500), 9100)), undefined);
  });

  test("a tunnel that nobody uses works", () => {
    let flow = flowAfter(undefined, carrier(100, 100), 0);
    flow = flowAfter(flow, carrier(100, 100), 60_000);
    assert.equal(whyStalled(flow), undefined);
    // The wait begins with the first byte that goes in.
    assert.equal(whyStalled(flowAfter(flow, carrier(100, 101), 61_000)), undefined);
  });

  test("a child that was rekeyed counts from nought, and that is movement", () => {
    let flow = flowAfter(undefined, carrier(0, 5000), 0);
    flow = flowAfter(flow, carrier(0, 6000), 7000);
    flow = flowAfter(flow, carrier(0, 10), 9000);
    assert.equal(whyStalled(flow), undefined);
  });
});
