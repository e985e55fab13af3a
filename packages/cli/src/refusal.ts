/** How the command ends: 0 done, 1 the job failed (or a comparison found differences), 2 wrong use or nothing reached. */
export type ExitCode = 0 | 1 | 2;

/** Something that the person at the terminal has to mend: a sentence with its cure, shown without a stack. */
export interface Refusal extends Error {
  readonly name: "Refusal";
  readonly exitCode: ExitCode;
}

/** Makes a refusal; several sentences become several lines. */
export function refusal(sentences: string | readonly string[], exitCode: ExitCode = 2): Refusal {
  const message = typeof sentences === "string" ? sentences : sentences.join("\n");
  return Object.assign(new Error(message), { name: "Refusal" as const, exitCode });
}

export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && thrown.name === "Refusal" && "exitCode" in thrown;
}
