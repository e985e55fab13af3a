import { z } from "zod";
import { refusal } from "../refusal.ts";
import { readJobFile } from "./read-job-file.ts";

const credentialsSchema = z.object({
  source: z.object({ credentials: z.unknown() }),
  target: z.object({ credentials: z.unknown() }),
});

/** The credentials of a job file, as `resume` and `retry` take them. Throws only refusals. */
export async function credentialsOf(file: string): Promise<{ readonly credentials: unknown }> {
  const parsed = credentialsSchema.safeParse((await readJobFile(file)).body);
  if (parsed.success)
    return { credentials: { source: parsed.data.source.credentials, target: parsed.data.target.credentials } };
  throw refusal(`${file} has no source.credentials and target.credentials; give a job file.`);
}
