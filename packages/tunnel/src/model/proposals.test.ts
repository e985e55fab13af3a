import assert from "node:assert/strict";
import { test } from "node:test";
import { largestInnerBytes, proposalFaults } from "./proposals.ts";

test("what every gateway speaks passes in both phases", () => {
  for (const product of ["vpn-gateway", "enhanced-vpn-gateway", "transit-router"] as const) {
    assert.deepEqual(proposalFaults("aes256-sha256-modp2048", "ike", product), []);
    assert.deepEqual(proposalFaults("aes128-sha512-modp2048", "esp", product), []);
  }
});

test("GCM passes on an enhanced gateway only, with a prf in the first phase", () => {
  assert.deepEqual(proposalFaults("aes256gcm16-prfsha256-modp2048", "ike", "enhanced-vpn-gateway"), []);
  assert.deepEqual(proposalFaults("aes256gcm16-modp2048", "esp", "enhanced-vpn-gateway"), []);
  assert.match(proposalFaults("aes256gcm16-modp2048", "ike", "enhanced-vpn-gateway")[0]?.says ?? "", /one prf/);
  assert.match(
    proposalFaults("aes256gcm16-modp2048", "esp", "transit-router")[0]?.says ?? "",
    /does not speak aes256gcm16/,
  );
});

test("what a gateway does not speak is named, with what it does speak", () => {
  const [fault] = proposalFaults("aes256-sha256-ecp256", "ike", "vpn-gateway");
  assert.equal(fault?.kind, "unspoken");
  assert.match(fault?.says ?? "", /^A vpn-gateway does not speak ecp256; it speaks aes, .*modp2048\.$/);
});

test("everything weak in a proposal is named", () => {
  const says = proposalFaults("3des-md5", "esp", "vpn-gateway").map(({ kind, says }) => `${kind}: ${says}`);
  assert.equal(says.length, 3);
  assert.match(says.join("\n"), /weak: .*64 bits[^]*weak: .*MD5[^]*weak: .*forward secrecy/);
});

test("an incomplete or doubled proposal is refused", () => {
  for (const proposal of [
    "aes256",
    "aes256-sha256",
    "aes256-aes128-sha256-modp2048",
    "",
    "aes256-sha256-modp2048-modp1024",
  ]) {
    assert.notEqual(proposalFaults(proposal, "ike", "vpn-gateway").length, 0, proposal);
  }
});

test("the largest packet inside the tunnel is what leaves room for the cipher in 1,500 bytes", () => {
  assert.equal(largestInnerBytes(["aes256-sha256-modp2048"]), 1422);
  assert.equal(largestInnerBytes(["aes256-sha512-modp2048"]), 1406);
  assert.equal(largestInnerBytes(["aes256gcm16-modp2048"]), 1438);
  assert.equal(largestInnerBytes(["aes256gcm16-modp2048", "aes256-sha256-modp2048"]), 1422);
});
