import type { Plan } from "./plan/plan.ts";
import type { TunnelHost } from "./plan/tunnel-host.ts";
import { parameterName } from "./aws/secrets.ts";

/** host.yaml of a host of this stack; JSON is YAML. */
export function hostYaml(plan: Plan, worker: "run" | "none", scaleIn: "watch" | "none" = "none"): string {
  const { aws, journal, name } = plan.settings;
  // For Prometheus; security groups let in nobody else.
  const health = { HEALTH_HOST: "0.0.0.0" };
  const settings = {
    ...health,
    JOURNAL_URL: `s3://${journal.bucket}/${name}?region=${aws.region}`,
    OSS_ALLOWED_CIDRS: plan.blocks.join(","),
    SPOT_NOTICE_URL: "http://169.254.169.254/latest/meta-data/spot/instance-action",
    // Longer than the largest part takes; the group's lifecycle hook waits for it.
    DRAIN_TIMEOUT_MS: 60_000,
  };
  const secrets = {
    REDIS_URL: `ssm:${parameterName(plan, "redis-url")}`,
    SECRET_KEY: `ssm:${parameterName(plan, "secret-key")}`,
  };
  const more = worker === "run" ? { secrets, settings } : { settings: health };
  const whole = { version: 1, region: aws.region, worker, scaleIn, ...more };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** host.yaml of the host with the ledger's Redis. */
export function redisYaml(plan: Plan): string {
  const secrets = { REDIS_PASSWORD: `ssm:${parameterName(plan, "redis-password")}` };
  const whole = { version: 1, region: plan.settings.aws.region, worker: "none", redis: "serve", secrets };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

export interface TunnelAddresses {
  /** The elastic IP of the host. */
  readonly own: string;
  /** Where its two tunnels end. */
  readonly gateway: readonly string[];
}

/** tunnel.yaml of a tunnel host, as `causeway tunnel check` reads it. */
export function tunnelYaml(plan: Plan, host: TunnelHost, addresses: TunnelAddresses): string {
  const { settings } = plan;
  const whole = {
    version: 1,
    name: host.name,
    role: "gateway",
    host: { publicAddress: addresses.own, networks: host.networks },
    gateway: {
      product: settings.path.product,
      selectors: "blocks",
      ikeProposals: ["aes256-sha256-modp2048"],
      espProposals: ["aes256-sha256-modp2048"],
      vpcs: [settings.near.vpc, settings.far.vpc].filter(
        (vpc) => settings.path.access === "vip-blocks" || vpc !== settings.far.vpc,
      ),
      tunnels: addresses.gateway.map((address, n) => ({
        address,
        key: `ssm:${parameterName(plan, `${host.name}.${n + 1}`)}`,
        interfaceId: host.interfaceIds[n],
      })),
    },
    oss: { region: settings.far.region, blocks: plan.blocks },
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
