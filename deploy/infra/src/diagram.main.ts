// npm run diagram: writes the example stack's path into docs/network.md.

import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { withDiagram } from "./diagram.ts";
import { planOf } from "./plan/plan.ts";
import { readSettings } from "./plan/read-settings.ts";

const stackFile = new URL("../Pulumi.tokyo-shanghai.yaml", import.meta.url);
const document = new URL("../../../docs/network.md", import.meta.url);

const stack = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(readFileSync(stackFile, "utf8")));
const plan = planOf(readSettings(stack.config["causeway-infra:settings"]));
writeFileSync(document, withDiagram(readFileSync(document, "utf8"), plan));
