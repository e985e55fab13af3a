import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";

/** A resource that the program asked for, with what it asked. Secret values stand under `secret`. */
export interface Asked {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const stackSchema = z.strictObject({
  config: z.strictObject({ "causeway-infra:settings": z.record(z.string(), z.unknown()) }),
});

/** The example stack's settings, fresh at each call. */
export function exampleSettings(): Record<string, unknown> {
  const text = readFileSync(new URL("../Pulumi.tokyo-shanghai.yaml", import.meta.url), "utf8");
  return stackSchema.parse(parse(text)).config["causeway-infra:settings"];
}

/** The settings with some replaced, by path: `{ "path.product": "transit-router" }`. */
export function settingsWith(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const settings = exampleSettings();
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let at: Record<string, unknown> = settings;
    for (const name of names) at = z.record(z.string(), z.unknown()).parse(at[name]);
    at[last] = value;
    const [top = ""] = path.split(".");
    // `parse` above copies; put the changed branch back.
    if (names.length === 1) settings[top] = at;
  }
  return settings;
}

/** Runs the program against Pulumi's mocks and answers everything that it asked for. */
export async function resourcesOf(settings: Record<string, unknown>): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        asked.push({ type, name, inputs });
        return {
          id: id === undefined || id === "" ? `${name}-id` : id,
          state: { ...inputs, ...made(type, name, inputs) },
        };
      },
      call: ({ inputs }) => inputs,
    },
    "causeway-infra",
    "test",
    false,
  );
  const { createStack } = await import("../src/stack.ts");
  const { readSettings } = await import("../src/plan/read-settings.ts");
  createStack(readSettings(settings));
  await settled(asked);
  return asked;
}

/** What the clouds would add to what was asked. */
function made(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  switch (type) {
    case "aws:ec2/eip:Eip":
      return { publicIp: `203.0.113.${name.length}` };
    case "random:index/randomPassword:RandomPassword":
      return { result: `made-${name}` };
    case "random:index/randomBytes:RandomBytes":
      return { base64: `made-${name}` };
    case "aws:ec2/instance:Instance":
      return { primaryNetworkInterfaceId: `${name}-eni`, privateIp: "172.16.1.9" };
    case "alicloud:vpn/connection:Connection":
    case "alicloud:vpn/gatewayVpnAttachment:GatewayVpnAttachment":
      return { tunnelOptionsSpecifications: [{ internetIp: "198.51.100.62" }, { internetIp: "198.51.100.63" }] };
    case "alicloud:cen/transitRouter:TransitRouter":
      return { transitRouterId: `${name}-id` };
    case "alicloud:cen/transitRouterRouteTable:TransitRouterRouteTable":
      return { transitRouterRouteTableId: `${name}-id` };
    case "alicloud:cen/transitRouterVpcAttachment:TransitRouterVpcAttachment":
    case "alicloud:cen/transitRouterPeerAttachment:TransitRouterPeerAttachment":
      return { transitRouterAttachmentId: `${name}-id` };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { prefixListId: "pl-s3" };
    case "alicloud:ram/accessKey:AccessKey":
      return { secret: "made-secret" };
    default:
      return { arn: `arn:aws:test::111122223333:${name}`, name: inputs["name"] ?? name };
  }
}

/** Resolves when no further resource has been asked for during a while: outputs resolve in turns. */
async function settled(asked: readonly Asked[]): Promise<void> {
  for (let quietTurns = 0, seen = -1; quietTurns < 5; quietTurns += 1) {
    if (asked.length !== seen) quietTurns = 0;
    seen = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
