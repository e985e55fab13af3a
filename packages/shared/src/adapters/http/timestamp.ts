/** Gives `20260102T030405Z`, made once a second: what V4 signatures date requests with. */
export function createTimestamps(): (nowMs: number) => string {
  let second = Number.NaN;
  let text = "";
  return (nowMs) => {
    const now = Math.floor(nowMs / 1000);
    if (now !== second) {
      second = now;
      text = `${new Date(now * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
    }
    return text;
  };
}
