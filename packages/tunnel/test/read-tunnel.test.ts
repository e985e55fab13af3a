import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { readTunnel } from "../src/model/read-tunnel.ts";
import { faultLine } from "../src/model/yaml-lines.ts";

const examples = new URL("../examples/", import.meta.url);
const simple = readFileSync(new URL("tokyo-shanghai.yaml", examples), "utf8");
const dual = readFileSync(new URL("dual-tunnel.yaml", examples), "utf8");

/** The sentences for `text`; none: it is accepted. */
function faultsOf(text: string): string[] {
  const reading = readTunnel(text, "tunnel.yaml");
  return reading.ok ? [] : reading.faults.map(faultLine);
}

/** Puts `to` where `from` stands, and fails where it does not stand, so that no case tests the file as it was. */
function changed(text: string, from: string, to: string): string {
  assert.ok(text.includes(from), `${from} is not in the example`);
  return text.replace(from, to);
}

for (const name of readdirSync(examples).filter((name) => name.endsWith(".yaml"))) {
  test(`the example ${name} is accepted`, () => {
    assert.deepEqual(faultsOf(readFileSync(new URL(name, examples), "utf8")), []);
  });
}

interface Case {
  readonly title: string;
  readonly text: string;
  readonly says: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    title: "a network that overlaps with a VPC behind the gateway",
    text: changed(simple, "[172.16.1.0/24]", "[172.19.48.0/20]"),
    says: [
      /^tunnel\.yaml:6: 172\.19\.48\.0\/20 overlaps with 172\.19\.0\.0\/16, a VPC behind the gateway.*other addresses\.$/,
    ],
  },
  {
    title: "networks that overlap with each other",
    text: changed(simple, "[172.16.1.0/24]", "[172.16.0.0/16, 172.16.1.0/24]"),
    says: [/^tunnel\.yaml:6: 172\.16\.1\.0\/24 overlaps with 172\.16\.0\.0\/16\. Keep each address in one block\.$/],
  },
  {
    title: "a network in 100.64.0.0/10, where Alibaba's services answer",
    text: changed(simple, "[172.16.1.0/24]", "[100.70.0.0/16]"),
    says: [/^tunnel\.yaml:6: 100\.70\.0\.0\/16 overlaps with 100\.64\.0\.0\/10/],
  },
  {
    title: "a block that does not begin at its first address",
    text: changed(simple, "[172.16.1.0/24]", "[172.16.1.183/24]"),
    says: [/^tunnel\.yaml:6: 172\.16\.1\.183\/24 does not begin at its first address\. Write 172\.16\.1\.0\/24\.$/],
  },
  {
    title: "a pinned address outside the region's blocks",
    text: `${simple}  addresses: [100.118.102.10, 100.118.28.7]\n`,
    says: [/^tunnel\.yaml:16: 100\.118\.28\.7 lies in none of the blocks 100\.98\.35\.0\/24/],
  },
  {
    title: "another region's endpoint",
    text: changed(simple, "oss-cn-shanghai-internal", "oss-cn-hangzhou-internal"),
    says: [/^tunnel\.yaml:15: .* it is an endpoint of cn-hangzhou\. Write oss-cn-shanghai-internal\.aliyuncs\.com/],
  },
  {
    title: "the endpoint on the internet",
    text: changed(simple, "-internal", ""),
    says: [/^tunnel\.yaml:15: .* it is the endpoint on the internet\. Write oss-cn-shanghai-internal/],
  },
  {
    title: "a region that is not in the data",
    text: changed(simple, "region: cn-shanghai", "region: oss-cn-shanghai"),
    says: [/^tunnel\.yaml:14: No blocks are known for the region oss-cn-shanghai .* Write cn-shanghai\.$/],
  },
  {
    title: "a proposal that the gateway does not speak",
    text: changed(simple, "product: vpn-gateway", "product: vpn-gateway\n  espProposals: [aes256gcm16-modp2048]"),
    says: [
      /^tunnel\.yaml:9: A vpn-gateway does not speak aes256gcm16; it speaks aes, .*Write aes256-sha256-modp2048\.$/,
    ],
  },
  {
    title: "a weak proposal, until it is accepted in so many words",
    text: changed(simple, "product: vpn-gateway", "product: vpn-gateway\n  ikeProposals: [aes-sha1-modp1024]"),
    says: [
      /^tunnel\.yaml:9: aes-sha1-modp1024 is weak: SHA-1 is broken.*weakProposals: accept/,
      /^tunnel\.yaml:9: .*group 2/,
    ],
  },
  {
    title: "a tunnel without a reference to its key",
    text: changed(simple, "      key: ssm:/causeway/tokyo-shanghai/tunnel-1\n", ""),
    says: [/^tunnel\.yaml:11: gateway\.tunnels\.0\.key is missing\. Store the key, .*ssm:/],
  },
  {
    title: "a key written out, which no message repeats",
    text: changed(simple, "ssm:/causeway/tokyo-shanghai/tunnel-1", "hunter2-hunter2"),
    says: [
      /^tunnel\.yaml:12: gateway\.tunnels\.0\.key must say where the pre-shared key is kept, not the key(?!.*hunter2)/,
    ],
  },
  {
    title: "selectors of 0.0.0.0/0 without an interface id",
    text: changed(dual, "      interfaceId: 42\n", ""),
    says: [
      /^tunnel\.yaml:14: Selectors of 0\.0\.0\.0\/0 without an interface id would take all .* selectors: blocks\.$/,
    ],
  },
  {
    title: "0.0.0.0/0 written as a network",
    text: changed(simple, "[172.16.1.0/24]", "[0.0.0.0/0]"),
    says: [/^tunnel\.yaml:6: 0\.0\.0\.0\/0 would take all of the host's traffic/],
  },
  {
    title: "two tunnels that the kernel cannot tell apart",
    text: changed(
      changed(changed(dual, "selectors: any", "selectors: blocks"), "      interfaceId: 41\n", ""),
      "      interfaceId: 42\n",
      "",
    ),
    says: [
      /^tunnel\.yaml:11: The kernel cannot tell two tunnels/,
      /^tunnel\.yaml:13: The kernel cannot tell two tunnels/,
    ],
  },
  {
    title: "two tunnels with one address or one interface id",
    text: changed(changed(dual, "47.74.46.63", "47.74.46.62"), "interfaceId: 42", "interfaceId: 41"),
    says: [/^tunnel\.yaml:14: 47\.74\.46\.62 is already another/, /^tunnel\.yaml:16: 41 is already another/],
  },
  {
    title: "interfaces where charon itself encrypts",
    text: changed(dual, "host:", "esp: userspace\nhost:"),
    says: [/^tunnel\.yaml:14: charon's own ESP/, /^tunnel\.yaml:17: charon's own ESP/],
  },
  {
    title: "packets that no longer fit the internet once they are encrypted",
    text: changed(`${simple}mtuBytes: 1438\n`, "product: vpn-gateway", "product: vpn-gateway"),
    says: [/^tunnel\.yaml:16: Packets of 1438 bytes no longer fit 1,500 once they are encrypted; 1422 do\./],
  },
  {
    title: "a word that is not known",
    text: changed(simple, "  product:", "  prodct: x\n  product:"),
    says: [/^tunnel\.yaml:8: gateway\.prodct is not known\./],
  },
  {
    title: "a value of the wrong kind",
    text: changed(simple, "version: 1", "version: two"),
    says: [/^tunnel\.yaml:2: version must be 1\./],
  },
  { title: "text that is not YAML", text: "version: 1\n  name: [", says: [/^tunnel\.yaml:\d+: This is not YAML: /] },
  { title: "an empty file", text: "# nothing\n", says: [/^tunnel\.yaml:1: The file is empty\./] },
  {
    title: "two documents in one file",
    text: `${simple}---\n${simple}`,
    says: [/^tunnel\.yaml:16: A second document/],
  },
  {
    title: "aliases, which could unfold without end",
    text: changed(simple, "[172.16.1.0/24]", "&a [172.16.1.0/24]").concat("mtuBytes: *a\n"),
    says: [/^tunnel\.yaml:16: An alias \(\*name\) stands here\./],
  },
];

