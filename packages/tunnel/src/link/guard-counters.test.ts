import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createRefusedReader, packetsIn } from "./guard-counters.ts";

test("the guard's counters are added up, and others are left out", () => {
  const listed = [{ metainfo: {} }, counter("refused_out", 3), counter("refused_in", 2), counter("other", 100)];
  assert.equal(packetsIn(JSON.stringify({ nftables: listed })), 5);
  const others = JSON.stringify({ nftables: [{ metainfo: {} }, counter("other", 100)] });
  assert.throws(() => packetsIn(others), /none of its counters/, "nought would say that nothing was refused");
});

function counter(name: string, packets: number) {
  return { counter: { family: "inet", name, table: "t", packets, bytes: 1 } };
}

describe("a guard that cannot be read says why, and never nought", () => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-nft-"));
  after(() => rmSync(folder, { recursive: true }));

  /** What is read of an nft that says this on standard error, or on standard output, and ends so. */
  function readOf(script: string): Promise<number | string> {
    const nft = join(folder, `nft-${Math.random()}`);
    writeFileSync(nft, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return createRefusedReader(nft)();
  }

  test("nft is missing", async () => {
    assert.equal(await createRefusedReader(join(folder, "none"))(), "The guard cannot be read: nft is not installed.");
  });

  test("the guard is not loaded", async () => {
    const says = "Error: No such file or directory\\nlist counters table inet causeway_guard\\n     ^^^^";
    assert.equal(
      await readOf(`printf '${says}' >&2; exit 1`),
      "The guard cannot be read: it is not loaded, there is no table inet causeway_guard.",
    );
  });

  test("the process has no right to look", async () => {
    assert.equal(
      await readOf("printf 'Operation not permitted (you must be root)\\nmore' >&2; exit 1"),
      "The guard cannot be read: nft says: Operation not permitted (you must be root).",
    );
  });

  test("its table has lost its counters", async () => {
    assert.match(String(await readOf(`echo '{"nftables": [{"metainfo": {}}]}'`)), /has none of its counters/);
  });
});
