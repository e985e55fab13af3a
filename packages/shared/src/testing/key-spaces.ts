import { createHash } from "node:crypto";
import { compareKeys } from "../domain/key-order.ts";

const digits = (value: number, width: number): string => String(value).padStart(width, "0");
const hex = (value: number): string => createHash("md5").update(String(value)).digest("hex");
const day = (value: number): string => new Date(value * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "/");
const han = (value: number): string => String.fromCodePoint(0x4e00 + value);

/** Buckets as they are found, by what is odd about their keys: how the one at this place is made, of so many. */
const makers: Readonly<Record<string, (at: number, count: number) => string>> = {
  "flat random hex": hex,
  "hex names with an extension": (at) => `${hex(at)}.jpeg`,
  "hex under folders": (at) => `${hex(at).slice(0, 2)}/${hex(at)}`,
  "numbers from zero": (at) => `object-${digits(at, 11)}`,
  "numbers without zeros in front": (at) => `IMG_${at}.jpg`,
  dates: (at) => `${day(Math.floor(at / 50))}/event-${digits(at % 50, 10)}`,
  "one folder with everything": (at) => `backup/photos/2023/${hex(at)}.jpg`,
  "a few folders, of which one holds nearly everything": (at) =>
    at % 100 === 0 ? `${hex(at).slice(0, 1)}/readme-${at}` : `m/data/${digits(at, 9)}`,
  "Zipf's law over folders": (at, count) => `d${digits(Math.floor(count / (at + 1)), 5)}/${digits(at, 9)}`,
  "Chinese names": (at) => `数据/${han((at * 37) % 1024)}${han(at % 211)}/文件-${digits(at, 8)}`,
  "emoji and private use": (at) => `${String.fromCodePoint((at % 2 === 0 ? 0x1f300 : 0xe000) + (at % 500))}${at}`,
  "all behind a prefix of 900 bytes": (at) => `${"深/".repeat(225)}${hex(at)}`,
  "keys of 1,024 bytes": (at) => hex(at).repeat(32),
  UUIDs: (at) => hex(at).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
};

export const keySpaceNames = Object.keys(makers);

/** About so many keys of a space, in S3's order. */
export function keysOfSpace(name: string, count: number): readonly string[] {
  const keyAt = makers[name];
  if (keyAt === undefined) throw new Error(`there is no key space ${name}`);
  return [...new Set(Array.from({ length: count }, (_, at) => keyAt(at, count)))].toSorted(compareKeys);
}

/** All spaces with 20,000 keys each. */
export const keySpaces: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  keySpaceNames.map((name) => [name, keysOfSpace(name, 20_000)]),
);
