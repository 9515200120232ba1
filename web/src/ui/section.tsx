/** A section of a record to be read; on a phone it is folded until its heading is pressed. */
import { DownOutlined, UpOutlined } from "@ant-design/icons";
import { useState } from "react";
import type { ReactNode } from "react";
import { usePhone } from "./use-phone";

interface Props {
  title: string;
  /** Whether a phone shows the heading only, at first. */
  folded: boolean;
  children: ReactNode;
}

export function Section({ title, folded, children }: Props) {
  const phone = usePhone();
  const [open, setOpen] = useState(!folded);
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
        <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span>{title}</span>
          {open ? <UpOutlined aria-hidden /> : <DownOutlined aria-hidden />}
        </button>
      </h2>
      {open ? children : null}
    </section>
  );
}
