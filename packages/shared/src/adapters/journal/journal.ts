import { createHash, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { Fault } from "../../domain/fault.ts";
import { journalLine, outcomeOfLine } from "../../domain/journal-row.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Signalled } from "../../ports/object-source.ts";
import type { BlobStore } from "../../ports/blob-store.ts";

const compress = promisify(gzip);
const uncompress = promisify(gunzip);

/**
 * The journal over a blob store. Below `<job>/`:
 * `parts/<2 digits>/<part>.ndjson.gz` — one part per attempt of a task; its name ends in a digest of its rows, so the same
 * outcomes written twice are one part and other outcomes never replace it;
 * `index/<digest>.txt` — names of committed parts, a line each. Two masters that index the same names write the same or
 * overlapping files; readers take each name once.
 */
export function createJournal(blobs: BlobStore): Journal {
  return {
    async writePart(jobId, taskId, outcomes, options) {
      const lines = outcomes.map((outcome) => `${journalLine(taskId, outcome)}\n`).join("");
      const name = `${taskId}-${digest(lines)}`;
      const bytes = await compress(lines, { level: constants.Z_BEST_SPEED });
      await blobs.write(partPath(jobId, name), bytes, options);
      return name;
    },
    async appendIndex(jobId, names, options) {
      if (names.length === 0) return;
      const lines = names.map((name) => `${checkedName(name)}\n`).join("");
      await blobs.write(`${folderOf(jobId)}/index/${digest(lines)}.txt`, Buffer.from(lines), options);
    },
    async *read(jobId, options) {
      for await (const name of indexedNames(blobs, jobId, options)) {
        yield* await readPart(blobs, partPath(jobId, name), options);
      }
    },
    async remove(jobId, options) {
      await blobs.removeFolder(folderOf(jobId), options);
    },
    async check(options) {
      const folder = `.check-${randomBytes(6).toString("hex")}`;
      try {
        await blobs.write(`${folder}/written`, Buffer.from("ok\n"), options);
      } finally {
        await blobs.removeFolder(folder, options);
      }
    },
  };
}

/** Each name of the index once. Holds them all in memory: about 150 bytes for a task. */
async function* indexedNames(blobs: BlobStore, jobId: string, options: Signalled): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const indexFile of blobs.list(`${folderOf(jobId)}/index`, options)) {
    const text = Buffer.from((await blobs.read(indexFile, options)) ?? []).toString("utf8");
    for (const name of text.split("\n")) {
      if (name === "" || seen.has(name)) continue;
      seen.add(name);
      yield name;
    }
  }
}

async function readPart(blobs: BlobStore, path: string, options: Signalled): Promise<readonly Outcome[]> {
  const bytes = await blobs.read(path, options);
  if (bytes === undefined) {
    throw new Fault("JOURNAL_FAILED", "permanent", { said: `${path} is in the index, but is not there` });
  }
  try {
    const lines = (await uncompress(bytes)).toString("utf8").split("\n");
    return lines.filter((line) => line !== "").map(outcomeOfLine);
  } catch (error) {
    throw new Fault("JOURNAL_FAILED", "permanent", { cause: error, said: `${path} is damaged` });
  }
}

function partPath(jobId: string, name: string): string {
  return `${folderOf(jobId)}/parts/${checkedName(name).slice(0, 2)}/${name}.ndjson.gz`;
}

/** Ids become paths here, so nothing that climbs out of the folder may pass. */
function folderOf(jobId: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(jobId)) throw new TypeError(`not a job's id: ${jobId}`);
  return jobId;
}

function checkedName(name: string): string {
  if (!/^[0-9a-f]{32}-[0-9a-f]{32}$/.test(name)) throw new TypeError(`not a journal part's name: ${name}`);
  return name;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
