import { fileURLToPath } from "node:url";
import type { Journal } from "../../ports/journal.ts";
import { createFileBlobStore } from "./file-blobs.ts";
import { createJournal } from "./journal.ts";

/** A journal in a folder: `file:///absolute/path`. */
export function openJournal(url: string): Journal {
  return createJournal(createFileBlobStore(fileURLToPath(url)));
}
