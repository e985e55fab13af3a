import { z } from "zod";
import { type JournalPlace, parseJournalUrl } from "./place.ts";

const placeSchema: z.ZodType<JournalPlace, string> = z.string().transform((text, context) => {
  const parsed = parseJournalUrl(text);
  if ("place" in parsed) return parsed.place;
  context.addIssue({ code: "custom", message: parsed.fault });
  return z.NEVER;
});

const optionalText: z.ZodType<string | undefined, string> = z.string().transform((text) => text || undefined);

const sharedSchema: z.ZodType<boolean, string> = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true");

/** Settings of every service that reads or writes the journal. */
export const journalSettings = {
  JOURNAL_URL: {
    schema: placeSchema,
    default: "file:///var/lib/causeway/journal",
    doc:
      "Where the record of every object's outcome goes: a folder as file:///absolute/path, or a bucket as " +
      "oss://bucket/prefix?region=cn-shanghai or s3://bucket/prefix?region=ap-northeast-1, with &endpoint=https://… where it is not the public one.",
  },
  JOURNAL_SHARED: {
    schema: sharedSchema,
    default: "false",
    doc: "Declares that the folder of JOURNAL_URL is one and the same on all hosts (a shared volume or mount).",
  },
  JOURNAL_ACCESS_KEY_ID: {
    schema: optionalText,
    default: "",
    doc: "The access key for a bucket as JOURNAL_URL; empty: the provider's own chain (environment, web identity, role of the instance).",
  },
  JOURNAL_SECRET_ACCESS_KEY: {
    schema: optionalText,
    default: "",
    doc: "The secret that belongs to JOURNAL_ACCESS_KEY_ID.",
    secret: true,
  },
} as const;
