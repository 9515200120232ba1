/** What a field of files takes: endings, sizes, how many; told before anything is sent. */
import type { Field, StoredFile } from "@/api/types";

const ENDINGS: Record<string, string[]> = {
  pdf: ["pdf"],
  png: ["png"],
  jpeg: ["jpg", "jpeg"],
  gif: ["gif"],
  webp: ["webp"],
  xlsx: ["xlsx"],
  docx: ["docx"],
  pptx: ["pptx"],
  csv: ["csv"],
  txt: ["txt"],
  zip: ["zip"],
};
const IMAGES = ["png", "jpeg", "gif", "webp"];
const MEGABYTE = 1024 * 1024;
export const DEFAULT_MB = 50;

export function kindsOf(field: Field): string[] {
  if (field.kind === "picture") return IMAGES;
  return field.types?.length ? field.types : Object.keys(ENDINGS);
}

export function endingsOf(field: Field): string[] {
  return kindsOf(field).flatMap((kind) => ENDINGS[kind] ?? []);
}

export function mostOf(field: Field): number {
  return field.kind === "picture" ? 1 : Number(field.maximum ?? 20);
}

export function megabytesOf(field: Field, limit = DEFAULT_MB): number {
  const own = field.max_mb ?? (field.kind === "picture" ? 10 : limit);
  return Math.min(own, limit);
}

export const isImage = (kind: string): boolean => IMAGES.includes(kind);

export const takesImages = (field: Field): boolean => kindsOf(field).includes("jpeg");

export interface Fault {
  key: string;
  values: Record<string, unknown>;
}

/** Why a file cannot be taken, as a text's key and its values; null when it can. */
export function faultOf(
  file: { name: string; size: number },
  field: Field,
  limit?: number,
): Fault | null {
  const endings = endingsOf(field);
  const ending = file.name.includes(".") ? file.name.split(".").pop()!.toLowerCase() : "";
  if (!endings.includes(ending))
    return { key: "files.notTaken", values: { endings: endings.join(" ") } };
  if (file.size === 0) return { key: "files.empty", values: {} };
  const megabytes = megabytesOf(field, limit);
  if (file.size > megabytes * MEGABYTE) return { key: "files.tooLarge", values: { megabytes } };
  return null;
}

export function formatBytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < MEGABYTE) return `${Math.round(size / 1024)} KB`;
  return `${(size / MEGABYTE).toFixed(1)} MB`;
}

/** The files of a value, whatever it is. */
export function filesOf(value: unknown): StoredFile[] {
  return Array.isArray(value) ? (value as StoredFile[]).filter((one) => one?.id) : [];
}

export function hrefOf(file: StoredFile): string {
  return `/api/v1/files/${file.id}${isImage(file.kind) ? "?inline=true" : ""}`;
}
