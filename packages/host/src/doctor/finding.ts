/** One line of the doctor's. */
export interface Finding {
  readonly state: "ok" | "warning" | "failure";
  /** What was looked at. */
  readonly about: string;
  readonly says: string;
  /** What to do; absent where all is well. */
  readonly cure?: string;
}

export function ok(about: string, says: string): Finding {
  return { state: "ok", about, says };
}

export function warning(about: string, says: string, cure: string): Finding {
  return { state: "warning", about, says, cure };
}

export function failure(about: string, says: string, cure: string): Finding {
  return { state: "failure", about, says, cure };
}

/** The lines for people. */
export function findingText({ state, about, says, cure }: Finding): string {
  const line = `${state.padEnd(8)}${about}: ${says}`;
  return cure === undefined ? line : `${line}\n        ${cure}`;
}
