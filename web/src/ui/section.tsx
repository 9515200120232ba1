/** A section of a record to be read; on a phone it is folded until its heading is pressed. */
import { DownOutlined, UpOutlined } from "@ant-design/icons";
import { useState } from "react";
import type { ReactNode } from "react";
import { usePhone } from "./use-phone";

interface Props {
  title: string;
  /** Whether a phone shows the heading only, at first. */
  folded: boolean;
  /** Whether something in it has to be seen now. */
  urgent?: boolean;
  /** Whether what is folded stays as it is: what is being typed is not thrown away. */
  keep?: boolean;
  children: ReactNode;
}

export function Section({ title, folded, urgent = false, keep = false, children }: Props) {
  const phone = usePhone();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = urgent || (chosen ?? !folded);
  if (!phone)
    return (
      <section className="section" aria-label={title}>
        <h2>{title}</h2>
        {children}
      </section>
    );
  return (
    <section className="section" aria-label={title}>
      <h2 className={open ? "" : "is-folded"}>
        <button
          type="button"
          className="fold"
          aria-expanded={open}
          onClick={() => setChosen(!open)}
        >
          <span>{title}</span>
          {open ? <UpOutlined aria-hidden /> : <DownOutlined aria-hidden />}
        </button>
      </h2>
      {keep ? <div hidden={!open}>{children}</div> : open ? children : null}
    </section>
  );
}
