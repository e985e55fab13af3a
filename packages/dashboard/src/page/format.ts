/** Figures as people read them. Each answers text. */

const wholeNumber = new Intl.NumberFormat("en");
const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const bytesUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function count(value: number): string {
  return wholeNumber.format(value);
}

/** Bytes with the largest unit that leaves a number above 1. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < bytesUnits.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && size < 10 ? 2 : unit > 0 && size < 100 ? 1 : 0;
  return `${size.toFixed(digits)} ${bytesUnits[unit] ?? "B"}`;
}

export function bytesRate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

export function objectsRate(objectsPerSecond: number): string {
  return `${oneDigit.format(objectsPerSecond)} objects/s`;
}

/** A length of time by its two largest units: `2 d 3 h`, `4 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

/** Never 100 % before the end, never 0 % after the beginning. */
export function percent(done: number, all: number): string {
  if (all === 0) return "0 %";
  const share = (100 * done) / all;
  if (done > 0 && share < 0.1) return "< 0.1 %";
  if (done < all) return `${oneDigit.format(Math.min(99.9, share))} %`;
  return "100 %";
}

/** A moment in the reader's own time zone; the day is left out on that very day. */
export function moment(iso: string, now: Date): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString("en-GB");
  return at.toDateString() === now.toDateString() ? time : `${at.toLocaleDateString("en-CA")} ${time}`;
}

/** How long ago, roughly. */
export function ago(iso: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}
