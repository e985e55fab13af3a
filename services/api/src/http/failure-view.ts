import type { FailurePage } from "@causeway/shared/ports/settle-ledger.ts";
import { z } from "zod";

/** A failed object as the API shows it. */
export const failureSchema = z
  .object({
    key: z.string(),
    sizeBytes: z.number(),
    code: z.string(),
    message: z.string(),
    attempts: z.number().int(),
    time: z.iso.datetime(),
  })
  .meta({ id: "Failure" });

export function failureView(failed: FailurePage["items"][number]): z.infer<typeof failureSchema> {
  const { key, sizeBytes, code, message, attempts, atMs } = failed;
  return { key, sizeBytes, code, message, attempts, time: new Date(atMs).toISOString() };
}
