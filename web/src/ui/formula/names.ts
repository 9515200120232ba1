/** Labels for keys in both directions; a label that is not clear stays a key (as on the server). */
import { SYSTEM_FIELDS } from "@/api/system-fields";
import type { Entity, Field, Label } from "@/api/types";
import type { Ast, Call, Literal } from "./ast";
import { literal } from "./ast";

/** Formulas read no record that is in the bin. */
const SYSTEM = Object.entries(SYSTEM_FIELDS).filter(([key]) => !key.startsWith("deleted_"));
const ADDRESS: Record<string, Label> = {
  name: { "zh-CN": "姓名", en: "Name" },
  phone: { "zh-CN": "电话", en: "Phone" },
  province: { "zh-CN": "省", en: "Province" },
  city: { "zh-CN": "市", en: "City" },
  district: { "zh-CN": "区县", en: "District" },
  detail: { "zh-CN": "详细地址", en: "Detail" },
  text: { "zh-CN": "全文", en: "Text" },
};

export type Entities = Record<string, Entity>;
type Fields = Record<string, Field>;
type Translate = (level: Level, given: string) => string;
type Option = (field: Field, value: string) => string;

const fold = (text: string) => text.normalize("NFKC").trim().toLowerCase();
const both = (label: Label) =>
  new Set([label["zh-CN"], label.en].filter(Boolean).map((one) => fold(one!)));

/** The names that may stand at one place of a path. */
export class Level {
  readonly fields: Fields;
  private readonly byName = new Map<string, Set<string>>();
  private readonly entities: Entities;
  private readonly app: string;

  constructor(fields: Fields, entities: Entities, app: string) {
    this.fields = fields;
    this.entities = entities;
    this.app = app;
    for (const [key, field] of Object.entries(fields))
      for (const name of both(field.label))
        this.byName.set(name, new Set([...(this.byName.get(name) ?? []), key]));
  }

  static of(entities: Entities, app: string, entity: string): Level {
    const own = entities[entity]?.fields ?? {};
    return new Level({ ...Object.fromEntries(SYSTEM), ...own }, entities, app);
  }

  /** The key that a key or label stands for. */
  key(name: string): string | undefined {
    if (name in this.fields) return name;
    const found = this.byName.get(fold(name));
    return found?.size === 1 ? [...found][0] : undefined;
  }

  /** What to show for a key. */
  shown(key: string, language: string): string {
    const label = pick(this.fields[key]?.label, language);
    return label && !label.includes("]") && this.key(label) === key ? label : key;
  }

  below(key: string | undefined): Level {
    const field = key === undefined ? undefined : this.fields[key];
    if (field?.kind === "lines") return new Level(field.fields ?? {}, this.entities, this.app);
    if (field?.kind === "reference") {
      const [app, entity] = field.entity?.includes(".")
        ? field.entity.split(".")
        : [this.app, field.entity];
      if (app === this.app && entity && this.entities[entity])
        return Level.of(this.entities, this.app, entity);
    }
    if (field?.kind === "address") {
      const parts = Object.entries(ADDRESS).map(([one, label]) => [one, { kind: "text", label }]);
      return new Level(Object.fromEntries(parts) as Fields, this.entities, this.app);
    }
    return new Level({}, this.entities, this.app);
  }
}

export function pick(label: Label | undefined, language: string): string {
  if (!label) return "";
  return (language === "en" ? label.en : label["zh-CN"]) || label["zh-CN"] || label.en || "";
}

/** The field that a path of keys leads to. */
export function fieldAt(level: Level, path: string[]): Field | undefined {
  let here = level;
  let field: Field | undefined;
  for (const name of path) {
    const key = here.key(name);
    field = key === undefined ? undefined : here.fields[key];
    here = here.below(key);
  }
  return field;
}

function translated(level: Level, path: string[], translate: Translate): string[] {
  let here = level;
  return path.map((name) => {
    const shown = translate(here, name);
    here = here.below(here.key(name));
    return shown;
  });
}

/** The tree with keys for labels. */
export function toKeys(node: Ast, level: Level): Ast {
  return walk(node, level, (here, name) => here.key(name) ?? name, optionKey);
}

/** The tree with labels for keys. */
export function toLabels(node: Ast, level: Level, language: string): Ast {
  const label: Translate = (here, name) => here.shown(name, language);
  return walk(node, level, label, (field, value) => optionLabel(field, value, language));
}

function walk(node: Ast, level: Level, translate: Translate, option: Option): Ast {
  if (node.op === "literal") return node;
  if (node.op === "path") return { op: "path", path: translated(level, node.path, translate) };
  const field = asked(node, level);
  const places = (index: number) =>
    node.name !== "SWITCH" || (index % 2 === 1 && index < node.args.length - 1);
  const args = node.args.map((one, index) =>
    field && places(index) && one.op === "literal" && one.type === "text"
      ? literal("text", option(field, String((one as Literal).value)))
      : walk(one, level, translate, option),
  );
  return { op: "call", name: node.name, args };
}

/** The choice whose options the texts among the arguments are. */
function asked(node: Call, level: Level): Field | undefined {
  const among = ["=", "<>"].includes(node.name)
    ? node.args
    : ["IN", "CONTAINS", "SWITCH"].includes(node.name)
      ? node.args.slice(0, 1)
      : [];
  for (const one of among) {
    const field = one.op === "path" ? fieldAt(level, one.path) : undefined;
    if (field?.options) return field;
  }
  return undefined;
}

function optionKey(field: Field, value: string): string {
  const options = field.options ?? [];
  if (options.some((one) => one.key === value)) return value;
  const word = fold(value);
  return options.find((one) => fold(one.key) === word || both(one.label).has(word))?.key ?? value;
}

function optionLabel(field: Field, value: string, language: string): string {
  const label = pick(field.options?.find((one) => one.key === value)?.label, language);
  return label && optionKey(field, label) === value ? label : value;
}
