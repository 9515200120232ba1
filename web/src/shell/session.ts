/** Who is signed in, for the frame. */
import { createContext, use } from "react";
import type { Session } from "@/api/types";

interface Held {
  session: Session;
  onSession: (next: Partial<Session>) => void;
}

export const SessionContext = createContext<Held | null>(null);

export function useSession(): Held {
  const held = use(SessionContext);
  if (!held) throw new Error("no session");
  return held;
}
