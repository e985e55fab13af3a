import { hasEnded } from "../../../domain/state.ts";
import type { Changed, JobChange } from "../../../ports/job-ledger.ts";
import { noteOccasion } from "./notices.ts";
import type { JobBook } from "./state.ts";

export function changeBook(book: JobBook, change: JobChange): Changed {
  switch (change.change) {
    case "pause":
      if (book.state === "paused") return "unchanged";
      if (book.state !== "running") return "refused";
      if (change.atRevision !== undefined && change.atRevision !== book.revision) return "refused";
      book.state = "paused";
      book.stateReason = change.reason;
      if (change.reason !== null) noteOccasion(book);
      return "changed";
    case "resume":
      return resume(book, change.sealedCredentials);
    case "cancel":
      return cancel(book);
    case "patch":
      return hasEnded(book.state) ? "refused" : patch(book, change);
    default:
      return change satisfies never;
  }
}

function resume(book: JobBook, sealedCredentials: string | undefined): Changed {
  if (book.state !== "paused" && book.state !== "running") return "refused";
  const sealed = replaceCredentials(book, sealedCredentials);
  if (book.state === "running") return sealed;
  book.state = "running";
  book.stateReason = null;
  book.breaker = { objects: 0, failed: 0, bytes: 0 };
  return "changed";
}

function cancel(book: JobBook): Changed {
  if (book.state === "cancelling" || book.state === "cancelled") return "unchanged";
  if (book.state === "settling" && book.cancelled) return "unchanged";
  if (book.state !== "running" && book.state !== "paused") return "refused";
  book.state = "cancelling";
  book.stateReason = null;
  return "changed";
}

function patch(book: JobBook, change: Extract<JobChange, { change: "patch" }>): Changed {
  const spec = { ...book.spec, limits: change.limits ?? book.spec.limits, weight: change.weight ?? book.spec.weight };
  const sealed = replaceCredentials(book, change.sealedCredentials);
  if (JSON.stringify(spec) === JSON.stringify(book.spec)) return sealed;
  book.spec = spec;
  if (sealed === "unchanged") book.revision += 1;
  return "changed";
}

export function replaceCredentials(book: JobBook, sealedCredentials: string | undefined): "changed" | "unchanged" {
  if (sealedCredentials === undefined || sealedCredentials === book.sealedCredentials) return "unchanged";
  book.sealedCredentials = sealedCredentials;
  book.revision += 1;
  return "changed";
}
