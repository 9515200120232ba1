/** Labels of the definition in the language of the person. */
import type { Label } from "@/api/types";
import i18n from "./i18n";

export function labelOf(label: Label | undefined): string {
  if (!label) return "";
  return (i18n.language === "en" ? label.en : label["zh-CN"]) ?? label["zh-CN"] ?? label.en ?? "";
}
