import type { KeyFile } from "./carried.ts";

/** What becomes of a key of OSSImport's that is not simply carried over. */
export interface KeyRule {
  /** Where OSSImport has it; job.cfg unless said. */
  readonly file?: KeyFile;
  /** Values (lower case) that say nothing Causeway does otherwise; empty text always is one. */
  readonly harmless: readonly string[];
  /** `warn`: the job goes on without it. `refuse`: it would do something else than the file asks for. */
  readonly otherwise: "warn" | "refuse";
  /** What to do, as the rest of the sentence that begins with the key. */
  readonly advice: string;
}
