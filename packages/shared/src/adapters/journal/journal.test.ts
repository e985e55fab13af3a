import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { Fault } from "../../domain/fault.ts";
import { copiedOutcome, someObject, someObjects } from "../../testing/builders.ts";
import { journalExam } from "../../testing/journal-exam.ts";
import { createJournal } from "./journal.ts";
import { createMemoryBlobStore } from "./memory-blobs.ts";
import { openJournal } from "./open.ts";

const options = { signal: new AbortController().signal };
const task = "a".repeat(32);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "causeway-journal-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function files(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

journalExam("memory", async () => createJournal(createMemoryBlobStore()));
journalExam("a folder", async (t) => openJournal(pathToFileURL(folder(t)).href));

describe("journal in a folder", () => {
  test("a part is gzipped NDJSON with the issue's fields, so that other tools read it", async (t) => {
    const root = folder(t);
    await openJournal(pathToFileURL(root).href).writePart("job-1", task, [copiedOutcome(someObject())], options);
    const [file = ""] = files(root);
    assert.match(file, /\.ndjson\.gz$/);
    const row = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8").trimEnd());
    assert.deepEqual(Object.keys(row).toSorted(), [
      "at",
      "attempts",
      "crc64",
      "index",
      "key",
      "proof",
      "sizeBytes",
      "sourceEtag",
      "state",
      "targetEtag",
      "targetKey",
      "taskId",
    ]);
    assert.equal(row.at, "2026-01-01T00:00:00.000Z");
  });

  test("a writer killed in the middle leaves whole parts or none", { timeout: 60_000 }, async (t) => {
    const root = folder(t);
    const url = pathToFileURL(root).href;
    const program = `
      import { openJournal } from ${JSON.stringify(import.meta.resolve("./open.ts"))};
      import { copiedOutcome, someObjects } from ${JSON.stringify(import.meta.resolve("../../testing/builders.ts"))};
      const journal = openJournal(${JSON.stringify(url)});
      const outcomes = someObjects(3000).map((object, index) => copiedOutcome(object, index));
      for (let round = 0; round < 10_000; round += 1) {
        const id = round.toString(16).padStart(32, "0");
        await journal.writePart("job-1", id, outcomes, { signal: new AbortController().signal });
        process.stdout.write(id + "\\n");
      }`;
    const writer = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    for await (const text of writer.stdout) {
      said += String(text);
      if (said.split("\n").length > 5) writer.kill("SIGKILL");
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
    const whole = files(root).filter((file) => file.endsWith(".gz"));
    assert.ok(whole.length >= 5, said);
    for (const file of whole) {
      const rows = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
      assert.equal(rows.length, 3000, file);
    }
  });

  test("a damaged or lost part that is in the index is a fault that names it", async (t) => {
    const root = folder(t);
    const journal = openJournal(pathToFileURL(root).href);
    const outcomes = someObjects(100).map((object, index) => copiedOutcome(object, index));
    const part = await journal.writePart("job-1", task, outcomes, options);
    await journal.appendIndex("job-1", [part], options);
    const file = files(root).find((path) => path.endsWith(".gz")) ?? "";
    truncateSync(file, 50);
    const damaged = (error: unknown) => error instanceof Fault && error.message.includes(part);
    await assert.rejects(Array.fromAsync(journal.read("job-1", options)), damaged);
    rmSync(file);
    await assert.rejects(Array.fromAsync(journal.read("job-1", options)), damaged);
  });

  test("a place that cannot be written fails the check with a code and the place's name", async (t) => {
    const blocked = join(folder(t), "file");
    writeFileSync(blocked, "");
    await assert.rejects(openJournal(pathToFileURL(blocked).href).check(options), (error) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "JOURNAL_FAILED");
      assert.match(error.said ?? "", new RegExp(blocked));
      return true;
    });
  });
});
