import type { FileFault } from "../model/yaml-lines.ts";

/** A text and what it is called, for messages. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

export interface Setting {
  readonly value: string;
  readonly line: number;
}

/** A `conn` section, with what it takes from `%default` and from `also=`. */
export interface Conn {
  readonly name: string;
  readonly line: number;
  readonly settings: ReadonlyMap<string, Setting>;
}

export interface IpsecConf {
  readonly conns: readonly Conn[];
  readonly faults: readonly FileFault[];
}

/**
 * Reads strongSwan's ipsec.conf (ipsec.conf(5)): sections, comments, quotes, `%default` and `also=`. Settings need not be
 * indented, and a remark after `//` is left out: files that went through a word processor look so.
 */
export function parseIpsecConf({ file, text }: NamedText): IpsecConf {
  const sections = new Map<string, Conn & { readonly settings: Map<string, Setting> }>();
  const faults: FileFault[] = [];
  let current: Map<string, Setting> | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = withoutRemark(raw);
    const [, kind, name = ""] = /^(conn|config|ca|include)\s+(\S+)/.exec(content) ?? [];
    if (kind === "conn") {
      const standing = sections.get(name)?.settings;
      current = standing ?? new Map<string, Setting>();
      if (standing === undefined) sections.set(name, { name, line, settings: current });
    } else if (kind === "include") {
      faults.push({
        file,
        line,
        says: `${name} is included here and was not read.`,
        cure: "Put its text in this place.",
      });
    } else if (kind !== undefined) {
      current = undefined;
    } else {
      const [, key, value = ""] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(content) ?? [];
      if (key !== undefined) current?.set(key.toLowerCase(), { value: value.replace(/^"(.*)"$/, "$1"), line });
      else if (content !== "") {
        faults.push({
          file,
          line,
          says: "This line is no section and no setting.",
          cure: "Write name=value, or take it out.",
        });
      }
    }
  }
  const conns = [...sections.values()].filter(({ name }) => name !== "%default");
  return { conns: conns.map((conn) => ({ ...conn, settings: whole(conn.name, sections, []) })), faults };
}

function withoutRemark(line: string): string {
  return line.replace(/(^|\s)(#|\/\/).*$/, "").trim();
}

function whole(
  name: string,
  sections: ReadonlyMap<string, Conn>,
  passed: readonly string[],
): ReadonlyMap<string, Setting> {
  const own = sections.get(name)?.settings ?? new Map<string, Setting>();
  const also = own.get("also")?.value;
  const follows = also !== undefined && !passed.includes(also);
  const taken = follows ? whole(also, sections, [...passed, name]) : (sections.get("%default")?.settings ?? []);
  return new Map([...taken, ...own]);
}
