import { z } from "zod";

/** What is looked at before a job, in the order in which people read it. */
export const checkNames = [
  "job",
  "redis",
  "journal",
  "workers",
  "host",
  "source.addresses",
  "source.endpoint",
  "source.clock",
  "source.region",
  "source.list",
  "source.read",
  "source.encryption",
  "source.archived",
  "source.keys",
  "source.metadata",
  "target.addresses",
  "target.clock",
  "target.region",
  "target.list",
  "target.write",
  "target.multipart",
  "target.delete",
  "estimate",
] as const;
export type CheckName = (typeof checkNames)[number];

/** `warning`: the job can begin, but look at it. `failure`: it would not get far. */
export const lineStates = ["ok", "warning", "failure"] as const;

export const preflightLineSchema = z.object({
  check: z.enum(checkNames),
  state: z.enum(lineStates),
  /** What was seen, as a sentence. */
  message: z.string(),
  /** What to do; null where all is well. */
  cure: z.string().nullable(),
});
export type PreflightLine = Readonly<z.infer<typeof preflightLineSchema>>;

/** What one look found; the check that looked gives it its name. */
export type Finding = Omit<PreflightLine, "check">;

export const ok = (message: string): Finding => ({ state: "ok", message, cure: null });
export const warning = (message: string, cure: string): Finding => ({ state: "warning", message, cure });
export const failure = (message: string, cure: string): Finding => ({ state: "failure", message, cure });

/** The worst of the lines. */
export function verdictOf(lines: readonly PreflightLine[]): PreflightLine["state"] {
  return lineStates.findLast((state) => lines.some((line) => line.state === state)) ?? "ok";
}
