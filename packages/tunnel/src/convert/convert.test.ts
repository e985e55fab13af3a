import assert from "node:assert/strict";
import { test } from "node:test";
import { readTunnel } from "../model/read-tunnel.ts";
import { faultLine } from "../model/yaml-lines.ts";
import { type Conversion, convertIpsec } from "./convert.ts";

/** The ipsec.conf of the 2018 guide that this product comes from, with its remarks. */
const guide = `conn %default
  authby=psk
  type=tunnel
  keyexchange=ikev2
  auto=start
  ike=aes-sha1-modp1024
  ikelifetime=86400s
  esp=aes-sha1-modp1024
  lifetime=86400s
conn abc_shanghai_oss
  left=172.16.1.183 //// Local IP address of EC2(Strongswan installed )
  leftsubnet=172.16.1.0/24 //// AWS Tokyo VPC CIDR.
  leftid=3.112.29.59 //// Public IP address as ID.
  right=47.74.46.62 //// Public IP address of Alibaba Cloud VPN Gateway
  rightid=47.74.46.62 //// Public IP address as ID.
  rightsubnet=100.118.102.0/24 //// Note(1)
`;

function converted(text: string, secrets?: string): Conversion {
  return convertIpsec({
    conf: { file: "ipsec.conf", text },
    secrets: secrets === undefined ? undefined : { file: "ipsec.secrets", text: secrets },
  });
}

function remarksOf(text: string, secrets?: string): string {
  return converted(text, secrets).remarks.map(faultLine).join("\n");
}

test("the guide's ipsec.conf becomes a tunnel.yaml of the same path, with strong proposals and all blocks", () => {
  const { yaml, faults } = converted(guide);
  assert.deepEqual(faults, []);
  const reading = readTunnel(yaml ?? "", "tunnel.yaml");
  assert.ok(reading.ok);
  const { tunnel } = reading;
  assert.equal(tunnel.name, "abc-shanghai-oss");
  assert.equal(tunnel.publicAddress, "3.112.29.59");
  assert.deepEqual(tunnel.networks, ["172.16.1.0/24"]);
  assert.deepEqual(
    tunnel.ends.map(({ address, key }) => [address, key]),
    [["47.74.46.62", "ssm:/causeway/abc-shanghai-oss/tunnel-1"]],
  );
  assert.equal(tunnel.region, "cn-shanghai");
  assert.equal(tunnel.ossBlocks.length, 4);
  assert.deepEqual(tunnel.ikeProposals, ["aes256-sha256-modp2048"]);
});

