import { csvLine } from "@causeway/shared/domain/csv.ts";
import type { FaultCode } from "@causeway/shared/domain/fault-codes.ts";
import type { FailurePage } from "@causeway/shared/ports/settle-ledger.ts";
import type { ApiPorts } from "../api-ports.ts";
import { failureView } from "./failure-view.ts";

/** Read from the ledger at once; a file of any length costs no more memory than this. */
const pageObjects = 1000;

export interface FailureQuery {
  readonly code: FaultCode | undefined;
  readonly after: string | null;
  /** Undefined: all of them. */
  readonly limit: number | undefined;
}

/** Every failed object that stands in the ledger, as lines of a file, page by page. */
export async function* failureLines(
  failures: Pick<ApiPorts["failures"], "list">,
  jobId: string,
  query: FailureQuery,
  format: "csv" | "ndjson",
): AsyncGenerator<string> {
  if (format === "csv") yield csvLine(["key", "sizeBytes", "code", "message", "attempts", "time"]);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let after: string | null = query.after;
  while (left > 0) {
    const page: FailurePage = await failures.list(jobId, { ...query, after, limit: Math.min(left, pageObjects) });
    yield page.items.map((item) => lineOf(failureView(item), format)).join("");
    if (page.next === null) return;
    left -= page.items.length;
    after = page.next;
  }
}

function lineOf(failure: ReturnType<typeof failureView>, format: "csv" | "ndjson"): string {
  if (format === "ndjson") return `${JSON.stringify(failure)}\n`;
  const { key, sizeBytes, code, message, attempts, time } = failure;
  return csvLine([key, sizeBytes, code, message, attempts, time]);
}
