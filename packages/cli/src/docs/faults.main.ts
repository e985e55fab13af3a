import { faultCodes } from "@causeway/shared/domain/fault-codes.ts";
import { keepDocument } from "./keep.ts";

/** Writes docs/faults.md from the table of fault codes. */
const sections = Object.entries(faultCodes).map(([code, { meaning, cure }]) => `## ${code}\n\n${meaning}\n\n${cure}\n`);
const text = `# Fault codes

Every failed object, and every job that stopped, carries one of these codes; \`causeway failures JOB --code CODE\` lists the
objects, \`causeway retry JOB --code CODE\` tries them again. This page is generated from the code (\`npm run docs\`).

${sections.join("\n")}`;

await keepDocument("docs/faults.md", () => text, process.argv);
