import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { flag, listOf, wholeNumber } from "./setting-kinds.ts";
import { parseSettings, readSettings, settingRows, type SettingsDeclaration } from "./settings.ts";
import { commonSettings, healthSettings, networkSettings, sealSettings, storeSettings } from "./shared-settings.ts";

const declaration = {
  SLOTS: { schema: wholeNumber(1, 64), default: "8", doc: "Tasks at once." },
  SHARED: { schema: flag, default: "false", doc: "Whether it is shared." },
  ...sealSettings,
} as const satisfies SettingsDeclaration;
const key = Buffer.alloc(32, 7).toString("base64");

describe("settings", () => {
  test("values are parsed, and what is not set or empty has its default", () => {
    const parsed = parseSettings(declaration, { SLOTS: "16", SHARED: "", SECRET_KEY: key });
    assert.ok("settings" in parsed);
    assert.equal(parsed.settings.SLOTS, 16);
    assert.equal(parsed.settings.SHARED, false);
    assert.deepEqual(parsed.settings.SECRET_KEY, Buffer.alloc(32, 7));
  });

  test("all faults are told at once, each with its name and what to do", () => {
    const parsed = parseSettings(declaration, { SLOTS: "many", SHARED: "yes" });
    assert.ok("faults" in parsed);
    assert.equal(parsed.faults.length, 3);
    assert.match(parsed.faults[0] ?? "", /^SLOTS "many": must be a whole number from 1 to 64\. Tasks at once\./);
    assert.match(parsed.faults[1] ?? "", /^SHARED "yes": must be true or false/);
    assert.match(parsed.faults[2] ?? "", /^SECRET_KEY is not set\. Set it \(or SECRET_KEY_FILE/);
  });

  test("the value of a secret is never in a message", () => {
    const parsed = parseSettings(sealSettings, { SECRET_KEY: "hunter2" });
    assert.ok("faults" in parsed);
    assert.match(parsed.faults[0] ?? "", /^SECRET_KEY: must be 32 bytes in base64/);
    assert.doesNotMatch(parsed.faults.join(), /hunter2/);
  });

  test("NAME_FILE names a file with the value; NAME itself wins, and a file that is not there is a fault", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-settings-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "key");
    writeFileSync(file, `${key}\n`);
    assert.ok("settings" in parseSettings(sealSettings, { SECRET_KEY_FILE: file }));
    const other = Buffer.alloc(32, 9).toString("base64");
    const both = parseSettings(sealSettings, { SECRET_KEY_FILE: file, SECRET_KEY: other });
    assert.deepEqual("settings" in both ? both.settings.SECRET_KEY : undefined, Buffer.alloc(32, 9));
    const missing = parseSettings(sealSettings, { SECRET_KEY_FILE: join(folder, "nowhere") });
    assert.match("faults" in missing ? (missing.faults[0] ?? "") : "", /SECRET_KEY_FILE cannot be read/);
  });

  test("a service with wrong settings prints them and exits 2", () => {
    const printed: string[] = [];
    const host = {
      stderr: { write: (text: string) => printed.push(text) },
      exit(code: number): never {
        throw new Error(`exit ${code}`);
      },
    };
    assert.throws(() => readSettings(declaration, {}, host), /exit 2/);
    assert.match(printed.join(""), /SECRET_KEY is not set/);
  });

  test("the README's table shows names, defaults and meanings", () => {
    assert.deepEqual(settingRows(declaration)[0], { name: "SLOTS", default: "8", meaning: "Tasks at once." });
    assert.equal(settingRows(declaration)[2]?.default, "(required)");
  });

  test("lists are split at commas and each entry is checked", () => {
    const { schema } = storeSettings.OSS_ALLOWED_CIDRS;
    assert.deepEqual(schema.parse("100.64.0.0/10, 10.0.0.0/8"), ["100.64.0.0/10", "10.0.0.0/8"]);
    assert.equal(schema.safeParse("100.64.0.0").success, false);
    assert.deepEqual(listOf(wholeNumber(0, 9)).parse(""), []);
  });

  test("every default satisfies its own schema", () => {
    const all = { ...commonSettings, ...networkSettings, ...storeSettings, ...healthSettings(8081) };
    assert.ok("settings" in parseSettings(all, {}));
  });
});
