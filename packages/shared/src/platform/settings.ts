import { readFileSync } from "node:fs";
import type { z } from "zod";

/** One setting: what its text means. Declared next to the service that owns it; the README's table is made of these. */
export interface Setting<T = unknown> {
  /** Parses the text of the environment variable. */
  readonly schema: z.ZodType<T, string>;
  /** The text that holds when nothing is set; undefined: it must be set. */
  readonly default: string | undefined;
  /** One sentence for the README's table and for the message when it is missing or wrong. */
  readonly doc: string;
  /** Its value is never printed. */
  readonly secret?: true;
}

export type SettingsDeclaration = Readonly<Record<string, Setting>>;
export type Settings<D extends SettingsDeclaration> = { readonly [K in keyof D]: z.output<D[K]["schema"]> };
export type Environment = Readonly<Record<string, string | undefined>>;

/** What of the process is needed to give up: only `main.ts` may hand it over. */
export interface SettingsHost {
  readonly stderr: { write(text: string): unknown };
  exit(code: number): never;
}

/** Reads the settings; where any is missing or wrong, prints every fault at once and exits with 2 (wrong use). */
export function readSettings<D extends SettingsDeclaration>(
  declaration: D,
  env: Environment,
  host: SettingsHost,
): Settings<D> {
  const parsed = parseSettings(declaration, env);
  if ("settings" in parsed) return parsed.settings;
  host.stderr.write(`${parsed.faults.join("\n")}\n`);
  return host.exit(2);
}

export type ParsedSettings<D extends SettingsDeclaration> =
  | { readonly settings: Settings<D> }
  /** Sentences, each with the setting's name, what is wrong and what it is for. */
  | { readonly faults: readonly string[] };

/**
 * Parses all settings. `NAME_FILE` names a file that holds the value of `NAME` (secrets of Docker and Kubernetes); its
 * last line break is dropped; `NAME` itself wins over it. An empty variable counts as not set.
 */
export function parseSettings<D extends SettingsDeclaration>(declaration: D, env: Environment): ParsedSettings<D> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(declaration)) {
    const read = textOf(name, setting, env);
    if ("fault" in read) {
      faults.push(read.fault);
      continue;
    }
    const parsed = setting.schema.safeParse(read.text);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(wrong(name, setting, read.text, parsed.error));
  }
  // The loop above has put a value of its schema under every name.
  return faults.length > 0 ? { faults } : { settings: values as Settings<D> };
}

function textOf(
  name: string,
  setting: Setting,
  env: Environment,
): { readonly text: string } | { readonly fault: string } {
  const direct = env[name] ?? "";
  const file = env[`${name}_FILE`] ?? "";
  if (direct !== "") return { text: direct };
  if (file !== "") return textOfFile(name, file);
  if (setting.default !== undefined) return { text: setting.default };
  return { fault: `${name} is not set. Set it (or ${name}_FILE to a file that holds it): ${setting.doc}` };
}

function textOfFile(name: string, file: string): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: readFileSync(file, "utf8").replace(/\r?\n$/, "") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { fault: `${name}_FILE cannot be read (${why}). Make the file readable, or set ${name} itself.` };
  }
}

function wrong(name: string, setting: Setting, text: string, error: z.ZodError): string {
  const what = error.issues.map((issue) => issue.message).join("; ");
  const shown = setting.secret === true ? "" : ` ${JSON.stringify(text)}`;
  return `${name}${shown}: ${what}. ${setting.doc}`;
}

/** A row of the README's settings table. */
export interface SettingRow {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** What the README's table says, in the order of the declaration. */
export function settingRows(declaration: SettingsDeclaration): readonly SettingRow[] {
  return Object.entries(declaration).map(([name, setting]) => ({
    name,
    default: setting.default === undefined ? "(required)" : setting.default === "" ? "(none)" : setting.default,
    meaning: setting.doc,
  }));
}
