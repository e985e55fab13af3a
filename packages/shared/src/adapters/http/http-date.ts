import { twoDigits } from "../../domain/digits.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const usual = new RegExp(
  String.raw`^\w{3}, (?:0[1-9]|[12]\d|3[01]) (?:${months.join("|")}) [12]\d{3} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d GMT$`,
);

/**
 * A date of a header (RFC 9110 §5.6.7) in ms since 1970; NaN: this is none. The usual form is read in place, which takes less than
 * `Date.parse` does.
 */
export function httpDateMs(text: string): number {
  if (!usual.test(text)) return Date.parse(text);
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  const dayMs = Date.UTC(year, months.indexOf(text.slice(8, 11)), twoDigits(text, 5));
  return dayMs + ((twoDigits(text, 17) * 60 + twoDigits(text, 20)) * 60 + twoDigits(text, 23)) * 1000;
}
