import { type Disagreement, disagreements } from "./agreement.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** Reads the stack's settings; throws with everything that is wrong at once. */
export function readSettings(value: unknown): Settings {
  const parsed = settingsSchema.safeParse(value);
  const faults: readonly Disagreement[] = parsed.success
    ? disagreements(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ at: path.join("."), says: `${message}.` }));
  if (!parsed.success || faults.length > 0) {
    throw new Error(
      `causeway-infra:settings cannot be used.\n${faults.map(({ at, says }) => `  ${at}: ${says}`).join("\n")}`,
    );
  }
  return parsed.data;
}
