import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { named, type Setting } from "../names.ts";

/** What the services share, in the parameter store. */
export interface Secrets {
  readonly key: aws.kms.Key;
  /** Pre-shared keys by tunnel: `tokyo-shanghai-1.1`. */
  readonly tunnelKeys: ReadonlyMap<string, pulumi.Output<string>>;
  /** Parameters by what they hold; `redis-url` is added once Redis is there. */
  readonly parameters: Map<string, aws.ssm.Parameter>;
}

const keyLength = 48;

/** One key for each tunnel, the seal's key and the API's; all made here, kept encrypted, and marked secret in the state. */
export function createSecrets(setting: Setting): Secrets {
  const { plan, aws: provider } = setting;
  const whole = named(plan, "secrets");
  const key = new aws.kms.Key(
    whole.name,
    { description: `Secrets of Causeway, ${plan.settings.name}`, enableKeyRotation: true, tags: whole.tags },
    { provider },
  );
  const tunnelKeys = new Map<string, pulumi.Output<string>>();
  const parameters = new Map<string, aws.ssm.Parameter>();
  const secrets: Secrets = { key, tunnelKeys, parameters };
  for (const host of plan.tunnelHosts) {
    for (const n of [1, 2]) {
      const tunnel = `${host.name}.${n}`;
      // Letters and digits alone: Alibaba Cloud refuses some other characters.
      const made = new random.RandomPassword(`${host.name}-key-${n}`, { length: keyLength, special: false });
      tunnelKeys.set(tunnel, pulumi.secret(made.result));
      store(setting, secrets, tunnel, made.result);
    }
  }
  const seal = new random.RandomBytes(named(plan, "seal").name, { length: 32 });
  store(setting, secrets, "secret-key", seal.base64);
  const api = new random.RandomPassword(named(plan, "api-key").name, { length: keyLength, special: false });
  store(setting, secrets, "api-keys", pulumi.interpolate`operator:admin:${api.result}`);
  return secrets;
}

/** Where a secret lies in the parameter store. */
export function parameterName({ settings }: Setting["plan"], what: string): string {
  return `/causeway/${settings.name}/${what}`;
}

/** Puts a value into the parameter store, encrypted, and marks it secret wherever it goes. */
export function store(
  { plan, aws: provider }: Setting,
  { key, parameters }: Secrets,
  what: string,
  value: pulumi.Input<string>,
): void {
  const parameter = new aws.ssm.Parameter(
    named(plan, `parameter-${what}`).name,
    { name: parameterName(plan, what), type: "SecureString", keyId: key.arn, value: pulumi.secret(value) },
    { provider, additionalSecretOutputs: ["value"] },
  );
  parameters.set(what, parameter);
}
