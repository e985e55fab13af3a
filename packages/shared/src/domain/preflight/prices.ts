import { z } from "zod";

const amount = z.number().min(0);
const tiers = z
  .array(z.strictObject({ upToGiB: z.number().positive().nullable(), perGiB: amount }))
  .min(1)
  .describe("Ascending; the last one has no end (null).");

const s3Prices = z.strictObject({
  /** LIST and its kind. */
  listPer1000: amount,
  getPer1000: amount,
  /** From the workers' hosts to the internet, which is where an IPsec tunnel goes. */
  egress: tiers,
});

const ossPrices = z.strictObject({
  /** PUT, POST, LIST and their kind. */
  putPer10000: amount,
  /** For a month, by OSS' storage class; classes that are not named are not counted. */
  storagePerGiBMonth: z.record(z.string(), amount),
});

/** Prices by region. `*` stands for every region that is not named. A file of one's own has this form. */
export const priceListSchema = z.strictObject({
  version: z.literal(1),
  currency: z.string().min(1),
  /** The day on which these prices held. */
  asOf: z.iso.date(),
  sources: z.array(z.string()).min(1),
  /** What of the list nobody has compared with what the provider publishes, in words; an estimate says so. */
  unverified: z.array(z.string()).default([]),
  s3: z.record(z.string(), s3Prices),
  oss: z.record(z.string(), ossPrices),
});
export type PriceList = Readonly<z.infer<typeof priceListSchema>>;

/** Beyond 150 TiB a month; the steps of AWS' data transfer out are the same everywhere. */
const egress = (first: number, second: number, third: number, rest: number) => [
  { upToGiB: 10_240, perGiB: first },
  { upToGiB: 51_200, perGiB: second },
  { upToGiB: 153_600, perGiB: third },
  { upToGiB: null, perGiB: rest },
];

/**
 * Public list prices as they were on `asOf`, without free quotas; nobody looks them up for you. Override them with PRICES_FILE
 * or `--prices`.
 */
export const listPrices: PriceList = {
  version: 1,
  currency: "USD",
  asOf: "2025-04-16",
  sources: [
    "https://dev.classmethod.jp/articles/ec2-datatransfer-cost (AWS' data transfer out of Tokyo, read off AWS' own list on 2025-04-16)",
    "https://alibabacloud.com/help/en/oss/product-overview/storage-fees (OSS Standard storage)",
    "https://aws.amazon.com/s3/pricing/ and https://www.alibabacloud.com/product/oss/pricing for the rest",
  ],
  unverified: ["S3's requests", "data transfer out of other regions than ap-northeast-1", "OSS' requests"],
  s3: {
    "ap-northeast-1": { listPer1000: 0.0047, getPer1000: 0.000_37, egress: egress(0.114, 0.089, 0.086, 0.084) },
    "ap-southeast-1": { listPer1000: 0.005, getPer1000: 0.0004, egress: egress(0.12, 0.085, 0.082, 0.08) },
    "eu-central-1": { listPer1000: 0.0054, getPer1000: 0.000_43, egress: egress(0.09, 0.085, 0.07, 0.05) },
    "eu-west-1": { listPer1000: 0.005, getPer1000: 0.0004, egress: egress(0.09, 0.085, 0.07, 0.05) },
    "us-east-1": { listPer1000: 0.005, getPer1000: 0.0004, egress: egress(0.09, 0.085, 0.07, 0.05) },
    "us-west-2": { listPer1000: 0.005, getPer1000: 0.0004, egress: egress(0.09, 0.085, 0.07, 0.05) },
    "*": { listPer1000: 0.0054, getPer1000: 0.000_43, egress: egress(0.12, 0.098, 0.094, 0.092) },
  },
  oss: { "*": { putPer10000: 0.0016, storagePerGiBMonth: { Standard: 0.0173 } } },
};

/** Parses a price list; `fault` says what is wrong with it. */
export function readPriceList(text: string): { readonly prices: PriceList } | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "it is not valid JSON" };
  }
  const parsed = priceListSchema.safeParse(value);
  if (parsed.success) return { prices: parsed.data };
  return { fault: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ") };
}
