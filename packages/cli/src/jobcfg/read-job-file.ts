import { readFile } from "node:fs/promises";
import { refusal } from "../refusal.ts";
import { jobOfProperties } from "@causeway/shared/domain/jobcfg/map.ts";

export interface JobFile {
  /** The body for `POST /v1/jobs`; the API judges it. */
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** Reads a job from a JSON file, or from OSSImport's `job.cfg` / `local_job.cfg`. Throws only refusals. */
export async function readJobFile(file: string): Promise<JobFile> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code ?? error.message})`;
    throw refusal(`The file ${file} ${why}; give the path of a JSON job or of a job.cfg.`);
  });
  if (text.trim() === "") throw refusal(`The file ${file} is empty; give the path of a JSON job or of a job.cfg.`);
  if (/^\s*[{[]/.test(text)) return { body: parsedJob(file, text), warnings: [] };
  const mapped = jobOfProperties(text);
  if (mapped.answer === "mapped") return { body: mapped.spec, warnings: mapped.warnings };
  throw refusal([
    `${file} cannot be submitted:`,
    ...mapped.faults.map((fault) => `  ${fault}`),
    ...mapped.warnings.map((warning) => `  (warning) ${warning}`),
  ]);
}

function parsedJob(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the text around the place, which may be a secret: only the place is shown.
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const where = place === undefined ? "" : ` in line ${text.slice(0, Number(place)).split("\n").length}`;
    throw refusal(`${file} is not valid JSON${where}; look for a missing quote, comma or bracket.`);
  }
}
