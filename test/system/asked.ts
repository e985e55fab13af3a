import type { OperationCount } from "../../packages/emulators/src/core/request-log.ts";
import type { Store } from "./system.ts";

const nothing: OperationCount = { requests: 0, refused: 0, bytesReceived: 0, bytesSent: 0 };

/** What an emulated store was asked of an operation since its start, or since `forgetAsked`. */
export async function asked({ url }: Pick<Store, "url">, operation: string): Promise<OperationCount> {
  const answer = await fetch(`${url}/_emulator/requests`);
  const counts = (await answer.json()) as Partial<Record<string, OperationCount>>;
  return counts[operation] ?? nothing;
}

export async function forgetAsked({ url }: Pick<Store, "url">): Promise<void> {
  await fetch(`${url}/_emulator/requests`, { method: "DELETE" });
}
