import type { z } from "zod";
import { misfitsIn } from "./checks.ts";
import { type Tunnel, tunnelOf } from "./tunnel.ts";
import { tunnelFileSchema } from "./tunnel-file.ts";
import { type FileFault, type YamlFile, readYaml } from "./yaml-lines.ts";

export type TunnelReading =
  /** `lineOf`: where in the file something stands, for what only the host can tell is wrong. */
  | { readonly ok: true; readonly tunnel: Tunnel; readonly lineOf: YamlFile["lineOf"] }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

/** Reads tunnel.yaml; answers the tunnel, or everything that is wrong with it, in the order of the lines. */
export function readTunnel(text: string, file: string): TunnelReading {
  const reading = readYaml(text, file);
  if (!reading.ok) return reading;
  const { yaml } = reading;
  const parsed = tunnelFileSchema.safeParse(yaml.value, { reportInput: true });
  if (!parsed.success) return refused(parsed.error.issues.flatMap((issue) => shapeFaults(issue, yaml, file)));
  const faults = misfitsIn(parsed.data).map(({ path, says, cure }) => ({ file, line: yaml.lineOf(path), says, cure }));
  return faults.length > 0 ? refused(faults) : { ok: true, tunnel: tunnelOf(parsed.data), lineOf: yaml.lineOf };
}

function refused(faults: readonly FileFault[]): TunnelReading {
  return { ok: false, faults: [...faults].sort((one, other) => one.line - other.line) };
}

function shapeFaults(issue: z.core.$ZodIssue, { lineOf }: YamlFile, file: string): FileFault[] {
  const name = issue.path.join(".") || "the file";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const says = `${path.join(".")} is not known.`;
      return { file, line: lineOf(path), says, cure: "Take it out, or look up its name in docs/tunnel.md." };
    });
  }
  const says = issue.input === undefined ? `${name} is missing.` : `${name} ${sentence(issue)}.`;
  return [{ file, line: lineOf(issue.path), says, cure: cureOf(issue.path.at(-1)) }];
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `must be ${issue.values.join(" or ")}`;
  if (issue.code === "invalid_type") return `must be a ${issue.expected === "object" ? "mapping" : issue.expected}`;
  return issue.message;
}

function cureOf(name: PropertyKey | undefined): string {
  if (name !== "key") return "docs/tunnel.md says what belongs there.";
  return "Store the key, for example in SSM Parameter Store as a SecureString, and write key: ssm:/its/name.";
}
