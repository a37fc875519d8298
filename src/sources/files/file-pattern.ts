import { join, parse, sep } from "node:path";

/** A file pattern, taken apart at its folders. */
export interface FilePattern {
  /** The folder above the first wild card. */
  readonly root: string;
  /** What names have to match, level by level; `**` stands for any number of levels. */
  readonly levels: readonly (RegExp | "**")[];
}

/** Copies that rotation compressed: what is in them has been read while it was text. */
const COMPRESSED = /\.(gz|bz2|zip|xz|zst|lz4|z)$/i;

const WILD = /[*?[{]/;

/**
 * Wild cards as in the Kinesis Agent, which has Java's: `*` and `?` within a name, `[a-c]`, `{this,that}`; also in folders,
 * and `**` for any number of them. Names that begin with a dot are names like others.
 */
export function parseFilePattern(pattern: string): FilePattern {
  const { root } = parse(pattern);
  const parts = pattern
    .slice(root.length)
    .split(sep)
    .filter((part) => part !== "");
  const firstWild = parts.findIndex((part) => WILD.test(part));
  const fixed = firstWild === -1 ? parts.length - 1 : firstWild;
  return {
    root: join(root, ...parts.slice(0, fixed)),
    levels: parts.slice(fixed).map((part) => (part === "**" ? part : nameExpression(part))),
  };
}

/** A folder as files are looked for in it. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface FoundFiles {
  readonly files: readonly string[];
  /** The folders that were listed: a file that comes or goes changes one of them. */
  readonly folders: readonly string[];
}

/** All paths that match, compressed copies left out. `list` answers nothing for a folder that is not there. */
export async function findFiles(
  { root, levels }: FilePattern,
  list: (folder: string) => Promise<readonly FolderEntry[]>,
): Promise<FoundFiles> {
  const files = new Set<string>();
  const folders = new Set<string>();
  const visit = async (folder: string, level: number): Promise<void> => {
    const expression = levels[level];
    if (expression === undefined) return;
    if (expression === "**") await visit(folder, level + 1);
    folders.add(folder);
    for (const { name, isFolder } of await list(folder)) {
      const path = join(folder, name);
      if (expression === "**") {
        if (isFolder) await visit(path, level);
      } else if (expression.test(name)) {
        if (isFolder) await visit(path, level + 1);
        else if (level === levels.length - 1 && !COMPRESSED.test(name)) files.add(path);
      }
    }
  };
  await visit(root, 0);
  return { files: [...files], folders: [...folders] };
}

function nameExpression(glob: string): RegExp {
  let source = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    const close = character === "[" ? glob.indexOf("]", at + 2) : -1;
    if (close !== -1) {
      const inside = glob.slice(at + 1, close).replace(/[\\\]^]/g, "\\$&");
      source += inside.startsWith("!") ? `[^${inside.slice(1)}]` : `[${inside}]`;
      at = close;
    } else if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (character === "{") {
      depth++;
      source += "(?:";
    } else if (character === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (character === "," && depth > 0) source += "|";
    else source += character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  }
  return new RegExp(`^${source}${")".repeat(depth)}$`, "s");
}
