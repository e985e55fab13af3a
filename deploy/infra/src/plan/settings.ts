import { z } from "zod";

const block = z.cidrv4({ error: "must be an IPv4 block such as 172.16.0.0/16" });
const text = z.string().min(1, "must not be empty");
const count = z.int().min(0, "must not be negative");

const awsZone = z.strictObject({ zone: text, public: block, workers: block });
const alibabaZone = z.strictObject({ zone: text, switch: block });
const alibabaRegion = z.strictObject({
  region: text,
  vpc: block,
  zones: z.array(alibabaZone).length(2, "must be two zones: gateways and Transit Routers stand in two"),
});

export const settingsSchema = z.strictObject({
  /** What every resource's name begins with. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "must be lower-case letters, digits and dashes, at most 31"),
  aws: z.strictObject({
    region: text,
    vpc: block,
    zones: z.array(awsZone).min(1, "must be at least one zone").max(3, "must be at most three zones"),
  }),
  source: z.strictObject({
    bucket: text,
    canaryBucket: text,
    /** `true` puts a policy on the source bucket that lets requests in only through the endpoint. */
    restrictToEndpoint: z.boolean().default(false),
    /** Who stays let in from everywhere, by ARN: without them a slip locks everybody out. */
    administrators: z
      .array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+/, "must be an ARN"))
      .default([]),
  }),
  target: z.strictObject({ bucket: text, prefix: z.string().default("") }),
  journal: z.strictObject({ bucket: text }),
  /** Alibaba Cloud's region next to AWS', where the tunnels end. */
  near: alibabaRegion,
  /** Alibaba Cloud's region of the target bucket. */
  far: alibabaRegion,
  path: z.strictObject({
    /** `vpn-gateway`: tunnels end in the near VPC; `transit-router`: at the Transit Router, and both carry (ECMP). */
    product: z.enum(["vpn-gateway", "transit-router"]),
    /** `vip-blocks`: OSS' own addresses; `privatelink`: addresses of the far VPC. */
    access: z.enum(["vip-blocks", "privatelink"]).default("vip-blocks"),
    /** The endpoint service of OSS in the far region; only for privatelink. */
    privatelinkService: text.optional(),
    bandwidthMbps: z.int().min(5, "must be at least 5"),
    /** Instead of the published blocks of the far region. */
    blocks: z.array(block).min(1).optional(),
  }),
  hosts: z.strictObject({
    /** One in each zone, with a tunnel of its own. `gateways` forward for the workers behind them; `self`: they also copy. */
    layout: z.enum(["gateways", "self"]),
    instanceType: text,
    /** The image made with deploy/worker-host/image.pkr.hcl. */
    imageId: z.string().regex(/^ami-[0-9a-f]{8,17}$/, "must be an image such as ami-0123456789abcdef0"),
  }),
  workers: z.strictObject({
    /** What copies behind gateways. */
    run: z.enum(["auto-scaling-group", "ecs", "none"]),
    instanceType: text.default("c7i.2xlarge"),
    min: count,
    max: count,
    /** How many open tasks each worker host should find: more start another, fewer take one away. */
    tasksPerWorker: z.int().min(1, "must be at least 1").default(64),
  }),
  services: z.strictObject({ image: text }),
  redis: z.strictObject({ run: z.enum(["host", "elasticache"]), instanceType: text }),
});

export type Settings = Readonly<z.infer<typeof settingsSchema>>;
