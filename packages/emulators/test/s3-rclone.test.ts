import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { startEmulators } from "../src/start.ts";

const run = promisify(execFile);
const installed = await run("rclone", ["version"]).then(
  () => true,
  () => false,
);
const skip = installed ? false : "rclone is not installed (Debian: apt-get install rclone)";

const folder = await mkdtemp(join(tmpdir(), "emulator-rclone-"));
const emulators = await startEmulators({
  s3: {
    buckets: {
      "bucket-one": { kind: "plain" },
      "bucket-two": { kind: "plain" },
      synthetic: {
        kind: "synthetic",
        objects: 300,
        keys: { scheme: "dates", groups: 7 },
        sizes: { distribution: "lognormal", medianBytes: 20_000, sigma: 1.5, maxBytes: 12_000_000 },
      },
    },
  },
});
after(async () => {
  await emulators.close();
  await rm(folder, { recursive: true, force: true });
});

/** Answers what rclone prints; rejects where it ends with an error. */
async function rclone(...args: string[]): Promise<string> {
  const { s3 } = emulators;
  const env = {
    // Nothing of the caller's AWS settings, which rclone would heed.
    PATH: process.env["PATH"],
    HOME: folder,
    RCLONE_CONFIG: join(folder, "none.conf"),
    RCLONE_CONFIG_STORE_TYPE: "s3",
    RCLONE_CONFIG_STORE_PROVIDER: "Other",
    RCLONE_CONFIG_STORE_ENDPOINT: s3.url,
    RCLONE_CONFIG_STORE_REGION: s3.region,
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: s3.accessKeyId,
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: s3.secretAccessKey,
    RCLONE_CONFIG_STORE_UPLOAD_CUTOFF: "6Mi",
    RCLONE_CONFIG_STORE_CHUNK_SIZE: "5Mi",
    RCLONE_CONFIG_STORE_LIST_CHUNK: "100",
  };
  const { stdout } = await run("rclone", [...args, "--retries", "1", "--low-level-retries", "1"], {
    env,
    timeout: 120_000,
  });
  return stdout;
}

const files: Readonly<Record<string, Buffer>> = {
  "small.txt": Buffer.from("content"),
  empty: Buffer.alloc(0),
  "folder/with space+plus.txt": Buffer.from("one"),
  "folder/%2F & <ü> \u{1F600}": Buffer.from("two"),
  "文件/large.bin": randomBytes(11 * 1024 ** 2),
};

interface Entry {
  readonly Path: string;
  readonly Size: number;
}

test("rclone copies a tree in and out, large files in parts, and finds every byte right", { skip }, async () => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "in", name)), { recursive: true });
    await writeFile(join(folder, "in", name), content);
  }
  await rclone("copy", join(folder, "in"), "store:bucket-one/tree");
  await rclone("check", "--download", join(folder, "in"), "store:bucket-one/tree");
  await rclone("copy", "store:bucket-one/tree", join(folder, "out"));
  for (const [name, content] of Object.entries(files)) {
    assert.ok(content.equals(await readFile(join(folder, "out", name))), name);
  }
  const large = await emulators.s3.stores.get("bucket-one")?.store.stat("tree/文件/large.bin");
  assert.match(large?.etag ?? "", /-3$/);
});

test("rclone lists, copies on the server's side, moves and removes", { skip }, async () => {
  await rclone("copy", "store:bucket-one/tree", "store:bucket-two/copied");
  const entries = JSON.parse(await rclone("lsjson", "-R", "--files-only", "store:bucket-two/copied")) as Entry[];
  const listed = Object.fromEntries(entries.map(({ Path, Size }) => [Path, Size]));
  assert.deepEqual(listed, Object.fromEntries(Object.entries(files).map(([name, content]) => [name, content.length])));
  await rclone("moveto", "store:bucket-two/copied/small.txt", "store:bucket-two/moved.txt");
  assert.equal(await rclone("cat", "store:bucket-two/moved.txt"), "content");
  await rclone("purge", "store:bucket-two/copied");
  assert.equal((await rclone("lsf", "-R", "store:bucket-two")).trim(), "moved.txt");
});

test("rclone reads a synthetic bucket and finds every MD5 right", { skip }, async () => {
  await rclone("copy", "store:synthetic", join(folder, "synthetic"));
  await rclone("check", "store:synthetic", join(folder, "synthetic"));
  assert.equal((await rclone("lsf", "-R", "--files-only", join(folder, "synthetic"))).trim().split("\n").length, 300);
});

test("rclone is refused with a wrong secret", { skip }, async () => {
  const refused = rclone("lsf", "store:bucket-one", "--s3-secret-access-key", "wrong");
  await assert.rejects(refused, /SignatureDoesNotMatch/);
});
