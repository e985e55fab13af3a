/** A file of `key=value` lines as Java's properties have them, as far as OSSImport's job.cfg uses them. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith("!")) continue;
    const equals = trimmed.indexOf("=");
    const key = equals === -1 ? trimmed : trimmed.slice(0, equals).trimEnd();
    values.set(key, equals === -1 ? "" : trimmed.slice(equals + 1).trimStart());
  }
  return values;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** A number of bytes such as `1073741824` or `150m`; undefined where it is none. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15})\s*([kmgt]?)b?$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}
