/** An entry of a listing in the layout that both stores write it in, read in place; `end` is where the next one may begin. */
export interface UsualEntry {
  /** As it is written: entities and url encoding are not resolved. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  readonly end: number;
}

const open = "<Contents><Key>";
const toTime = "</Key><LastModified>";
const timeLength = 24;
const toEtag = "</LastModified><ETag>&quot;";
const toSize = "&quot;</ETag><Size>";
const toEnd = "</Size><StorageClass>STANDARD</StorageClass></Contents>";

/**
 * Reads the entry at `at` if it is laid out as nearly all are: five searches instead of a walk through its elements, at a third
 * of the cost. Undefined: it is laid out otherwise, or there is none.
 */
export function readUsualEntry(xml: string, at: number): UsualEntry | undefined {
  if (!xml.startsWith(open, at)) return undefined;
  const key = at + open.length;
  const keyEnd = xml.indexOf("<", key);
  if (keyEnd === -1 || !xml.startsWith(toTime, keyEnd)) return undefined;
  const time = keyEnd + toTime.length;
  if (!xml.startsWith(toEtag, time + timeLength)) return undefined;
  const etag = time + timeLength + toEtag.length;
  const etagEnd = xml.indexOf("&", etag);
  if (etagEnd === -1 || !xml.startsWith(toSize, etagEnd)) return undefined;
  const size = etagEnd + toSize.length;
  const sizeEnd = xml.indexOf("<", size);
  if (sizeEnd <= size || !xml.startsWith(toEnd, sizeEnd)) return undefined;
  const sizeBytes = digits(xml, size, sizeEnd - size);
  const lastModifiedMs = usualTime(xml, time);
  if (!Number.isSafeInteger(sizeBytes) || Number.isNaN(lastModifiedMs)) return undefined;
  return {
    key: xml.slice(key, keyEnd),
    sizeBytes,
    etag: xml.slice(etag, etagEnd),
    lastModifiedMs,
    storageClass: "STANDARD",
    end: sizeEnd + toEnd.length,
  };
}

/** Reads `2024-02-03T04:05:06.789Z` digit by digit; NaN where it is spelled otherwise. */
function usualTime(xml: string, from: number): number {
  if (xml.charCodeAt(from + 10) !== 0x54 || xml.charCodeAt(from + 23) !== 0x5a) return Number.NaN;
  const day = Date.UTC(digits(xml, from, 4), digits(xml, from + 5, 2) - 1, digits(xml, from + 8, 2));
  const seconds = (digits(xml, from + 11, 2) * 60 + digits(xml, from + 14, 2)) * 60 + digits(xml, from + 17, 2);
  return day + seconds * 1000 + digits(xml, from + 20, 3);
}

function digits(xml: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = xml.charCodeAt(at) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
}
