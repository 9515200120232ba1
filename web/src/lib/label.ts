/** Labels of the definition in the language of the person. */
import type { Label } from "@/api/types";
import i18n from "./i18n";

/** Several texts as one. */
export function listed(texts: string[]): string {
  return texts.join(i18n.language === "en" ? ", " : "、");
}

export function labelOf(label: Label | undefined): string {
  if (!label) return "";
  return (i18n.language === "en" ? label.en : label["zh-CN"]) ?? label["zh-CN"] ?? label.en ?? "";
}
