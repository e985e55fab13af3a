/** Counts and times, for `/metrics`. Names are those of the glossary; labels have few values. */
export interface Meter {
  count(name: string, labels: Readonly<Record<string, string>>, by?: number): void;
  time(name: string, labels: Readonly<Record<string, string>>, seconds: number): void;
  /** A time that is taken often: what costs is done once, here. */
  timer(name: string, labels: Readonly<Record<string, string>>): (seconds: number) => void;
  /** Undefined: nobody knows it any more, and it is told no longer. */
  gauge(name: string, labels: Readonly<Record<string, string>>, value: number | undefined): void;
}
