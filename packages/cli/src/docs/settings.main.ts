import { type SettingRow, type SettingsDeclaration, settingRows } from "@causeway/shared/platform/settings.ts";
import { between, keepDocument, markdownTable } from "./keep.ts";

/** Writes the settings table of README.md from what the services declare. */
const services = ["api", "master", "worker"] as const;

const used = new Map<string, { readonly row: SettingRow; readonly by: string[] }>();
for (const service of services) {
  for (const row of settingRows(await declarationOf(service))) {
    const known = used.get(row.name) ?? { row, by: [] };
    known.by.push(service);
    used.set(row.name, known);
  }
}
const rows = [...used.values()].map(({ row, by }) => {
  return [`\`${row.name}\``, by.length === services.length ? "all" : by.join(", "), defaultOf(row, by), row.meaning];
});
const table = markdownTable([["Setting", "Read by", "Default", "Meaning"], ...rows]);

await keepDocument("README.md", (text) => between(text, "settings", table), process.argv);

/** Services are looked up by name: the command line imports none of them. */
async function declarationOf(service: string): Promise<SettingsDeclaration> {
  const file = new URL(`../../../../services/${service}/src/config.ts`, import.meta.url);
  // Each service's config.ts exports its declaration under this name.
  const module = (await import(file.href)) as Readonly<Record<string, SettingsDeclaration | undefined>>;
  const declaration = module[`${service}Settings`];
  if (declaration === undefined) throw new Error(`services/${service}/src/config.ts exports no ${service}Settings`);
  return declaration;
}

function defaultOf(row: SettingRow, by: readonly string[]): string {
  if (row.name === "HEALTH_PORT" && by.length > 1) return "8081 (master), 8082 (worker)";
  return row.default.startsWith("(") ? row.default : `\`${row.default}\``;
}
