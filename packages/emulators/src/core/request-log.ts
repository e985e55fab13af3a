/** What a store was asked so far, by operation. */
export interface OperationCount {
  readonly requests: number;
  /** Answers of 400 and above, faults of the plan included. */
  readonly refused: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

export interface RequestLog {
  add(operation: string, event: { refused: boolean; bytesReceived: number; bytesSent: number }): void;
  readonly read: () => Readonly<Record<string, OperationCount>>;
  clear(): void;
}

export function createRequestLog(): RequestLog {
  const counts = new Map<string, { requests: number; refused: number; bytesReceived: number; bytesSent: number }>();
  return {
    add: (operation, event) => {
      const count = counts.get(operation) ?? { requests: 0, refused: 0, bytesReceived: 0, bytesSent: 0 };
      count.requests += 1;
      count.refused += event.refused ? 1 : 0;
      count.bytesReceived += event.bytesReceived;
      count.bytesSent += event.bytesSent;
      counts.set(operation, count);
    },
    read: () => Object.fromEntries([...counts].map(([operation, count]) => [operation, { ...count }])),
    clear: () => counts.clear(),
  };
}
