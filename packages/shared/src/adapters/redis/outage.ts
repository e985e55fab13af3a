/**
 * What Redis and its client say while a server is away, starts, or hands over to its replica: the codes that Redis'
 * errors begin with (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec) and ioredis' own sentences.
 */
const saidInOutage =
  /^(?:CLUSTERDOWN|MASTERDOWN|LOADING|READONLY|TRYAGAIN|UNBLOCKED)\b|^Connection is closed|^Too many Cluster redirections|^Cluster isn't ready|^Failed to refresh slots cache|^Stream isn't writeable/u;

/** Whether a call failed because Redis was away at that moment; it may be back by now. */
export function isOutage(error: unknown): boolean {
  return error instanceof Error && saidInOutage.test(error.message);
}
