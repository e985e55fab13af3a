import type { Upload } from "../../../ports/object-target.ts";
import type { UploadLedger } from "../../../ports/task-ledger.ts";
import type { JobBook } from "./state.ts";

export function createMemoryUploads(books: ReadonlyMap<string, JobBook>): UploadLedger {
  return {
    async note(jobId, upload) {
      const book = books.get(jobId);
      if (book !== undefined) noteUpload(book, upload);
    },
    async forget(jobId, upload) {
      books.get(jobId)?.uploads.delete(idOf(upload));
    },
    async list(jobId, limit) {
      return [...(books.get(jobId)?.uploads.values() ?? [])].slice(0, limit);
    },
  };
}

export function noteUpload(book: JobBook, upload: Upload): void {
  book.uploads.set(idOf(upload), upload);
}

function idOf({ key, uploadId }: Upload): string {
  return `${uploadId} ${key}`;
}
