import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readTunnel } from "../model/read-tunnel.ts";
import type { Tunnel } from "../model/tunnel.ts";
import { type KernelEvidence, featuresFor, missingFeatures, parseKernelOptions, parseModuleNames } from "./kernel.ts";

function example(name: string): Tunnel {
  const reading = readTunnel(readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8"), name);
  assert.ok(reading.ok);
  return reading.tunnel;
}

function missing(tunnel: Tunnel, shown: Partial<KernelEvidence>): readonly string[] | undefined {
  const nothing = { release: "6.1.0", present: undefined, available: undefined, options: undefined };
  return missingFeatures(featuresFor(tunnel), { ...nothing, ...shown })?.map(({ module }) => module);
}

const guard = "CONFIG_NF_TABLES=y\nCONFIG_NFT_REJECT_INET=m\n";

test("a kernel with everything built in or as modules lacks nothing", () => {
  const options = parseKernelOptions(
    `${guard}CONFIG_XFRM_USER=m\nCONFIG_INET_ESP=m\nCONFIG_TCP_CONG_BBR=m\nCONFIG_NET_SCH_FQ=m\n`,
  );
  assert.deepEqual(missing(example("tokyo-shanghai.yaml"), { options }), []);
});

test("a kernel without ESP says so by the module's name, and one without interfaces where tunnels have them", () => {
  const options = parseKernelOptions(`${guard}CONFIG_XFRM_USER=y\n# CONFIG_INET_ESP is not set\n`);
  assert.deepEqual(missing(example("tokyo-shanghai.yaml"), { options }), ["esp4", "tcp_bbr", "sch_fq"]);
  assert.deepEqual(missing(example("dual-tunnel.yaml"), { options }), ["esp4", "xfrm_interface", "tcp_bbr", "sch_fq"]);
});

test("charon's own ESP needs a TUN device and no ESP of the kernel", () => {
  const tunnel: Tunnel = { ...example("tokyo-shanghai.yaml"), esp: "userspace" };
  assert.deepEqual(missing(tunnel, { options: parseKernelOptions(guard) }), ["tun", "tcp_bbr", "sch_fq"]);
});

test("modules are found in modules.dep and modules.builtin, compressed or not", () => {
  const available = parseModuleNames(
    "kernel/net/ipv4/esp4.ko.xz: kernel/net/xfrm/xfrm_algo.ko.xz\nkernel/net/xfrm/xfrm_user.ko:\nkernel/net/sched/sch-fq.ko.zst:\nkernel/net/netfilter/nf_tables.ko\n",
  );
  assert.deepEqual([...available].sort(), ["esp4", "nf_tables", "sch_fq", "xfrm_algo", "xfrm_user"]);
  const present = new Set(["nft_reject_inet", "tcp_bbr"]);
  assert.deepEqual(missing(example("tokyo-shanghai.yaml"), { available, present }), []);
});

test("a module that is configured, and whose file is not there, is missing", () => {
  const options = parseKernelOptions(`${guard}CONFIG_XFRM_USER=y\nCONFIG_INET_ESP=m\n`);
  const found = missing(example("tokyo-shanghai.yaml"), { options, available: new Set(["nft_reject_inet"]) });
  assert.deepEqual(found, ["esp4", "tcp_bbr", "sch_fq"]);
});

test("where the kernel shows nothing, nothing is claimed", () => {
  assert.equal(missing(example("tokyo-shanghai.yaml"), { present: new Set() }), undefined);
});
