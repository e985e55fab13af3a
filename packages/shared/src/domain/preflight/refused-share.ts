import { type Finding, failure, ok, warning } from "./line.ts";

/** Some of a sample that will fail, each with why. */
export interface Refused {
  readonly key: string;
  readonly code: string;
  readonly said: string;
}

/** What a check says of such a sample. */
export interface RefusedWording {
  /** `of 1,000 sampled objects` and the like, without the number that is refused. */
  readonly looked: number;
  readonly what: string;
  readonly fine: string;
  readonly cure: string;
  /** From this share on the job would pause itself (`failureLimits.share`). */
  readonly share: number;
}

/** A few bad objects fail one by one; more than the job bears are a reason not to begin. */
export function judgeRefused(refused: readonly Refused[], wording: RefusedWording): Finding {
  const { looked, what, fine, cure, share } = wording;
  const [first] = refused;
  if (first === undefined) return ok(fine);
  const codes = [...new Set(refused.map(({ code }) => code))].join(", ");
  const example = `${JSON.stringify(first.key.slice(0, 200))}: ${first.said}`;
  const said = `${refused.length} of ${looked} ${what} will fail with ${codes}, such as ${example}.`;
  if (refused.length / looked < share) return warning(said, cure);
  return failure(`${said} That is more than failureLimits.share (${share}) allows: the job would pause itself.`, cure);
}
