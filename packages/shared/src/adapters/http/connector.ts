import { buildConnector } from "undici";

import type { Addresses } from "./addresses.ts";

type Outcome = Parameters<buildConnector.Callback>;

/** Opens undici's connections, trying the endpoint's addresses one after the other. */
export function createConnector(
  addresses: Addresses,
  options: { readonly servername: string; readonly ca: string | undefined; readonly connectMs: number },
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectMs,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return (request, callback) => {
    const attempt = (address: string) =>
      new Promise<Outcome>((resolve) => {
        const tls = request.protocol === "https:" ? { servername: options.servername } : {};
        connect({ ...request, ...tls, hostname: address }, (...outcome) => resolve(outcome));
      });
    const open = async (): Promise<Outcome> => {
      let outcome: Outcome | undefined;
      for (const address of await addresses.find()) {
        outcome = await attempt(address);
        if (outcome[0] === null) return outcome;
        addresses.shun(address);
      }
      return outcome ?? [new Error("no address"), null];
    };
    void (async () => {
      const outcome = await open().catch((error: unknown): Outcome => [asError(error), null]);
      callback(...outcome);
    })();
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
