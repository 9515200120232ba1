/** What formulas know besides the record: the moment, the zone, and who asks. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sessionQuery } from "@/api/queries";
import type { Session } from "@/api/types";
import type { FormulaContext } from "@/lib/formula/types";

const ZONE = "Asia/Shanghai";

export function contextOf(session: Session | null, now = new Date()): FormulaContext {
  return {
    now: now.toISOString(),
    today: new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(now),
    zone: ZONE,
    user_id: session?.person.id ?? null,
    department_id: session?.department ?? null,
    department_ids: session?.departments ?? [],
    roles: session?.roles ?? [],
    keys: session?.keys ?? {},
  };
}

export function useFormulaContext(): FormulaContext {
  const { data: session } = useQuery(sessionQuery);
  return useMemo(() => contextOf(session ?? null), [session]);
}
