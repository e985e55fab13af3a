import { type System, startSystem } from "../../system/system.ts";

export const keys = { admin: "admin-key-0001", operate: "operate-key-01", read: "read-key-00001" } as const;

/** The keys below `from/` of the source that every test reads. */
export const objectCount = 600;

/** The whole system with a source of equal objects; jobs of different tests write to places of their own. */
export function startWorld(): Promise<System> {
  return startSystem({
    workers: 1,
    env: { API_KEYS: `eric:admin:${keys.admin},olga:operate:${keys.operate},rita:read:${keys.read}` },
    source: {
      kind: "synthetic",
      objects: objectCount,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: 20_000 },
    },
  });
}

/** A job that writes below a prefix of its own, in small tasks. */
export function jobNamed(system: System, name: string, extra: object = {}): Record<string, unknown> {
  const { target, ...job } = system.job({ name, tasks: { objectCountLimit: 50 } });
  return { ...job, target: { ...(target as object), prefix: `${name}/` }, ...extra };
}

/** Calls the API with the administrator's key, whatever `system.apiKey` says. */
export async function submit(system: System, job: Record<string, unknown>): Promise<string> {
  const answer = await fetch(`${system.apiUrl}/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.admin}`, "content-type": "application/json" },
    body: JSON.stringify(job),
  });
  const body = (await answer.json()) as { readonly id: string };
  if (answer.status !== 201) throw new Error(`submit answered ${answer.status}: ${JSON.stringify(body)}`);
  return body.id;
}

/** A limit that makes a job last until somebody changes it. */
export const slowly = { limits: { bytesPerSecond: 200_000 } } as const;
