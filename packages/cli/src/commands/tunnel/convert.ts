import { writeFile } from "node:fs/promises";
import { type Conversion, convertIpsec } from "@causeway/tunnel/convert/convert.ts";
import { type FileFault, faultLine } from "@causeway/tunnel/model/yaml-lines.ts";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { withExamples } from "../../examples.ts";
import { refusal } from "../../refusal.ts";
import { readText } from "./read-file.ts";

interface ConvertOptions {
  readonly secrets?: string;
  readonly region?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `causeway tunnel convert ipsec.conf`: a tunnel.yaml of the same path, and what was weak. */
export function addTunnelConvert(tunnel: Command, context: CliContext): void {
  const command = tunnel
    .command("convert")
    .argument("<ipsec.conf>", "strongSwan's old configuration")
    .option("--secrets <file>", "ipsec.secrets: its keys are judged, and never printed")
    .option("--region <region>", "OSS' region, where the addresses do not tell it")
    .option("--out <file>", "write tunnel.yaml there instead of printing it")
    .option("--json", "print tunnel.yaml, remarks and faults as JSON")
    .description("make a tunnel.yaml of an ipsec.conf, and name what was weak in it")
    .action(async (file: string, options: ConvertOptions) => {
      const { secrets, region } = options;
      const found = convertIpsec({
        conf: { file, text: await readText(file) },
        secrets: secrets === undefined ? undefined : { file: secrets, text: await readText(secrets) },
        region,
      });
      if (options.json === true) context.say(JSON.stringify(found));
      else await tell(context, found, options.out);
      if (found.faults.length > 0) context.endWith(2);
    });
  withExamples(command, ["causeway tunnel convert /etc/ipsec.conf --secrets /etc/ipsec.secrets --out tunnel.yaml"]);
}

async function tell(
  context: CliContext,
  { yaml, remarks, faults }: Conversion,
  out: string | undefined,
): Promise<void> {
  if (yaml !== undefined && out === undefined) context.print(yaml);
  if (yaml !== undefined && out !== undefined) {
    await writeFile(out, yaml, { flag: "wx" }).catch((error: unknown) => {
      throw refusal(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  for (const remark of inOrder(remarks)) context.note(`note: ${faultLine(remark)}`);
  for (const fault of inOrder(faults)) context.note(`error: ${faultLine(fault)}`);
}

function inOrder(faults: readonly FileFault[]): readonly FileFault[] {
  return faults.toSorted((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
}
