import type { PriceList } from "./prices.ts";

/** What is paid for, counted. */
export interface Quantities {
  readonly sourceRegion: string;
  readonly targetRegion: string;
  readonly listRequests: number;
  readonly getRequests: number;
  readonly putRequests: number;
  readonly bytes: number;
  /** Bytes by the storage class that they get at the target. */
  readonly bytesByClass: Readonly<Record<string, number>>;
}

export interface CostItem {
  readonly what: string;
  readonly amount: number;
}

export interface Cost {
  readonly currency: string;
  readonly asOf: string;
  readonly sources: readonly string[];
  /** Prices that nobody has compared with what the provider publishes, in words. */
  readonly unverified: readonly string[];
  readonly items: readonly CostItem[];
  /** Of the items that are paid once. */
  readonly total: number;
  /** What it costs from then on, each month. */
  readonly monthly: number;
  /** What the sum leaves out, in words. */
  readonly notCounted: readonly string[];
}

const bytesPerGiB = 1024 ** 3;

/** Multiplies quantities with prices. */
export function costOf(quantities: Quantities, prices: PriceList): Cost {
  const s3 = prices.s3[quantities.sourceRegion] ?? prices.s3["*"];
  const oss = prices.oss[quantities.targetRegion] ?? prices.oss["*"];
  const notCounted = ["the workers' hosts, VPN gateways, Express Connect or CEN, KMS, retrieval from archive classes"];
  const items: CostItem[] = [];
  if (s3 === undefined) notCounted.push(`S3 in ${quantities.sourceRegion}: the price list does not name it`);
  else {
    items.push(
      { what: "S3 LIST requests", amount: (quantities.listRequests / 1000) * s3.listPer1000 },
      { what: "S3 GET requests", amount: (quantities.getRequests / 1000) * s3.getPer1000 },
      { what: "data transfer out of AWS", amount: tiered(quantities.bytes / bytesPerGiB, s3.egress) },
    );
  }
  let monthly = 0;
  if (oss === undefined) notCounted.push(`OSS in ${quantities.targetRegion}: the price list does not name it`);
  else {
    items.push({ what: "OSS PUT requests", amount: (quantities.putRequests / 10_000) * oss.putPer10000 });
    for (const [storageClass, bytes] of Object.entries(quantities.bytesByClass)) {
      const price = oss.storagePerGiBMonth[storageClass];
      if (price === undefined) notCounted.push(`storage in class ${storageClass}: the price list does not name it`);
      else monthly += (bytes / bytesPerGiB) * price;
    }
  }
  const total = items.reduce((sum, { amount }) => sum + amount, 0);
  const { currency, asOf, sources, unverified } = prices;
  return { currency, asOf, sources, unverified, items, total, monthly, notCounted };
}

function tiered(gibibytes: number, tiers: PriceList["s3"][string]["egress"]): number {
  let [amount, below] = [0, 0];
  for (const { upToGiB, perGiB } of tiers) {
    const end = Math.min(gibibytes, upToGiB ?? Number.POSITIVE_INFINITY);
    amount += Math.max(0, end - below) * perGiB;
    below = end;
  }
  return amount;
}
