/** What formulas know besides the record: the moment, the zone, and who asks. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sessionQuery } from "@/api/queries";
import type { FormulaContext } from "@/lib/formula/types";

const ZONE = "Asia/Shanghai";

function contextOf(person: string | undefined, roles: string[] | undefined): FormulaContext {
  const now = new Date();
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(now);
  return { now: now.toISOString(), today, zone: ZONE, user_id: person ?? null, roles: roles ?? [] };
}

export function useFormulaContext(): FormulaContext {
  const { data: session } = useQuery(sessionQuery);
  const person = session?.person.id;
  const roles = session?.roles;
  return useMemo(() => contextOf(person, roles), [person, roles]);
}
