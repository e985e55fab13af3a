import { readFileSync } from "node:fs";
import { listPrices, type PriceList, readPriceList } from "../domain/preflight/prices.ts";

/** The prices of a file, or the built-in ones where none is named. Throws an Error with a sentence about what is wrong with it. */
export function readPrices(file: string | undefined): PriceList {
  if (file === undefined) return listPrices;
  const read = readPriceList(readFileSync(file, "utf8"));
  if ("prices" in read) return read.prices;
  throw new Error(`The price list ${file} cannot be used: ${read.fault}. docs/prices.md shows its form.`);
}
