import type { Limits } from "./limits.ts";

/** What may be used now; 0 means no limit. */
export interface Allowance {
  readonly bytesPerSecond: number;
  readonly requestsPerSecond: number;
}

type Window = Limits["timetable"][number];

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/**
 * The limits that hold at a moment: the first window of the timetable that contains it, else the plain figures. A window
 * whose `to` is not after its `from` reaches over midnight and belongs to the day it starts on. A figure that a window
 * leaves out is the plain one.
 */
export function allowanceAt(limits: Limits, atMs: number): Allowance {
  const window = limits.timetable.find((candidate) => contains(candidate, atMs));
  return {
    bytesPerSecond: window?.bytesPerSecond ?? limits.bytesPerSecond,
    requestsPerSecond: window?.requestsPerSecond ?? limits.requestsPerSecond,
  };
}

function contains(window: Window, atMs: number): boolean {
  const { day, minute } = localTime(atMs, window.timezone);
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  const days = daysOf(window.days);
  if (to > from) return days.has(day) && minute >= from && minute < to;
  return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to);
}

/** Day of the week (0 is Sunday) and minute of the day in a time zone. */
function localTime(atMs: number, timezone: string): { readonly day: number; readonly minute: number } {
  const parts = formatterFor(timezone).formatToParts(atMs);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  const day = dayNames.findIndex((name) => name === part("weekday").toLowerCase());
  return { day, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formatters.set(timezone, made);
  return made;
}

function minuteOf(clockTime: string): number {
  const [hours = "0", minutes = "0"] = clockTime.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** `mon-fri`, `sat,sun`, `fri-mon`: a span may reach over the end of the week. */
function daysOf(text: string): ReadonlySet<number> {
  const days = new Set<number>();
  for (const span of text.split(",")) {
    const [first = "", last = first] = span.split("-");
    const end = dayNames.findIndex((name) => name === last);
    let day = dayNames.findIndex((name) => name === first);
    while (day !== end) {
      days.add(day);
      day = (day + 1) % 7;
    }
    days.add(end);
  }
  return days;
}
