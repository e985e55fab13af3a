/** What this program takes from its environment: variables that secrets refer to, and AWS' own, which its client reads. */
export function readHostEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
