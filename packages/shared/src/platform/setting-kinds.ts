import { z } from "zod";

/** Kinds of settings: how the text of an environment variable becomes a value, with a message for people. */

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, {
      message: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);
}

/** A comma-separated list; empty text is the empty list. Each entry must satisfy `entry`. */
export function listOf<T>(entry: z.ZodType<T, string>): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(entry));
}

/** `true` or `false`. */
export const flag: z.ZodType<boolean, string> = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true");

/** Text that may be missing. */
export const optionalText: z.ZodType<string | undefined, string> = z
  .string()
  .transform((text) => (text === "" ? undefined : text));

/** One of a few words. */
export function oneOf<const T extends string>(...choices: readonly T[]): z.ZodType<T, string> {
  return z
    .string()
    .refine((text) => choices.some((choice) => choice === text), { message: `must be one of ${choices.join(", ")}` })
    .transform((text) => choices.find((choice) => choice === text) as T);
}

/** A TCP port; 0: any free one. */
export const port = wholeNumber(0, 65_535);