test("everything weak in the guide's ipsec.conf is named with its line", () => {
  const remarks = remarksOf(guide);
  assert.match(remarks, /^ipsec\.conf:6: ike=aes-sha1-modp1024 is weak: SHA-1 is broken\./m);
  assert.match(remarks, /^ipsec\.conf:6: ike=aes-sha1-modp1024 is weak: a group of 1,024 bits/m);
  assert.match(remarks, /^ipsec\.conf:8: esp=aes-sha1-modp1024 is weak: SHA-1 is broken\./m);
  assert.match(remarks, /^ipsec\.conf:7: ikelifetime is as long as the gateway's own/m);
  assert.match(remarks, /^ipsec\.conf:9: lifetime is as long/m);
  assert.match(remarks, /^ipsec\.conf:10: Nothing here brings the tunnel up again/m);
  assert.match(
    remarks,
    /^ipsec\.conf:16: Of cn-shanghai's blocks 100\.98\.35\.0\/24, 100\.98\.110\.0\/24, 100\.98\.169\.0\/24 are missing/m,
  );
  assert.match(remarks, /^ipsec\.conf:10: Nothing here stops packets from leaving in clear/m);
});

test("3DES, MD5, IKEv1, aggressive mode and a missing group are named", () => {
  const old = guide
    .replace("keyexchange=ikev2", "keyexchange=ikev1\n  aggressive=yes")
    .replace("esp=aes-sha1-modp1024", "esp=3des-md5!");
  const remarks = remarksOf(old);
  for (const word of ["IKEv1 is obsolete", "Aggressive mode", "64 bits", "MD5 is broken", "forward secrecy"]) {
    assert.ok(remarks.includes(word), word);
  }
});

test("keys in ipsec.secrets are judged and never shown", () => {
  const remarks = remarksOf(guide, '3.112.29.59 47.74.46.62 : PSK "abc 123"\n');
  assert.match(
    remarks,
    /^ipsec\.secrets:1: The key for .* lies here in clear\. Store it as ssm:\/causeway\/abc-shanghai-oss\/tunnel-1/m,
  );
  assert.match(remarks, /^ipsec\.secrets:1: The key contains a space, which Alibaba's gateways refuse\./m);
  assert.match(remarks, /^ipsec\.secrets:1: The key has fewer than 20 characters/m);
  assert.doesNotMatch(remarks, /abc 123/);
});

test("a key in base64 or hexadecimal is judged by what it stands for", () => {
  const good = "0123456789abcdef0123456789abcdef";
  const base64 = Buffer.from(good).toString("base64");
  assert.doesNotMatch(remarksOf(guide, `%any : PSK 0s${base64}\n`), /The key (has|contains)/);
  assert.match(remarksOf(guide, `: PSK 0x${Buffer.from("a b").toString("hex")}\n`), /contains a space/);
  assert.match(remarksOf(guide, ": PSK 0s%%%\n"), /ipsec\.secrets:1: The key is not the base64/);
});

test("a missing key, or one for somebody else, is said", () => {
  assert.match(
    remarksOf(guide, '198.51.100.1 : PSK "xxxxxxxxxxxxxxxxxxxxxxxx"\n'),
    /There is no PSK for 3\.112\.29\.59 and 47\.74\.46\.62/,
  );
});

test("two connections become two tunnels with interfaces of their own", () => {
  const two = `${guide}conn second\n  also=abc_shanghai_oss\n  right=47.74.46.63\n  rightid=47.74.46.63\n`;
  const { yaml, faults } = converted(two);
  assert.deepEqual(faults, []);
  const reading = readTunnel(yaml ?? "", "t");
  assert.deepEqual(reading.ok && reading.tunnel.ends.map(({ address, xfrm }) => [address, xfrm?.id]), [
    ["47.74.46.62", 41],
    ["47.74.46.63", 42],
  ]);
});

test("selectors of 0.0.0.0/0 get an interface, and the region has to be told", () => {
  const any = guide.replace("100.118.102.0/24", "0.0.0.0/0");
  assert.match(converted(any).faults.map(faultLine).join(), /No blocks are known for the region unknown/);
  const told = convertIpsec({ conf: { file: "ipsec.conf", text: any }, region: "cn-shanghai" });
  assert.deepEqual(told.faults, []);
  assert.match(told.yaml ?? "", /selectors: any[^]*interfaceId: 41/);
});

test("addresses that are no published block of OSS are kept as they are", () => {
  const { yaml, faults } = converted(guide.replace("100.118.102.0/24", "172.19.48.0/28"));
  assert.deepEqual(faults, []);
  assert.match(yaml ?? "", /blocks: \[172\.19\.48\.0\/28\]/);
});

test("what cannot be converted is refused, all at once, with lines and cures", () => {
  const broken = guide
    .replace("authby=psk", "authby=pubkey")
    .replace("type=tunnel", "type=transport")
    .replace("right=47.74.46.62", "right=10.0.0.1")
    .replace("leftid=3.112.29.59", "leftid=10.0.0.2");
  const { yaml, faults } = converted(`${broken}include /etc/ipsec.d/*.conf\nwhat is this\n`);
  assert.equal(yaml, undefined);
  assert.deepEqual(
    faults.map(({ line }) => line).sort((a, b) => a - b),
    [2, 3, 13, 14, 17, 18],
  );
});

test("a file without a connection is refused", () => {
  assert.match(converted("config setup\n  uniqueids=no\n").faults.map(faultLine).join(), /^ipsec\.conf:1: No conn/);
});

test("sections that take from one another in a circle are read once", () => {
  const circle =
    "conn a\n also=b\n right=47.74.46.62\nconn b\n also=a\n authby=psk\n leftid=3.112.29.59\n left=172.16.1.2\n";
  assert.equal(converted(circle).faults.length > 0, true);
});
