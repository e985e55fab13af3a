import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "./plan/read-settings.ts";
import { createStack } from "./stack.ts";

const settings = readSettings(new pulumi.Config("causeway-infra").requireObject("settings"));

export const { tunnelHostAddresses, ossBlocks, monitoringGroupId, targetAccessKeyId, ossEndpointDomain } =
  createStack(settings);
