import { compareKeys } from "./key-index.ts";
import type { KeyScheme, SyntheticConfig } from "./bucket-config.ts";
import { mix } from "./synthetic-noise.ts";

/** The keys of a synthetic bucket: `keyAt` rises in UTF-8 byte order with the position, from 0 to `count` - 1. */
export interface SyntheticKeys {
  readonly count: number;
  keyAt(position: number): string;
  /** The first position whose key is not less than `key`; `count` where there is none. */
  positionOf(key: string): number;
}

export function createSyntheticKeys(config: SyntheticConfig): SyntheticKeys {
  const count = config.objects;
  const keyAt = formulaOf(config);
  return {
    count,
    keyAt,
    // Some 24 keys are computed for ten million objects: cheaper than remembering any.
    positionOf: (key) => {
      const stated = statedPosition(config, key);
      if (Number.isInteger(stated) && stated < count && keyAt(stated) === key) return stated;
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (compareKeys(keyAt(middle), key) < 0) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** The position that a key of the sequential scheme ends with, which is most often what is looked for; else NaN. */
function statedPosition({ keys }: SyntheticConfig, key: string): number {
  return keys.scheme === "sequential" ? Number(key.slice(-SEQUENTIAL_DIGITS)) : Number.NaN;
}

function formulaOf(config: SyntheticConfig): (position: number) => string {
  const { prefix, scheme } = config.keys;
  switch (scheme) {
    case "flat-hex":
      return flatHex(config);
    case "sequential":
      return (position) => `${prefix}object-${digits(position, SEQUENTIAL_DIGITS)}`;
    case "dates":
      return grouped(
        config,
        (day) => `${new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "/")}/event-`,
      );
    case "folders":
      return grouped(config, (folder) => `d${digits(Math.floor(folder / 100), 4)}/d${digits(folder % 100, 2)}/file-`);
    case "chinese":
      return grouped(config, (folder) => `数据/${HAN[Math.floor(folder / 1024) % 1024]}${HAN[folder % 1024]}/文件-`);
    default:
      return scheme satisfies never;
  }
}

const SEQUENTIAL_DIGITS = 11;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2000, 0, 1);
/** 1,024 Han characters one behind the other in Unicode, hence in byte order too. */
const HAN = Array.from({ length: 1024 }, (_, at) => String.fromCodePoint(0x4e00 + at));
const HEX_KEYS = 2 ** 52;

/** Hexadecimal names as random ones look: one in every equal slice of the 13-digit numbers, its place drawn by the seed. */
function flatHex(config: SyntheticConfig): (position: number) => string {
  const slice = HEX_KEYS / Math.max(config.objects, 1);
  return (position) => {
    const place = Math.floor((position + (0.999 * mix(config.seed, position)) / 2 ** 32) * slice);
    // A number of 52 bits is slow to spell: it is put together of pieces that are spelled already.
    const high = Math.floor(place / 2 ** 28);
    const low = place % 2 ** 28;
    const hex = `${hex3(high >>> 12)}${hex3(high)}${hex3(low >>> 16)}${hex3(low >>> 4)}`;
    return `${config.keys.prefix}${hex}${hex1(low)}${hex3(position)}`;
  };
}

const HEX3 = Array.from({ length: 4096 }, (_, value) => value.toString(16).padStart(3, "0"));

/** The last twelve bits as three digits. */
function hex3(value: number): string {
  return HEX3[value & 0xfff] ?? "";
}

function hex1(value: number): string {
  return (value & 0xf).toString(16);
}

function grouped(config: SyntheticConfig, nameOf: (group: number) => string): (position: number) => string {
  const starts = groupStarts(config.objects, config.keys);
  const names = starts.map((_, group) => `${config.keys.prefix}${nameOf(group)}`);
  return (position) => {
    const group = lastNotAbove(starts, position);
    return `${names[group] ?? ""}${digits(position - (starts[group] ?? 0), 10)}`;
  };
}

/** Where each group begins. Zipf's law: the group at rank r holds a share in proportion to 1/r; ranks are shuffled. */
function groupStarts(objects: number, keys: KeyScheme): readonly number[] {
  const weights = Array.from({ length: keys.groups }, (_, group) =>
    keys.spread === "even" ? 1 : 1 / (1 + (mix(7, group) % keys.groups)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  return weights.map((weight) => {
    const start = Math.floor((before / total) * objects);
    before += weight;
    return start;
  });
}

function lastNotAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function digits(value: number, width: number): string {
  return value.toString().padStart(width, "0");
}
