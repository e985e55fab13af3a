/** What Alibaba's gateways take in a pre-shared key; a space, a double quote and a backslash are not among it. */
const allowed = /^[A-Za-z0-9~!`@#$%^&*()_\-+={}[\]|;:',.<>/?]$/;

/** As Alibaba's API says. */
const longestChars = 100;

/** Below this a key can be tried out by whoever records a negotiation. */
const shortestChars = 20;

/** What is wrong with a pre-shared key, as sentences that do not contain it. Empty: gateway and charon both take it. */
export function keyFaults(key: string): readonly string[] {
  const faults: string[] = [];
  const chars = Array.from(key);
  if (key === "") return ["The key is empty."];
  const refused = new Set(chars.filter((char) => !allowed.test(char)).map(nameOf));
  if (refused.size > 0) {
    faults.push(`The key contains ${[...refused].join(", ")}, which Alibaba's gateways refuse.`);
  }
  if (chars.length > longestChars)
    faults.push(`The key has ${chars.length} characters; Alibaba takes ${longestChars}.`);
  if (chars.length < shortestChars)
    faults.push(`The key has fewer than ${shortestChars} characters and could be guessed.`);
  return faults;
}

/** How to make one that both ends take. */
export const keyCure = "Make one with `openssl rand -hex 32`, and set it on both ends.";

function nameOf(char: string): string {
  if (char === " ") return "a space";
  if (char === "\n" || char === "\r") return "a line break";
  return /^[\x21-\x7e]$/.test(char) ? char : "a character outside ASCII";
}
