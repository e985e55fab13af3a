import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ossBlocks } from "../src/model/oss-blocks.ts";
import { readTunnel } from "../src/model/read-tunnel.ts";
import { printFiles } from "../src/render/files.ts";
import { renderTunnel } from "../src/render/render-tunnel.ts";

const examples = new URL("../examples/", import.meta.url);
const names = readdirSync(examples).filter((name) => name.endsWith(".yaml"));

function rendered(name: string): string {
  const reading = readTunnel(readFileSync(new URL(name, examples), "utf8"), name);
  assert.ok(reading.ok);
  return printFiles(renderTunnel(reading.tunnel));
}

for (const name of names) {
  // `npm run docs` writes these files; read the difference before you commit it.
  test(`${name} becomes the files that stand beside it`, () => {
    assert.equal(rendered(name), readFileSync(new URL(name.replace(/\.yaml$/, ".rendered.txt"), examples), "utf8"));
  });

  test(`no file of ${name} holds a key or says where one is kept`, () => {
    assert.doesNotMatch(rendered(name), /ssm:|secretsmanager:|secret\s*=/);
  });
}

test("there are examples for a single tunnel, two tunnels, a Transit Router and a forwarding gateway", () => {
  assert.deepEqual(names.sort(), [
    "dual-tunnel.yaml",
    "forwarding-gateway.yaml",
    "tokyo-shanghai.yaml",
    "transit-router.yaml",
  ]);
});

test("all blocks of a region go through the tunnel, and are closed beside it", () => {
  const text = rendered("tokyo-shanghai.yaml");
  const blocks = ossBlocks.regions["cn-shanghai"]?.join(", ");
  assert.ok(blocks);
  assert.ok(text.includes(`remote_ts = ${blocks}\n`));
  assert.ok(text.includes(`elements = { ${blocks} }\n`));
});

test("only a forwarding gateway forwards, and nothing but what is between its clients and OSS", () => {
  assert.doesNotMatch(rendered("dual-tunnel.yaml"), /ip_forward/);
  const gateway = rendered("forwarding-gateway.yaml");
  assert.match(gateway, /ip_forward = 1/);
  assert.match(gateway, /hook forward priority filter; policy drop;/);
});

test("the published blocks lie in 100.64.0.0/10 and are dated", () => {
  const all = Object.values(ossBlocks.regions).flat();
  assert.equal(Object.keys(ossBlocks.regions).length, 31);
  for (const block of all) assert.match(block, /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./);
});
