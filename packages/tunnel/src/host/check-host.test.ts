import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readTunnel } from "../model/read-tunnel.ts";
import type { Tunnel } from "../model/tunnel.ts";
import { checkHost } from "./check-host.ts";
import { type HostFacts, readHostFacts } from "./this-host.ts";

const reading = readTunnel(readFileSync(new URL("../../examples/tokyo-shanghai.yaml", import.meta.url), "utf8"), "t");
assert.ok(reading.ok);
const { tunnel } = reading;

const modules = ["nf_tables", "nft_reject_inet", "xfrm_user", "esp4", "tcp_bbr", "sch_fq"];
const good: HostFacts = {
  kernel: { release: "6.1.0", present: undefined, available: new Set(modules), options: undefined },
  addresses: ["172.16.1.183"],
  missingPrograms: [],
  tunDevice: "there",
};

function said(change: Partial<HostFacts>, of: Tunnel = tunnel): string[] {
  return checkHost(of, { ...good, ...change }).map(({ state, says, cure }) => [state, says, cure].join(" ").trim());
}

test("a host that has everything passes", () => {
  assert.deepEqual(said({}), [
    "ok The kernel 6.1.0 has what the tunnel needs.",
    "ok charon, swanctl, nft and ip are installed.",
    "ok 172.16.1.183 lies in host.networks.",
  ]);
});

test("a host without a kernel module is told which, and what it was for", () => {
  const available = new Set(modules.filter((name) => name !== "esp4" && name !== "tcp_bbr"));
  const lines = said({ kernel: { ...good.kernel, available } });
  assert.match(lines[0] ?? "", /^failure The kernel module esp4 \(CONFIG_INET_ESP\) is missing.*modprobe esp4/);
  assert.match(lines[1] ?? "", /^warning The kernel module tcp_bbr/);
});

test("a container without /dev/net/tun cannot encrypt by itself", () => {
  const lines = said({ tunDevice: "missing" }, { ...tunnel, esp: "userspace" }).join("\n");
  assert.match(lines, /^failure \/dev\/net\/tun is missing\. Give the container --device \/dev\/net\/tun\.$/m);
});

test("a missing program comes with its package", () => {
  const lines = said({ missingPrograms: [{ path: "/usr/sbin/nft", package: "nftables" }] });
  assert.match(lines.join("\n"), /^failure Not installed: \/usr\/sbin\/nft\. Run apt-get install nftables\.$/m);
});

test("a host outside its networks would send nothing into a policy-based tunnel; a routed one does not mind", () => {
  assert.match(said({ addresses: ["10.0.0.7"] }).join("\n"), /^failure None of this host's addresses \(10\.0\.0\.7\)/m);
  assert.doesNotMatch(said({ addresses: ["10.0.0.7"] }, { ...tunnel, selectors: "any" }).join("\n"), /failure/);
});

test("a gateway outside its networks needs tunnels with interfaces: beside mere policies charon would lay no route", () => {
  const gateway: Tunnel = { ...tunnel, role: "gateway" };
  assert.match(
    said({ addresses: ["10.0.0.7"] }, gateway).join("\n"),
    /^failure None of .* or give each tunnel an interfaceId\.$/m,
  );
  const ends = gateway.ends.map((end) => ({ ...end, xfrm: { id: 41, name: "causeway1" } }));
  const available = new Set([...modules, "xfrm_interface"]);
  const routed = said({ addresses: ["10.0.0.7"], kernel: { ...good.kernel, available } }, { ...gateway, ends });
  assert.doesNotMatch(routed.join("\n"), /failure/);
});

test("a kernel that shows nothing is a warning, not a pass", () => {
  const kernel = { release: "6.1.0", present: undefined, available: undefined, options: undefined };
  assert.match(said({ kernel })[0] ?? "", /^warning The kernel 6\.1\.0 shows neither/);
});

test("the facts of the machine that this test runs on can be read", async () => {
  const facts = await readHostFacts();
  assert.match(facts.kernel.release, /^\d/);
  assert.ok(Array.isArray(facts.missingPrograms));
});
