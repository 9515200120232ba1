/** A section with a table to be read: what stands in the file, what was refused. */
import type { ReactNode } from "react";

export function PlainTable({
  title,
  heads,
  children,
}: {
  title: string;
  heads: string[];
  children: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <h2>{title}</h2>
      <div className="table" tabIndex={0} role="group" aria-label={title}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head}>{head}</th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}
