import { z } from "zod";

const rate = z.number().int().min(0);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be a time such as 09:00");

const windowSchema = z.strictObject({
  days: z
    .string()
    .regex(
      /^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?(,(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*$/,
      "must be days such as mon-fri or sat,sun",
    ),
  from: clockTime,
  to: clockTime,
  timezone: z.string().refine(isTimezone, "must be an IANA time zone such as Asia/Tokyo").default("UTC"),
  bytesPerSecond: rate.optional(),
  requestsPerSecond: rate.optional(),
});

/** What a job may use of the path. 0 means no limit; the first window of the timetable that holds now wins over the plain figures. */
export const limitsSchema = z.strictObject({
  bytesPerSecond: rate.default(0),
  requestsPerSecond: rate.default(0),
  timetable: z.array(windowSchema).max(100).default([]),
});
export type Limits = Readonly<z.infer<typeof limitsSchema>>;

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
