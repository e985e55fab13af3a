import { z } from "zod";

const bytes = z.number().int().nonnegative();

/** How a synthetic bucket's keys look. Every scheme is a formula from an object's position in byte order to its key. */
export const keySchemeSchema = z.strictObject({
  scheme: z.enum(["flat-hex", "sequential", "dates", "folders", "chinese"]).default("sequential"),
  prefix: z.string().default(""),
  /** `skewed` puts most objects into few folders or days (Zipf's law); of no meaning to flat-hex and sequential. */
  spread: z.enum(["even", "skewed"]).default("even"),
  /** Folders or days that the keys are spread over. */
  groups: z.number().int().min(1).max(100_000).default(1000),
});

/** How large a synthetic bucket's objects are. Sizes come from a limited set, so that their hashes can be kept. */
export const sizesSchema = z.discriminatedUnion("distribution", [
  z.strictObject({ distribution: z.literal("fixed"), bytes }),
  z.strictObject({
    distribution: z.literal("mixed"),
    classes: z
      .array(z.strictObject({ bytes, weight: z.number().positive() }))
      .min(1)
      .max(256),
  }),
  z.strictObject({
    distribution: z.literal("lognormal"),
    medianBytes: z.number().positive(),
    sigma: z.number().positive().max(6).default(1.5),
    maxBytes: bytes.default(1024 ** 3),
  }),
]);

/** What a bucket is made of; the body of `PUT /_emulator/buckets/<name>` and the values of the start's `buckets`. */
export const bucketConfigSchema = z.discriminatedUnion("kind", [
  /** Objects in memory, or in a folder where the emulator has one. */
  z.strictObject({ kind: z.literal("plain"), region: z.string().optional() }),
  /** Keeps size, hashes and facts; drops the bytes. */
  z.strictObject({ kind: z.literal("sink"), region: z.string().optional() }),
  /** Holds `objects` computed objects and takes no writes. */
  z.strictObject({
    kind: z.literal("synthetic"),
    region: z.string().optional(),
    objects: z.number().int().min(0).max(1e10),
    seed: z.number().int().nonnegative().default(1),
    keys: keySchemeSchema.prefault({}),
    sizes: sizesSchema.default({ distribution: "fixed", bytes: 4096 }),
  }),
]);

export type KeyScheme = Readonly<z.infer<typeof keySchemeSchema>>;
export type Sizes = Readonly<z.infer<typeof sizesSchema>>;
export type BucketConfig = Readonly<z.infer<typeof bucketConfigSchema>>;
export type SyntheticConfig = Extract<BucketConfig, { kind: "synthetic" }>;
/** A bucket's configuration as people write it, defaults left out. */
export type BucketConfigInput = z.input<typeof bucketConfigSchema>;
