import assert from "node:assert/strict";
import { test } from "node:test";
import { readTunnel } from "@causeway/tunnel/model/read-tunnel.ts";
import { hostFiles, hostUnits } from "./host-files.ts";
import { readHostSettings } from "./host-settings.ts";
import type { HostConfig } from "./read-config.ts";

const tunnelText = `version: 1
name: tokyo-shanghai
host:
  publicAddress: 203.0.113.59
  networks: [172.16.1.0/24]
gateway:
  product: vpn-gateway
  tunnels:
    - { address: 198.51.100.62, key: "ssm:/causeway/tunnel-1" }
oss:
  region: cn-shanghai
`;

function configOf(hostText: string, kind: "with a tunnel" | "without"): HostConfig {
  const host = readHostSettings(hostText, "host.yaml");
  assert.ok("host" in host, JSON.stringify(host));
  if (kind === "without") return { host: host.host, tunnel: undefined };
  const tunnel = readTunnel(tunnelText, "tunnel.yaml");
  assert.ok(tunnel.ok, JSON.stringify(tunnel));
  return { host: host.host, tunnel: tunnel.tunnel };
}

const copying = `version: 1
secrets: { SECRET_KEY: "file:/run/key" }
settings: { DRAIN_TIMEOUT_MS: 60000, LOG_LEVEL: 'a "b" $c \\d' }
`;

test("the worker starts after the guard, and systemd waits longer for it than it drains", () => {
  const files = hostFiles(configOf(copying, "with a tunnel"));
  const dropIn = files.find(({ path }) => path.endsWith("causeway-worker.service.d/host.conf"));
  assert.match(dropIn?.text ?? "", /^Requires=causeway-guard\.service causeway-routes\.service$/m);
  assert.match(dropIn?.text ?? "", /^TimeoutStopSec=90$/m);
});

test("charon gets its keys before its connections, at each start", () => {
  const files = hostFiles(configOf(copying, "with a tunnel"));
  const keys = files.find(({ path }) => path.endsWith("strongswan.service.d/keys.conf"))?.text ?? "";
  assert.ok(keys.indexOf("ExecStartPost=/usr/local/bin/causeway-host load-keys") > 0);
  assert.ok(keys.indexOf("load-conns") > keys.indexOf("load-keys"));
});

test("settings are quoted for systemd, and secrets are named by their place in memory", () => {
  const environment = hostFiles(configOf(copying, "without")).find(({ path }) => path.endsWith("worker.env"))?.text;
  assert.match(environment ?? "", /^LOG_LEVEL="a \\"b\\" \\\$c \\\\d"$/m);
  assert.match(environment ?? "", /^SECRET_KEY_FILE="\/run\/causeway\/secrets\/SECRET_KEY"$/m);
});

test("each kind of host runs its own units, the guard first", () => {
  assert.deepEqual(hostUnits(configOf(copying, "with a tunnel")), [
    "causeway-guard.service",
    "causeway-routes.service",
    "strongswan.service",
    "causeway-relay.service",
    "causeway-secrets.service",
    "causeway-worker.service",
  ]);
  assert.deepEqual(hostUnits(configOf("version: 1\nworker: none\n", "with a tunnel")), [
    "causeway-guard.service",
    "causeway-routes.service",
    "strongswan.service",
    "causeway-relay.service",
    "causeway-metrics.service",
  ]);
  assert.deepEqual(hostUnits(configOf(copying, "without")), ["causeway-secrets.service", "causeway-worker.service"]);
});