for (const { title, text, says } of cases) {
  test(`tunnel.yaml is refused, with line and cure, for ${title}`, () => {
    const faults = faultsOf(text);
    assert.equal(faults.length >= says.length && says.length > 0, true, faults.join("\n"));
    for (const [index, pattern] of says.entries()) assert.match(faults[index] ?? "", pattern);
  });
}

test("everything that is wrong is said at once, in the order of the lines", () => {
  const broken = [
    ["[172.16.1.0/24]", "[172.19.0.0/24]"],
    ["product: vpn-gateway", "product: vpn-gateway\n  ikeProposals: [aes256-sha256-ecp256]"],
    ["-internal", ""],
  ].reduce((text, [from = "", to = ""]) => changed(text, from, to), simple);
  const lines = faultsOf(broken).map((line) => Number(line.split(":")[1]));
  assert.deepEqual(lines, [6, 9, 16]);
});

test("weak proposals pass where tunnel.yaml accepts them, so that a gateway can be cut over", () => {
  const old =
    "product: vpn-gateway\n  weakProposals: accept\n  ikeProposals: [aes256-sha256-modp2048, aes-sha1-modp1024]";
  assert.deepEqual(faultsOf(changed(simple, "product: vpn-gateway", old)), []);
});

test("blocks in tunnel.yaml take the place of the published ones", () => {
  const reading = readTunnel(
    changed(simple, "  endpoint: oss-cn-shanghai-internal.aliyuncs.com\n", "  blocks: [172.19.48.0/28]\n"),
    "t",
  );
  assert.deepEqual(reading.ok ? reading.tunnel.ossBlocks : reading.faults, ["172.19.48.0/28"]);
});
