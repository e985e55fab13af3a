import { createHash } from "node:crypto";
import { compareKeys } from "../domain/key-order.ts";

const keyCount = 20_000;
const digits = (value: number, width: number): string => String(value).padStart(width, "0");
const hex = (value: number): string => createHash("md5").update(String(value)).digest("hex");
const day = (value: number): string => new Date(value * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "/");
const han = (value: number): string => String.fromCodePoint(0x4e00 + value);
const keysOf = (count: number, keyAt: (at: number) => string): string[] =>
  [...new Set(Array.from({ length: count }, (_, at) => keyAt(at)))].toSorted(compareKeys);

/** Keys of buckets as they are found: each in S3's order, by what is odd about it. */
export const keySpaces: Readonly<Record<string, readonly string[]>> = {
  "flat random hex": keysOf(keyCount, hex),
  "hex names with an extension": keysOf(keyCount, (at) => `${hex(at)}.jpeg`),
  "hex under folders": keysOf(keyCount, (at) => `${hex(at).slice(0, 2)}/${hex(at)}`),
  "numbers from zero": keysOf(keyCount, (at) => `object-${digits(at, 11)}`),
  "numbers without zeros in front": keysOf(keyCount, (at) => `IMG_${at}.jpg`),
  dates: keysOf(keyCount, (at) => `${day(Math.floor(at / 50))}/event-${digits(at % 50, 10)}`),
  "one folder with everything": keysOf(keyCount, (at) => `backup/photos/2023/${hex(at)}.jpg`),
  "a few folders, of which one holds nearly everything": keysOf(keyCount, (at) =>
    at % 100 === 0 ? `${hex(at).slice(0, 1)}/readme-${at}` : `m/data/${digits(at, 9)}`,
  ),
  "Zipf's law over folders": keysOf(
    keyCount,
    (at) => `d${digits(Math.floor(keyCount / (at + 1)), 5)}/${digits(at, 9)}`,
  ),
  "Chinese names": keysOf(keyCount, (at) => `数据/${han((at * 37) % 1024)}${han(at % 211)}/文件-${digits(at, 8)}`),
  "emoji and private use": keysOf(
    keyCount,
    (at) => `${String.fromCodePoint((at % 2 === 0 ? 0x1f300 : 0xe000) + (at % 500))}${at}`,
  ),
  "all behind a prefix of 900 bytes": keysOf(keyCount, (at) => `${"深/".repeat(225)}${hex(at)}`),
  "keys of 1,024 bytes": keysOf(keyCount, (at) => hex(at).repeat(32)),
  UUIDs: keysOf(keyCount, (at) => hex(at).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")),
};
