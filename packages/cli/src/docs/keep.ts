import { readFile, writeFile } from "node:fs/promises";

/** Writes a generated document; with `--check` says where it is not as the code has it, and fails. `file` is from the root. */
export async function keepDocument(
  file: string,
  make: (standing: string) => string,
  args: readonly string[],
): Promise<void> {
  const url = new URL(`../../../../${file}`, import.meta.url);
  const standing = await readFile(url, "utf8").catch(() => "");
  const text = make(standing);
  if (!args.includes("--check")) await writeFile(url, text);
  else if (text !== standing) {
    process.stderr.write(`${file} is not as the code has it; run npm run docs\n`);
    process.exitCode = 1;
  }
}

/** Replaces what stands between the two markers of `name`. */
export function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the markers ${start} and ${end} are missing`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** A table in Markdown as the formatter would write it. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [heading = [], ...body] = cells;
  return [line(heading), rule, ...body.map(line)].join("\n");
}
