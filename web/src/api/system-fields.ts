/** The columns that every record has, as fields: their kinds and what they are called. */
import type { Field } from "./types";

export const SYSTEM_FIELDS: Record<string, Field> = {
  id: { kind: "text", label: { "zh-CN": "编号", en: "ID" } },
  version: { kind: "text", label: { "zh-CN": "版本", en: "Version" } },
  owner_id: { kind: "person", label: { "zh-CN": "负责人", en: "Owner" } },
  owner_department_id: {
    kind: "department",
    label: { "zh-CN": "所属部门", en: "Department of the owner" },
  },
  created_at: { kind: "datetime", label: { "zh-CN": "创建时间", en: "Created at" } },
  created_by: { kind: "person", label: { "zh-CN": "创建人", en: "Created by" } },
  updated_at: { kind: "datetime", label: { "zh-CN": "修改时间", en: "Changed at" } },
  updated_by: { kind: "person", label: { "zh-CN": "修改人", en: "Changed by" } },
  deleted_at: { kind: "datetime", label: { "zh-CN": "删除时间", en: "Deleted at" } },
  deleted_by: { kind: "person", label: { "zh-CN": "删除人", en: "Deleted by" } },
};
